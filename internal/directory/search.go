package directory

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// MemberQuery asks for members as administrators see them.
type MemberQuery struct {
	Tab    identity.Tab // "" means TabActive
	Text   string       // what somebody typed: each word must begin one of the member's; "" lists, newest first
	After  string       // MemberPage.Next of the page before, "" for the first
	Before string       // MemberPage.Prev of the page behind
	Limit  int          // rows; 50 when it is not between 1 and 100
}

// MemberRow is a member as a page shows it. The member's doc is not read.
type MemberRow struct {
	identity.Member
	Roles     []identity.Grant // that count, groups included; see Service.Roles
	ManagedBy string           // title of the directory connection, "" when none manages the member
	Seat      bool             // takes a seat
}

// MemberPage is a page of members.
type MemberPage struct {
	Rows       []MemberRow
	Next, Prev string // cursors of the neighbouring pages, "" where there is none
	// Cut says that the search stopped before the page was full, having looked at
	// as many members as one page may cost; Next goes on from there.
	Cut bool
}

// Bounds of one page of members.
const (
	pageRows  = 50
	mostRows  = 100
	mostLooks = 1000 // members that a search of several words may look at
	mostCount = 500  // words that count as many
	mostWords = 12   // words of a search; more do not count
)

// Members lists the members of a tab, or those of them that a text finds. Without
// a text they come newest first, with one in the order of the words found. A
// cursor that is none of ours is identity.Invalid.
func (s *Service) Members(ctx context.Context, ws identity.WorkspaceID, q MemberQuery) (MemberPage, error) {
	q.Tab = cmp.Or(q.Tab, identity.TabActive)
	if !slices.Contains(identity.Tabs(), q.Tab) {
		return MemberPage{}, identity.Errorf(identity.Invalid, "tab", "there is no list called %q; choose one of those shown", q.Tab)
	}
	if q.Limit < 1 || q.Limit > mostRows {
		q.Limit = pageRows
	}
	w := memberWalk{r: s.store.Read(ws), tab: q.Tab, limit: q.Limit, words: identity.QueryWords(q.Text), back: q.Before != "" && q.After == ""}
	w.words = w.words[:min(len(w.words), mostWords)]
	if err := w.start(cmp.Or(q.After, q.Before)); err != nil {
		return MemberPage{}, err
	}
	page, members, err := w.page(ctx)
	if err != nil {
		return page, err
	}
	page.Rows, err = s.memberRows(ctx, w.r, members)
	return page, err
}

// memberWalk is one page of the members' list on its way.
type memberWalk struct {
	r     *store.Reader
	tab   identity.Tab
	limit int
	words []string
	back  bool // towards the first page
	from  store.Place
}

// start reads a cursor: a word and a member's id, or the id alone.
func (w *memberWalk) start(cursor string) error {
	if cursor == "" {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	word, id, ok := strings.Cut(string(text), " ")
	if err != nil || !ok || !strings.HasPrefix(id, "mem_") || (word != "") != (len(w.words) > 0) {
		return errPage
	}
	w.from = store.Place{Word: word, Member: identity.MemberID(id)}
	return nil
}

var errPage = identity.Errorf(identity.Invalid, "page", "this page of the list is no longer known; start again from the first one")

func cursorOf(h *store.Hit) string {
	return base64.RawURLEncoding.EncodeToString([]byte(h.Word + " " + string(h.Member.ID)))
}

// page gives the members of the page, and cursors to its neighbours.
func (w *memberWalk) page(ctx context.Context) (MemberPage, []identity.Member, error) {
	hits, last, err := w.hits(ctx)
	if err != nil {
		return MemberPage{}, nil, err
	}
	var p MemberPage
	more := len(hits) > w.limit
	if more {
		hits = hits[:w.limit]
		last = nil
	}
	p.Cut = last != nil
	end := last // where the walk stands, and goes on from
	if end == nil && more {
		end = &hits[len(hits)-1]
	}
	first := store.Hit{Word: w.from.Word, Member: identity.Member{ID: w.from.Member}}
	if len(hits) > 0 {
		first = hits[0]
	}
	if end != nil {
		p.Next = cursorOf(end)
	}
	if w.from.Member != "" {
		p.Prev = cursorOf(&first)
	}
	if w.back {
		p.Next, p.Prev = p.Prev, p.Next
		slices.Reverse(hits)
	}
	members := make([]identity.Member, len(hits))
	for i := range hits {
		members[i] = hits[i].Member
	}
	return p, members, nil
}

// hits gives up to one more than the page's members, in the walk's direction.
// Last is set where a search has looked at enough, to the last that it looked at.
func (w *memberWalk) hits(ctx context.Context) (hits []store.Hit, last *store.Hit, err error) {
	if len(w.words) == 0 {
		members, err := w.list(ctx)
		for i := range members {
			hits = append(hits, store.Hit{Member: members[i]})
		}
		return hits, nil, err
	}
	narrowest, err := w.narrowest(ctx)
	if err != nil {
		return nil, nil, err
	}
	from := w.from
	for looked := 0; looked < mostLooks; {
		n := w.stride(looked, len(hits))
		found, end, err := w.search(ctx, narrowest, from, n)
		if err != nil {
			return nil, nil, err
		}
		for i := range found {
			h := &found[i]
			if h.Member.HasWords(w.words) && h.Word == store.FirstWord(&h.Member, narrowest) {
				hits = append(hits, *h)
			}
			if len(hits) > w.limit {
				return hits, nil, nil
			}
		}
		if end == nil {
			return hits, nil, nil
		}
		looked, from = looked+n, *end
		last = &store.Hit{Word: end.Word, Member: identity.Member{ID: end.Member}}
	}
	return hits, last, nil
}

// stride is how many members to look at next: those among whom the rest of the
// page is to be expected, going by how many of those looked at were hits.
func (w *memberWalk) stride(looked, hits int) int {
	most := mostCount
	if looked == 0 {
		most = w.limit + 1
	} else if hits > 0 {
		most = (w.limit + 1 - hits) * looked / hits * 5 / 4
	}
	return max(w.limit+1, min(most, mostCount))
}

// narrowest gives the word of the search that the fewest members have, the
// longest where that is not known. Behind the first page it is the one that the
// cursor's word begins with.
func (w *memberWalk) narrowest(ctx context.Context) (best string, err error) {
	words := slices.SortedStableFunc(slices.Values(w.words), func(a, b string) int { return len(b) - len(a) })
	if w.from.Word != "" {
		if i := slices.IndexFunc(words, func(word string) bool { return store.Begins(w.from.Word, word) }); i >= 0 {
			return words[i], nil
		}
		return "", errPage
	}
	if len(words) == 1 {
		return words[0], nil
	}
	least := int64(mostCount)
	for _, word := range words {
		n, err := w.r.CountWords(ctx, w.tab, word, mostCount)
		if err != nil {
			return "", err
		}
		if best == "" || n < least {
			best, least = word, n
		}
	}
	return best, nil
}

// search looks at n places of the index, and gives those members found there who
// may have all of the words, and the last place looked at, nil when there are no more.
func (w *memberWalk) search(ctx context.Context, prefix string, from store.Place, n int) (found []store.Hit, last *store.Place, err error) {
	if len(w.words) > 1 {
		return w.searchSeveral(ctx, prefix, from, n)
	}
	look := w.r.MembersByWord
	if w.back {
		look = w.r.MembersByWordBefore
	}
	found, err = look(ctx, w.tab, prefix, from, n)
	if err == nil && len(found) == n {
		last = &store.Place{Word: found[n-1].Word, Member: found[n-1].Member.ID}
	}
	return found, last, err
}

// searchSeveral is search where the masks say who need not be read.
func (w *memberWalk) searchSeveral(ctx context.Context, prefix string, from store.Place, n int) (found []store.Hit, last *store.Place, err error) {
	look := w.r.EntriesByWord
	if w.back {
		look = w.r.EntriesByWordBefore
	}
	entries, err := look(ctx, w.tab, prefix, from, n)
	if err != nil {
		return nil, nil, err
	}
	if len(entries) == n {
		end := entries[n-1].Place
		last = &end
	}
	mask := identity.WordMask(w.words)
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Mask&mask != mask })
	ids := make([]identity.MemberID, len(entries))
	for i := range entries {
		ids[i] = entries[i].Member
	}
	members, err := w.r.MembersByID(ctx, ids)
	byID := make(map[identity.MemberID]*identity.Member, len(members))
	for i := range members {
		byID[members[i].ID] = &members[i]
	}
	for _, e := range entries {
		if m := byID[e.Member]; m != nil {
			found = append(found, store.Hit{Word: e.Word, Member: *m})
		}
	}
	return found, last, err
}

func (w *memberWalk) list(ctx context.Context) ([]identity.Member, error) {
	if w.back {
		return w.r.MembersInBefore(ctx, w.tab, w.from.Member, w.limit+1)
	}
	return w.r.MembersIn(ctx, w.tab, w.from.Member, w.limit+1)
}

// Member gives one member as a page shows it, with its doc. A foreign or unknown
// id is identity.NotFound.
func (s *Service) Member(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID) (MemberRow, error) {
	r := s.store.Read(ws)
	m, found, err := r.Member(ctx, id)
	if err != nil {
		return MemberRow{}, err
	}
	if !found {
		return MemberRow{}, s.noMember()
	}
	rows, err := s.memberRows(ctx, r, []identity.Member{m})
	if err != nil {
		return MemberRow{}, err
	}
	return rows[0], nil
}

func (s *Service) noMember() error {
	return identity.Errorf(identity.NotFound, "", "there is no such %s", s.product.Words.Member)
}

// memberRows completes members with what their groups and connections say.
func (s *Service) memberRows(ctx context.Context, r *store.Reader, members []identity.Member) ([]MemberRow, error) {
	if len(members) == 0 {
		return nil, nil
	}
	ids := make([]identity.MemberID, len(members))
	for i := range members {
		ids[i] = members[i].ID
	}
	groups, err := r.GroupsOfAll(ctx, ids)
	if err != nil {
		return nil, err
	}
	titles, err := s.connectionTitles(ctx, r)
	if err != nil {
		return nil, err
	}
	rows := make([]MemberRow, len(members))
	for i := range members {
		m := &members[i]
		rows[i] = MemberRow{Member: *m, Roles: s.Roles(m, groups[m.ID]), ManagedBy: titles[m.Connection], Seat: s.takesSeat(m.Tab)}
	}
	return rows, nil
}

// connectionTitles gives what the workspace's connections are called; one that
// was removed manages nobody and is not among them.
func (s *Service) connectionTitles(ctx context.Context, r *store.Reader) (map[identity.ConnectionID]string, error) {
	all, err := r.Connections(ctx)
	titles := make(map[identity.ConnectionID]string, len(all))
	for _, c := range all {
		if c.Removed.IsZero() {
			titles[c.ID] = ConnectionTitle(s.product, &c)
		}
	}
	return titles, err
}

// ConnectionTitle is what people call a connection: its title, the product's name
// for its kind, or "the directory" for the one that every workspace begins with.
func ConnectionTitle(p *product.Product, c *identity.Connection) string {
	if c.Title != "" {
		return c.Title
	}
	for _, k := range p.Console.Connectors {
		if c.Kind != "" && k.Kind == c.Kind {
			return k.Title
		}
	}
	if c.Name == identity.DefaultConnection {
		return "the directory"
	}
	return c.Name
}

// settingProvider is the setting of the connection that a workspace begins with
// which says whose directory it is, since that connection was made before anybody
// knew.
const settingProvider = "provider"

// ConnectionKind is the make of a connection's identity provider: "entra". Of the
// one that a workspace begins with it is what an administrator said, or else the
// product's first.
func ConnectionKind(p *product.Product, c *identity.Connection) string {
	if c.Kind != "" {
		return c.Kind
	}
	if kind := c.Settings[settingProvider]; kind != "" || len(p.Console.Connectors) == 0 {
		return kind
	}
	return p.Console.Connectors[0].Kind
}

// takesSeat says whether a member of a tab takes a seat.
func (s *Service) takesSeat(t identity.Tab) bool {
	return t == identity.TabActive || t == identity.TabGuest || t == identity.TabPending && s.product.Members.Seat == product.SeatAtProvisioning
}

// Seats is how many seats the members of a workspace take: those who are active,
// guests too, and where the product says so those who have never signed in.
func (s *Service) Seats(t store.Tally) int64 {
	n := t.Active() + t.Guests
	if s.takesSeat(identity.TabPending) {
		n += t.Pending
	}
	return n
}
