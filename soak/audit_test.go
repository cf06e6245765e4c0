package soak_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/lab"
)

// witness knows from the conversation alone which resources there must be.
type witness struct {
	mu            sync.Mutex
	users, groups map[string]bool // server ids
	silent        int             // requests without an answer
	overloaded    int             // answers 429 and above
}

// see takes an exchange down: a resource exists once the server says so to
// somebody who created it or looked it up, and until its DELETE is answered.
func (w *witness) see(x lab.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case x.Status == 0:
		w.silent++
		return
	case x.Status == http.StatusTooManyRequests || x.Status >= 500:
		w.overloaded++
		return
	}
	path, query, _ := strings.Cut(strings.Trim(x.Path, "/"), "?")
	endpoint, id, _ := strings.Cut(path, "/")
	known := w.users
	if endpoint == "Groups" {
		known = w.groups
	}
	switch {
	case x.Method == http.MethodDelete && (x.Status == http.StatusNoContent || x.Status == http.StatusNotFound):
		delete(known, id)
	case x.Method == http.MethodPost && x.Status == http.StatusCreated, id == "" && strings.Contains(query, "filter=") && x.Status == http.StatusOK:
		var body struct {
			ID        string
			Resources []struct{ ID string }
		}
		_ = json.Unmarshal(x.Received, &body)
		for _, r := range append(body.Resources, struct{ ID string }{body.ID}) {
			if r.ID != "" {
				known[r.ID] = true
			}
		}
	}
}

func (w *witness) read() (users, groups map[string]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.users), maps.Clone(w.groups)
}

// verify wants the server's state to be the directory's, by every way to look
// at it: the provider's own comparison, a walk through the listings, the
// change log.
func (c *company) verify(ctx context.Context) error {
	found, err := c.idp.Compare(ctx)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	if !found.Equal {
		return fmt.Errorf("the states differ in %d points:\n  %s", len(found.Differences), strings.Join(found.Differences[:min(10, len(found.Differences))], "\n  "))
	}
	users, groups := c.witness.read()
	return errors.Join(c.audit.listed(ctx, "/Users", users), c.audit.listed(ctx, "/Groups", groups),
		c.audit.logged(ctx, len(users), len(groups)), c.roles(ctx))
}

// audit looks at one company's workspace from outside and inside.
type audit struct {
	world        *world
	workspace    identity.WorkspaceID
	base, secret string
	seq          int64                      // of the last change read
	members      map[string]map[string]bool // of groups, as the log tells
}

// listed walks through a listing: every resource once, those that must be there
// and no others, and a total that is exact on every page.
func (a *audit) listed(ctx context.Context, endpoint string, want map[string]bool) error {
	seen, names := map[string]bool{}, map[string]bool{}
	for start := 1; ; {
		page, err := a.get(ctx, fmt.Sprintf("%s?startIndex=%d&count=150&excludedAttributes=members", endpoint, start))
		if err != nil {
			return err
		}
		if page.TotalResults != len(want) {
			return fmt.Errorf("%s: totalResults is %d; %d were provisioned", endpoint, page.TotalResults, len(want))
		}
		for _, r := range page.Resources {
			name := strings.ToLower(r.UserName)
			switch {
			case seen[r.ID]:
				return fmt.Errorf("%s lists %s twice", endpoint, r.ID)
			case !want[r.ID]:
				return fmt.Errorf("%s lists %s (%s), which no directory knows", endpoint, r.ID, r.UserName)
			case name != "" && names[name]:
				return fmt.Errorf("%s: two people are %s", endpoint, name)
			}
			seen[r.ID], names[name] = true, true
		}
		if len(page.Resources) == 0 {
			break
		}
		start += len(page.Resources)
	}
	for id := range want {
		if !seen[id] {
			return fmt.Errorf("%s does not list %s", endpoint, id)
		}
	}
	return nil
}

// logged reads the change log on: numbered without a gap, its memberships those
// of the groups, and all counts exact.
func (a *audit) logged(ctx context.Context, users, groups int) error {
	r := a.world.store.Read(a.workspace)
	for {
		log, err := r.Changes(ctx, a.seq, 5000)
		if err != nil {
			return err
		}
		for _, change := range log {
			if a.seq++; change.Seq != a.seq {
				return fmt.Errorf("change %d of the log has the number %d", a.seq, change.Seq)
			}
			a.replay(change)
		}
		if len(log) == 0 {
			break
		}
	}
	tally, err := r.Tally(ctx)
	if err != nil {
		return err
	}
	if tally.Seq != a.seq || tally.Users != int64(users) || tally.Groups != int64(groups) || tally.Parked != 0 {
		return fmt.Errorf("counted are %+v; there are %d changes, %d users and %d groups", tally, a.seq, users, groups)
	}
	return a.grouped(ctx)
}

// replay follows one change of membership.
func (a *audit) replay(c identity.Change) {
	switch c.Verb {
	case identity.GroupCreated:
		a.members[c.Subject.ID] = map[string]bool{}
	case identity.GroupDeleted:
		delete(a.members, c.Subject.ID)
	case identity.MembersChanged:
		for _, d := range c.Values {
			for _, m := range words(d.Before) {
				delete(a.members[c.Subject.ID], m)
			}
			for _, m := range words(d.After) {
				a.members[c.Subject.ID][m] = true
			}
		}
	}
}

func words(v any) []string {
	list, _ := v.([]any)
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fmt.Sprint(s)
	}
	return out
}

// grouped compares every group with what the log tells of it.
func (a *audit) grouped(ctx context.Context) error {
	r := a.world.store.Read(a.workspace)
	all, err := r.GroupsAfter(ctx, "", len(a.members)+1)
	if err != nil {
		return err
	}
	if len(all) != len(a.members) {
		return fmt.Errorf("there are %d groups and the log tells of %d", len(all), len(a.members))
	}
	for i := range all {
		g := &all[i]
		members, err := r.MemberIDsOf(ctx, g.ID)
		if err != nil {
			return err
		}
		told := a.members[string(g.ID)]
		if g.Members != int64(len(members)) || len(told) != len(members) {
			return fmt.Errorf("group %s counts %d members, has %d, and the log tells of %d", g.DisplayName, g.Members, len(members), len(told))
		}
		if i := slices.IndexFunc(members, func(m identity.MemberID) bool { return !told[string(m)] }); i >= 0 {
			return fmt.Errorf("the log does not tell how %s came into the group %s", members[i], g.DisplayName)
		}
	}
	return nil
}

// roles wants everybody to have the role of the directory, where its mapping
// says exactly which one that is.
func (c *company) roles(ctx context.Context) error {
	if !c.exactRoles {
		return nil
	}
	a := c.audit
	r := a.world.store.Read(a.workspace)
	for _, p := range c.dir.People() {
		want, in := c.role[p.ObjectID]
		if !in || !p.AccountEnabled || p.SoftDeleted {
			continue
		}
		m, found, err := r.MemberByUserName(ctx, identity.Fold(p.UserPrincipalName))
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("%s is no member", p.UserPrincipalName)
		}
		grants := a.world.directory.Roles(&m, nil)
		if want == "owner" { // a directory makes nobody an owner
			want = a.world.product.Roles.Default
		}
		if len(grants) != 1 || grants[0].Role != want {
			return fmt.Errorf("%s should be %s and is %v", p.UserPrincipalName, want, grants)
		}
	}
	return nil
}
