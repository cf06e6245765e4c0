package play

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/web/outbound"
	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/attack"
)

// driver plays the steps of flows against a world.
type driver struct {
	ctx context.Context
	*world
}

const password = "seven plain little words"

// Provider implements [attack.Driver].
func (d driver) Provider(name string) *idp.Provider { return d.sides[name].provider }

// Start implements [attack.Driver].
func (d driver) Start(provider string) string {
	s := d.sides[provider]
	return d.base + "/sso/" + s.workspace + "?connection=" + url.QueryEscape(string(s.connection))
}

// Browser implements [attack.Driver].
func (d driver) Browser() attack.Browser {
	jar, _ := cookiejar.New(nil) // without options nothing can be wrong
	return &browser{d, d.network(), &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Do implements [attack.Driver].
func (d driver) Do(verb attack.Verb, workspace string, about ...string) error {
	switch verb {
	case attack.Provision:
		return d.provision(workspace, about[0], about[1])
	case attack.Deactivate, attack.Remove:
		return d.end(verb, workspace, about[0])
	case attack.Found:
		return d.found(workspace, about[0])
	case attack.SwitchOff, attack.SwitchOn:
		return d.save(d.ctx, about[0], func(o *identity.SignOn) error { o.Enabled = verb == attack.SwitchOn; return nil })
	case attack.Allow, attack.Forbid:
		return d.save(d.ctx, about[0], func(o *identity.SignOn) error { o.Unasked = verb == attack.Allow; return nil })
	case attack.Wait:
		d.mu.Lock()
		d.later += 31 * time.Minute
		d.mu.Unlock()
		return nil
	}
	return fmt.Errorf("%w: %s", errNoName, verb)
}

// Fetch implements [attack.Driver].
func (d driver) Fetch(address string, lax bool) (string, error) {
	o := outbound.Options{}
	if lax {
		o = outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}, InsecureHTTP: true}
	}
	text, err := outbound.Get(d.ctx, outbound.New(o), address, "application/samlmetadata+xml")
	if err == nil {
		_, err = saml.ReadMetadata(text, saml.MetadataOptions{Now: d.now()})
	}
	c, err := code(err)
	return string(c), err
}

// scim sends one request of a directory and reads the answer.
func (d driver) scim(method, workspace, path string, body any) (map[string]any, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(d.ctx, method, d.SCIMURL(workspace)+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+d.tokens[workspace])
	r.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, data)
	}
	answer := map[string]any{}
	if len(data) > 0 && err == nil {
		err = json.Unmarshal(data, &answer)
	}
	return answer, err
}

func (d driver) provision(workspace, address, id string) error {
	_, err := d.scim(http.MethodPost, workspace, "/Users", map[string]any{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": address, "externalId": id, "active": true,
		"name": map[string]string{"givenName": "Ann", "familyName": "Ames"}, "emails": []map[string]any{{"value": address, "type": "work", "primary": true}},
	})
	return err
}

// end deactivates or removes a member as the directory does.
func (d driver) end(verb attack.Verb, workspace, address string) error {
	found, err := d.scim(http.MethodGet, workspace, "/Users?filter="+url.QueryEscape(fmt.Sprintf("userName eq %q", address)), nil)
	if err != nil {
		return err
	}
	all, _ := found["Resources"].([]any)
	if len(all) != 1 {
		return fmt.Errorf("%w: %s", errNoName, address)
	}
	one, _ := all[0].(map[string]any)
	path := fmt.Sprint("/Users/", one["id"])
	if verb == attack.Remove {
		_, err = d.scim(http.MethodDelete, workspace, path, nil)
		return err
	}
	_, err = d.scim(http.MethodPatch, workspace, path, map[string]any{
		"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": []map[string]any{{"op": "replace", "path": "active", "value": false}},
	})
	return err
}

// found makes the owner, who signs in with a password.
func (d driver) found(workspace, address string) error {
	_, link, err := d.Accounts.Founder(d.ctx, d.workspaces[workspace].ID, address, "Olga Owner", byOperator(d.now()))
	if err != nil {
		return err
	}
	_, err = d.Accounts.Join(d.ctx, link[strings.LastIndex(link, "/")+1:], "Olga Owner", password, account.Client{Agent: "Test", Remote: netip.MustParseAddr("192.0.2.1")})
	return err
}

// browser is one with its cookies, in a network of its own.
type browser struct {
	d      driver
	from   string
	client *http.Client
}

// Get implements [attack.Browser].
func (b *browser) Get(address string) (attack.Page, error) {
	return b.send(http.MethodGet, address, nil)
}

// Post implements [attack.Browser].
func (b *browser) Post(address string, form url.Values) (attack.Page, error) {
	return b.send(http.MethodPost, address, strings.NewReader(form.Encode()))
}

// Reaches implements [attack.Browser]. What a session does not reach is not there;
// what a role lacks is forbidden.
func (b *browser) Reaches(workspace string) (bool, error) {
	p, err := b.Get("/w/" + workspace + "/")
	return p.Status == http.StatusOK || p.Status == http.StatusForbidden, err
}

func (b *browser) send(method, address string, body io.Reader) (attack.Page, error) {
	if strings.HasPrefix(address, "/") {
		address = b.d.base + address
	}
	r, err := http.NewRequestWithContext(b.d.ctx, method, address, body)
	if err != nil {
		return attack.Page{}, err
	}
	r.Header.Set(fromHeader, b.from)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(r)
	if err != nil {
		return attack.Page{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	p := attack.Page{Status: res.StatusCode, To: res.Header.Get("Location"), Body: string(text)}
	if m := regexp.MustCompile(`\b([A-Z][0-9]{2,3})-[0-9A-Z]{5}\b`).FindStringSubmatch(p.Body); m != nil && p.Status >= http.StatusBadRequest {
		p.Code = m[1]
	}
	return p, err
}

// playFlows plays every flow, each with people of its own.
func playFlows(ctx context.Context) (rows []Row, err error) {
	w, err := newWorld(ctx)
	if err != nil {
		return nil, err
	}
	defer w.close()
	for _, c := range attack.Cases() {
		if c.Kind == attack.Flow {
			code, err := c.Flow(driver{ctx, w})
			rows = append(rows, Row{Protocol: "SAML", Class: c.Class, Name: c.Name, Cause: c.Cause, Code: explain.Code(code), Err: err, Harmless: c.Cause == ""})
		}
	}
	return rows, nil
}
