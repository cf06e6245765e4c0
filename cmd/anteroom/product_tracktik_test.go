package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/lab"
)

// tracktik follows TrackTik's help page: users and groups, attribute mappings
// as they are.
func tracktik(d *desk) *lab.Entra { return lab.NewEntra(d.dir, d.target(), lab.EntraOptions{}) }

// portals runs TrackTik's form of address as in production, where the host says
// which customer is meant, and gives the network address.
func portals(t *testing.T, data string) (listen string) {
	t.Helper()
	product, err := filepath.Abs(definition("tracktik"))
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "anteroom.yaml")
	text := fmt.Sprintf("base_url: https://tracktik.example\nlisten: 127.0.0.1:0\ndata: %s\nproduct: %s\n", data, product)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "serve", "--config", config)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("serve did not end well: %v", err)
		}
	})
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		var line struct{ Msg, Listen string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ready" {
			go func() {
				for lines.Scan() {
				}
			}()
			return line.Listen
		}
	}
	t.Fatalf("serve did not get ready: %v", lines.Err())
	return ""
}

func TestK02_K03_K19_SupportIssuesATokenForAPortalWhoseHostSaysWhichItIs(t *testing.T) {
	t.Parallel()
	d := &desk{T: t, data: t.TempDir(), dir: lab.NewDirectory(1), tape: &tape{}}
	d.operator("workspace", "create", "acme")
	d.operator("workspace", "create", "globex")
	tokens := map[string]string{"acme": d.issue("acme", "--name", "portal").Secret, "globex": d.issue("globex").Secret}
	list := string(d.operator("token", "list", "--workspace", "acme", "--json"))
	if !strings.Contains(list, `"workspace":"acme"`) || !strings.Contains(list, `"name":"portal"`) || !strings.Contains(list, `"issued_by":"operator:`) {
		t.Errorf("support sees %s", list)
	}
	listen := portals(t, d.data)
	// The names of the portals are not in the DNS: every connection goes to the server.
	web := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, listen)
	}}, Timeout: time.Minute}
	portal := func(host, path, workspace string) lab.Target {
		return lab.Target{URL: "http://" + host + path, Token: tokens[workspace], HTTP: web, Retry: lab.Retry{Tries: 1}, OnExchange: d.tape.note}
	}
	for _, path := range []string{"/rest/scim/v2/", "/rest/scim/v2", "/scim/v2/"} {
		if err := lab.NewEntra(d.dir, portal("acme.tracktik.example", path, "acme"), lab.EntraOptions{}).TestConnection(t.Context()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := lab.NewEntra(d.dir, portal("acme.tracktik.example", "/rest/scim/v2/", "globex"), lab.EntraOptions{}).TestConnection(t.Context()); !errors.Is(err, lab.ErrUnauthorized) {
		t.Errorf("the token of another portal: %v", err)
	}
	if err := lab.NewEntra(d.dir, portal("nobody.tracktik.example", "/rest/scim/v2/", "acme"), lab.EntraOptions{}).TestConnection(t.Context()); err == nil {
		t.Error("a portal that does not exist answers")
	}
	d.do(d.dir.AssignGroup(d.group("Guards", d.hire("Ann", "Lee", "ann@acme.example"))))
	d.sync(lab.NewEntra(d.dir, portal("acme.tracktik.example", "/rest/scim/v2/", "acme"), lab.EntraOptions{}))
	d.sync(lab.NewEntra(lab.Generate(1, 5, 1), portal("globex.tracktik.example", "/rest/scim/v2/", "globex"), lab.EntraOptions{}))
	d.sync(lab.NewEntra(d.dir, portal("acme.tracktik.example", "/rest/scim/v2/", "acme"), lab.EntraOptions{}))
}

func TestK04_AFailedTestSaysWhatToDo(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "tracktik")
	d.do(tracktik(d).TestConnection(t.Context()))
	for words, edit := range map[string]func(*lab.Target){
		"wrong or was revoked; issue a new one": func(to *lab.Target) { to.Token = "guess" },
		"the base URL ends in /rest/scim/v2":    func(to *lab.Target) { to.URL = strings.Replace(to.URL, "/rest", "/soap", 1) },
	} {
		to := d.target()
		edit(&to)
		if err := lab.NewEntra(d.dir, to, lab.EntraOptions{}).TestConnection(t.Context()); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("it says %v, not %q", err, words)
		}
	}
}

func TestK01_K05_K06_K07_K08_EverybodyInAnAssignedGroupIsProvisionedWithTheDefaultMappings(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "tracktik")
	d.dir = lab.Generate(5, 60, 1)
	big, err := d.dir.NewGroup("Guards")
	d.do(err, d.dir.UnassignGroup(d.dir.Groups()[0].ObjectID))
	for i, p := range d.dir.People() {
		d.do(d.dir.Unassign(p.ObjectID), d.dir.Update(p.ObjectID, func(p *lab.Person) { p.Fax = "+1 206 555 0199" }))
		if i < 50 {
			d.do(d.dir.AddToGroup(big, p.ObjectID))
		}
	}
	d.do(d.dir.AssignGroup(big))
	entra := tracktik(d)
	d.sync(entra) // every attribute of the default mapping is read back and compared
	group := d.find("/Groups", `displayName eq "Guards"`)
	d.equal("members of the group", len(group["members"].([]any)), 50)
	d.equal("externalId of the group", group["externalId"], big)
	d.equal("employees", len(d.members()), 50)

	inside := d.dir.People()[0]
	user := d.user(inside.UserPrincipalName)
	for attr, want := range map[string]any{"externalId": inside.MailNickname, "displayName": inside.DisplayName} {
		d.equal(attr, user[attr], want)
	}
	for _, attr := range []string{"emails", "addresses", "phoneNumbers", "name", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"} {
		if user[attr] == nil {
			t.Errorf("%s is not kept: %v", attr, user)
		}
	}
	// Update and Delete.
	d.do(d.dir.Move(inside.ObjectID, "Night", "Guard"), d.dir.RenameGroup(big, "Night guards"), d.dir.HardDelete(d.dir.People()[1].ObjectID))
	d.sync(entra)
	d.equal("members of the group", len(d.find("/Groups", `displayName eq "Night guards"`)["members"].([]any)), 49)
	d.do(d.dir.DeleteGroup(big))
	d.sync(entra)
	d.equal("the group", d.find("/Groups", `displayName eq "Night guards"`) == nil, true)
}

func TestK11_EmployeesAreInTheHQRegionUnlessTheMappingSaysOtherwise(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "tracktik")
	const region = "urn:example:params:scim:schemas:extension:tracktik:2.0:User:region"
	ann := d.hire("Ann", "Lee", "ann@acme.example", func(p *lab.Person) { p.City = "Montréal" })
	d.do(d.dir.Assign(ann))
	entra := tracktik(d)
	d.sync(entra)
	d.equal("region by default", d.stored("ann@acme.example").Attributes[region], "HQ")
	d.do(entra.SetMapping(append(lab.DefaultMapping(), lab.Mapping{Source: "city", Target: region})))
	d.sync(entra)
	d.equal("region by mapping", d.stored("ann@acme.example").Attributes[region], "Montréal")
}

func TestK13_EverythingProvisioningDidToAnEmployeeIsInTheHistory(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "tracktik")
	ann := d.hire("Ann", "Lee", "ann@acme.example", func(p *lab.Person) { p.JobTitle = "Guard" })
	d.do(d.dir.Assign(ann))
	entra := tracktik(d)
	d.sync(entra)
	d.do(d.dir.Move(ann, "Night", "Lead guard"))
	d.sync(entra)
	d.do(d.dir.Disable(ann))
	d.sync(entra)
	member := d.stored("ann@acme.example")
	d.inside(func(r *store.Reader) error {
		log, err := r.ChangesOf(t.Context(), string(member.ID), 10)
		if err != nil {
			return err
		}
		var verbs []string
		for _, c := range log {
			verbs = append(verbs, string(c.Verb))
			if c.At.IsZero() || c.RequestID == "" || !strings.HasPrefix(c.Actor, "token:") || c.Source != "scim" {
				t.Errorf("a change does not say when and by whom: %+v", c)
			}
		}
		d.equal("history, newest first", verbs, []identity.Verb{identity.MemberDeactivated, identity.MemberUpdated, identity.MemberProvisioned})
		if !strings.Contains(fmt.Sprint(log[1].Values), "{title Guard Lead guard}") {
			t.Errorf("the change does not tell before and after: %v", log[1].Values)
		}
		return nil
	})
}

func TestK14_K16_GroupsAreRolesThatFollowTheirGroups(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "tracktik")
	ann, bob := d.hire("Ann", "Lee", "ann@acme.example"), d.hire("Bob", "Ray", "bob@acme.example")
	d.do(d.dir.Assign(ann), d.dir.Assign(bob))
	guards := d.group("Site guards", ann)
	d.do(d.dir.AssignGroup(guards))
	followRoles(d, tracktik(d), guards, ann, bob)
}

func TestK17_OktaPushesGroupsAsRoles(t *testing.T) {
	t.Parallel()
	for _, custom := range []bool{false, true} {
		t.Run(fmt.Sprintf("custom %v", custom), func(t *testing.T) {
			t.Parallel()
			d := openDesk(t, "tracktik")
			ann, bob := d.hire("Ann", "Lee", "ann@acme.example"), d.hire("Bob", "Ray", "bob@acme.example")
			d.do(d.dir.Assign(ann), d.dir.Assign(bob))
			guards := d.group("Site guards", ann)
			d.do(d.dir.AssignGroup(guards))
			followRoles(d, lab.NewOkta(d.dir, d.target(), lab.OktaOptions{Custom: custom}), guards, ann, bob)
		})
	}
}

// followRoles changes a group in every way and looks at the roles. Ann is in it.
func followRoles(d *desk, idp cycler, guards, ann, bob string) {
	d.Helper()
	d.sync(idp)
	d.shows("ann@acme.example", "Ann Lee, Site guards, Active")
	d.shows("bob@acme.example", "Bob Ray, Employee, Active")
	d.do(d.dir.RenameGroup(guards, "Night guards"), d.dir.AddToGroup(guards, bob))
	d.sync(idp)
	d.shows("ann@acme.example", "Ann Lee, Night guards, Active")
	d.shows("bob@acme.example", "Bob Ray, Night guards, Active")
	d.do(d.dir.RemoveFromGroup(guards, ann))
	d.sync(idp)
	d.shows("ann@acme.example", "Ann Lee, Employee, Active")
	d.shows("bob@acme.example", "Bob Ray, Night guards, Active")
	d.do(d.dir.UnassignGroup(guards))
	d.sync(idp)
	d.shows("bob@acme.example", "Bob Ray, Employee, Active")
	d.equal("the group", d.find("/Groups", `displayName eq "Night guards"`) == nil, true)
}

// The lab's providers send people first, as the real ones do; so this is sent by
// hand.
func TestK18_AMemberWhoArrivesAfterTheGroupIsPutIntoIt(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "tracktik")
	a, err := d.call("POST", "/Groups", `{"displayName":"Site guards","members":[{"value":"ann@acme.example"}]}`)
	d.says(a, err, 201)
	d.do(d.dir.Assign(d.hire("Ann", "Lee", "ann@acme.example")))
	d.sync(tracktik(d))
	d.shows("ann@acme.example", "Ann Lee, Site guards, Active")
}
