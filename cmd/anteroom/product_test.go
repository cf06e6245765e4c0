package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/lab"
)

// desk is where an administrator follows a product's help page: the product
// runs, with its definition, and a directory is to
// be connected to it. What the pages ask beyond that is in
// docs/conformance/products.md.
type desk struct {
	*testing.T
	ready
	data string
	dir  *lab.Directory
	tape *tape
}

func openDesk(t *testing.T, product string) *desk {
	t.Helper()
	data := t.TempDir()
	server := dev(t, "--data", data, "--product", definition(product))
	return &desk{T: t, ready: server.ready, data: data, dir: lab.NewDirectory(1), tape: &tape{}}
}

func definition(product string) string {
	return filepath.Join("..", "..", "products", product+".yaml")
}

// target is what the administrator pastes into the directory: URL and token.
func (d *desk) target() lab.Target {
	return lab.Target{URL: d.SCIMURL, Token: d.SCIMToken, Retry: lab.Retry{Tries: 1}, OnExchange: d.tape.note}
}

// tape keeps what a directory sent.
type tape struct {
	mu  sync.Mutex
	all []lab.Exchange
}

func (t *tape) note(x lab.Exchange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, x)
}

// take gives the requests since the last take as lines: method, path decoded,
// body.
func (t *tape) take() (lines []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range t.all {
		path, err := url.QueryUnescape(x.Path)
		if err != nil {
			path = x.Path
		}
		lines = append(lines, strings.TrimSpace(x.Method+" "+path+" "+string(x.Sent)))
	}
	t.all = nil
	return lines
}

// count says how many lines begin with a word and hold all parts.
func count(lines []string, begin string, parts ...string) (n int) {
next:
	for _, l := range lines {
		for _, p := range parts {
			if !strings.Contains(l, p) {
				continue next
			}
		}
		if strings.HasPrefix(l, begin) {
			n++
		}
	}
	return n
}

// do wants what the administrator does to succeed.
func (d *desk) do(errs ...error) {
	d.Helper()
	for _, err := range errs {
		if err != nil {
			d.Fatal(err)
		}
	}
}

// hire adds a person to the directory; the application is not assigned yet.
func (d *desk) hire(given, surname, userName string, edit ...func(*lab.Person)) string {
	d.Helper()
	p := lab.Person{UserPrincipalName: userName, Mail: userName, GivenName: given, Surname: surname, MailNickname: strings.Split(userName, "@")[0]}
	for _, e := range edit {
		e(&p)
	}
	id, err := d.dir.AddPerson(p)
	d.do(err)
	return id
}

// group makes a group of people.
func (d *desk) group(name string, members ...string) string {
	d.Helper()
	id, err := d.dir.NewGroup(name, members...)
	d.do(err)
	return id
}

// cycler is a provider of the lab.
type cycler interface {
	TestConnection(context.Context) error
	Cycle(context.Context) (*lab.Summary, error)
}

// sync runs a cycle after which the product must hold what the directory holds.
func (d *desk) sync(idp cycler) *lab.Summary {
	d.Helper()
	s, err := idp.Cycle(d.Context())
	if err != nil || s.Failed > 0 || !s.Equal {
		d.Fatalf("%v\n%s", err, s)
	}
	return s
}

// refused runs a cycle in which something must be refused with a reason that
// holds the words.
func (d *desk) refused(idp cycler, words ...string) {
	d.Helper()
	s, err := idp.Cycle(d.Context())
	if err != nil || s.Failed == 0 {
		d.Fatalf("nothing was refused: %v\n%s", err, s)
	}
	for _, w := range words {
		if !strings.Contains(strings.Join(s.Errors, "\n"), w) {
			d.Errorf("the reason does not hold %q: %q", w, s.Errors)
		}
	}
}

// seen is one row of the page Members.
type seen struct{ key, name, address, role, groups, state string }

// cells reads a row: each cell's text without its marks.
var (
	tableRow  = regexp.MustCompile(`(?s)<tr role="row" data-key="([^"]+)">(.*?)</tr>`)
	tableCell = regexp.MustCompile(`(?s)<td role="cell"[^>]*>(.*?)</td>`)
	marks     = regexp.MustCompile(`<[^>]*>`)
)

// page reads the page Members.
func (d *desk) page() string {
	d.Helper()
	res, err := http.Get(d.MembersURL)
	d.do(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	d.do(err)
	return string(body)
}

// members reads the rows of the page Members.
func (d *desk) members() (all []seen) {
	d.Helper()
	for _, row := range tableRow.FindAllStringSubmatch(d.page(), -1) {
		cells := []string{row[1]}
		for _, c := range tableCell.FindAllStringSubmatch(row[2], 5) {
			cells = append(cells, html.UnescapeString(strings.TrimSpace(marks.ReplaceAllString(c[1], ""))))
		}
		if len(cells) != 6 {
			d.Fatalf("a row of the page has the cells %q", cells)
		}
		all = append(all, seen{cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]})
	}
	return all
}

// member is the one row with this address.
func (d *desk) member(address string) seen {
	d.Helper()
	var found []seen
	for _, m := range d.members() {
		if m.address == address {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		d.Fatalf("%d members have the address %s: %+v", len(found), address, d.members())
	}
	return found[0]
}

// shows wants the page to show a member as "Name, Role, State".
func (d *desk) shows(address, want string) {
	d.Helper()
	m := d.member(address)
	if got := m.name + ", " + m.role + ", " + m.state; got != want {
		d.Errorf("%s is shown as %q, not %q", address, got, want)
	}
}

// user reads a person over SCIM by user name; nil when there is none.
func (d *desk) user(userName string) map[string]any {
	d.Helper()
	return d.find("/Users", `userName eq "`+userName+`"`)
}

// find reads the one resource that a filter finds; nil when there is none.
func (d *desk) find(endpoint, filter string) map[string]any {
	d.Helper()
	a, err := d.call("GET", endpoint+"?filter="+url.QueryEscape(filter), "")
	d.do(err)
	var list struct{ Resources []map[string]any }
	d.do(a.read(&list))
	switch len(list.Resources) {
	case 0:
		return nil
	case 1:
		return list.Resources[0]
	}
	d.Fatalf("%s finds %d resources", filter, len(list.Resources))
	return nil
}

// says wants an answer with a status whose detail holds the words.
func (d *desk) says(a answer, err error, status int, words ...string) {
	d.Helper()
	d.do(err)
	for _, w := range words {
		if !strings.Contains(string(a.body), w) {
			d.Errorf("%d %s: it does not hold %q", a.status, a.body, w)
		}
	}
	if a.status != status {
		d.Errorf("%d %s, not %d", a.status, a.body, status)
	}
}

// equal compares two values of any type as text.
func (d *desk) equal(what string, got, want any) {
	d.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		d.Errorf("%s is %v, not %v", what, got, want)
	}
}

// inside reads the workspace's data, beside the server.
func (d *desk) inside(read func(r *store.Reader) error) {
	d.Helper()
	db, err := store.Open(d.Context(), store.Options{Database: d.data})
	d.do(err)
	defer db.Close()
	w, err := db.WorkspaceBySlug(d.Context(), d.Workspace)
	d.do(err)
	d.do(read(db.Read(w.ID)))
}

// noted wants a note with these words in the provisioning log.
func (d *desk) noted(words string) {
	d.Helper()
	d.inside(func(r *store.Reader) error {
		log, err := r.Requests(d.Context(), "", 200)
		for _, entry := range log {
			if strings.Contains(strings.Join(entry.Notes, "\n"), words) {
				return err
			}
		}
		return errors.Join(err, fmt.Errorf("the provisioning log has no note with %q", words))
	})
}

// stored reads a member as the product sees it.
func (d *desk) stored(userName string) (m identity.Member) {
	d.Helper()
	d.inside(func(r *store.Reader) error {
		found, ok, err := r.MemberByUserName(d.Context(), identity.Fold(userName))
		if m = found; err == nil && !ok {
			err = fmt.Errorf("no member %s", userName)
		}
		return err
	})
	return m
}

// operator runs a command on the product's data and reads what it prints.
func (d *desk) operator(args ...string) []byte {
	d.Helper()
	out, err := exec.Command(program, append(args, "--data", d.data)...).CombinedOutput()
	if err != nil {
		d.Fatalf("anteroom %v: %v\n%s", args, err, out)
	}
	return out
}

// issued is a token as the operator's command prints it.
type issued struct {
	Secret  string `json:"scim_token"`
	User    string `json:"scim_user"`
	Created string `json:"created"`
	Expires string `json:"expires"`
}

func (d *desk) issue(workspace string, args ...string) (t issued) {
	d.Helper()
	out := d.operator(append([]string{"token", "create", "--json", "--workspace", workspace}, args...)...)
	d.do(json.Unmarshal(out, &t))
	return t
}

// role is an app role as an administrator creates it under App registrations.
func role(display, value string) lab.AppRole {
	return lab.AppRole{ID: "9c1f2d0e-52f5-4d6c-9ae5-1f6b3e0f7a01", Value: value, DisplayName: display}
}
