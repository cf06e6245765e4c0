package scimtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// discover finds out whether there is a server to check, and reads what it says
// of itself. Groups and the enterprise extension are taken for granted when
// /ResourceTypes cannot be read.
func (r *run) discover(ctx context.Context) {
	get := func(path string) *Answer {
		a, _ := r.client.do(ctx, Request{Method: http.MethodGet, Path: path})
		return a
	}
	config, people := get("/ServiceProviderConfig"), get("/Users?count=1")
	if r.err = r.hopeless(config, people); r.err != nil {
		return
	}
	for need, path := range map[Need][]string{
		Sort: {"sort", "supported"}, ETags: {"etag", "supported"},
		Bulk: {"bulk", "supported"}, Cursors: {"pagination", "cursor"},
	} {
		if config.At(path...) == true {
			r.has |= need
		}
	}
	types := get("/ResourceTypes")
	ok := types.Status == http.StatusOK
	r.has |= NoGroups
	if !ok || types.At("Resources", "name=Group") != nil || types.At("name=Group") != nil {
		r.has = r.has&^NoGroups | Groups
	}
	if !ok || strings.Contains(strings.ToLower(string(types.Body)), strings.ToLower(enterpriseURN)) {
		r.has |= Enterprise
	}
	if t := r.client.target; t.Token != "" || t.User != "" || t.Password != "" {
		r.has |= Auth
		if t.User != "" {
			r.has |= Basic
		}
	}
	r.listed(get("/Schemas"))
}

// hopeless says in words why the suite cannot run at all, or gives nil.
func (r *run) hopeless(config, people *Answer) error {
	target := r.client.target
	switch {
	case config.Err != nil && people.Err != nil:
		return fmt.Errorf("the server cannot be reached: %w", config.Err)
	case people.Status == http.StatusUnauthorized || people.Status == http.StatusForbidden:
		if target.Token == "" && target.Password == "" {
			return fmt.Errorf("the server wants credentials, and none were given: GET /Users answers %s", r.client.hide(told(people)))
		}
		return fmt.Errorf("the server refuses these credentials: GET /Users answers %s", r.client.hide(told(people)))
	case people.Status >= 300 && people.Status < 400:
		return fmt.Errorf("the server sends GET /Users elsewhere, to %s, and directories do not follow; give that address", r.client.hide(people.Header.Get("Location")))
	case people.JSON == nil && config.JSON == nil:
		kind := people.Header.Get("Content-Type")
		if kind == "" {
			kind = "no content"
		}
		return fmt.Errorf("there is no SCIM server at %s: GET /Users answers %s (%s); the address has to be the SCIM base, which often ends in /scim/v2", r.client.shown(), told(people), kind)
	}
	return nil
}

// optional are the attributes of a user that the standard leaves to the server
// and that some cases write. RFC 7643 §4.1, §4.3
const optional = `addresses|costCenter|department|division|employeeNumber|entitlements|ims|locale|manager|nickName|organization|phoneNumbers|photos|preferredLanguage|profileUrl|roles|timezone|title|userType|x509Certificates`

// listed remembers which attributes /Schemas lists. A server whose schemas
// cannot be read is taken to have them all.
func (r *run) listed(schemas *Answer) {
	if schemas.At("Resources", "id="+userURN, "attributes") == nil {
		return
	}
	r.lists = map[string]bool{}
	eachAttribute(schemas, func(path string, _ any) {
		name := path[strings.LastIndexByte(path, ':')+1:]
		r.lists[strings.ToLower(name)] = true
	})
}

// unlisted says which attributes that the server does not claim to have are to
// blame for every failure of a case, or gives "".
func (r *run) unlisted(fails []Failure, steps []Step) string {
	if r.lists == nil {
		return ""
	}
	var sent strings.Builder
	for i := range steps {
		sent.WriteString(steps[i].Sent + "\n" + steps[i].query() + "\n")
	}
	asked := optionalAttribute.FindAllString(sent.String(), -1)
	var missing []string
	for _, f := range fails {
		text := f.Expected
		if f.Step > 0 && f.Step <= len(steps) {
			text += "\n" + steps[f.Step-1].Sent + "\n" + steps[f.Step-1].query()
		}
		before := len(missing)
		for _, name := range optionalAttribute.FindAllString(text, -1) {
			if !r.lists[strings.ToLower(name)] && slices.Contains(asked, name) {
				missing = append(missing, name)
			}
		}
		if len(missing) == before {
			return ""
		}
	}
	slices.Sort(missing)
	return "the server's /Schemas does not list " + strings.Join(slices.Compact(missing), ", ")
}

var optionalAttribute = regexp.MustCompile(`\b(?:` + optional + `)\b`)

// silent says why the server does not answer any more, after a case in which a
// request got no answer. A server may close a connection on what it does not
// like; it has to be there for the next one.
func (r *run) silent(ctx context.Context, steps []Step) error {
	if !slices.ContainsFunc(steps, func(s Step) bool { return s.Status == 0 }) {
		return nil
	}
	var last error
	for range 3 {
		within, cancel := context.WithTimeout(ctx, 10*time.Second)
		a, _ := r.client.do(within, Request{Method: http.MethodGet, Path: "/ServiceProviderConfig"})
		cancel()
		if a.Err == nil {
			return nil
		}
		last = a.Err
		select {
		case <-time.After(300 * time.Millisecond):
		case <-ctx.Done():
			return errors.Join(last, ctx.Err())
		}
	}
	return last
}
