package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// A word is kept spelt in sixteen signs, two for each byte, whose order is that
// of the bytes in every collation: an index of PostgreSQL has the order of some
// language, in which "aa" may stand behind "z", and would find too few words for
// a prefix. The letters are none that any language pairs.
const signs = "0123456789bkmptx"

// behindWord stands behind every spelt word that begins with what it follows.
const behindWord = "z"

func spell(word string) string {
	b := make([]byte, 0, 2*len(word))
	for i := range len(word) {
		b = append(b, signs[word[i]>>4], signs[word[i]&15])
	}
	return string(b)
}

func spellAll(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = spell(w)
	}
	return out
}

// places gives n places for arguments, from the given one on: $3, $4, $5.
func places(first, n int) string { return strings.Join(placeList(first, n), ", ") }

func placeList(first, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = "$" + strconv.Itoa(first+i)
	}
	return out
}

// insertWords adds all words of a member under its tab, in one statement.
func (tx *Tx) insertWords(ctx context.Context, m *identity.Member, words []string) error {
	if len(words) == 0 {
		return nil
	}
	rows := placeList(5, len(words))
	for i, place := range rows {
		rows[i] = "($1, $2, $3, $4, " + place + ")"
	}
	_, err := tx.q.exec(ctx, `INSERT INTO member_word (workspace_id, tab, member_id, mask, word) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`,
		append([]any{tx.ws, m.Tab, m.ID, identity.WordMask(words)}, spellAll(words)...)...)
	return err
}

// moveWords makes a member's words those of now instead of before. It asks the
// database nothing when neither they nor the tab have changed.
func (tx *Tx) moveWords(ctx context.Context, before, m *identity.Member) error {
	renamed := before.DisplayName != m.DisplayName || before.GivenName != m.GivenName || before.FamilyName != m.FamilyName ||
		before.Address != m.Address || before.UserName != m.UserName
	if !renamed && before.Tab == m.Tab {
		return nil
	}
	had, has := before.Words(), m.Words()
	if before.Tab != m.Tab && slices.Equal(had, has) {
		return tx.turnWords(ctx, before, m, has)
	}
	if slices.Equal(had, has) {
		return nil
	}
	if len(had) > 0 {
		if _, err := tx.q.exec(ctx, `DELETE FROM member_word WHERE workspace_id = $1 AND tab = $2 AND member_id = $3 AND word IN (`+places(4, len(had))+`)`,
			append([]any{tx.ws, before.Tab, m.ID}, spellAll(had)...)...); err != nil {
			return err
		}
	}
	return tx.insertWords(ctx, m, has)
}

// turnWords brings the words of a member from one tab to the other.
func (tx *Tx) turnWords(ctx context.Context, before, m *identity.Member, words []string) error {
	if len(words) == 0 {
		return nil
	}
	_, err := tx.q.exec(ctx, `UPDATE member_word SET tab = $4 WHERE workspace_id = $1 AND tab = $2 AND member_id = $3 AND word IN (`+places(5, len(words))+`)`,
		append([]any{tx.ws, before.Tab, m.ID, m.Tab}, spellAll(words)...)...)
	return err
}

// Refill gives a member its tab and words where a former version left them out.
func (tx *Tx) Refill(ctx context.Context, m *identity.Member, tab identity.Tab) error {
	if before := *m; tab != m.Tab {
		m.Tab = tab
		if _, err := tx.q.exec(ctx, `UPDATE member SET tab = $3 WHERE workspace_id = $1 AND id = $2`, tx.ws, m.ID, tab); err != nil {
			return err
		}
		tx.Tally().countTab(before.Tab, -1)
		tx.Tally().countTab(tab, 1)
		if err := tx.moveWords(ctx, &before, m); err != nil {
			return err
		}
	}
	return tx.insertWords(ctx, m, m.Words())
}

// countTab counts a member in its tab, or out of it.
func (t *Tally) countTab(tab identity.Tab, by int64) {
	switch tab {
	case identity.TabPending:
		t.Pending += by
	case identity.TabInactive:
		t.Inactive += by
	case identity.TabGuest:
		t.Guests += by
	}
}

// Active is the number of members who are neither pending, inactive nor guests.
func (t *Tally) Active() int64 { return t.Members - t.Pending - t.Inactive - t.Guests }

// Hit is a member that a search found, and the place in the order of words where
// it stands.
type Hit struct {
	Word   string // as it is kept; opaque
	Member identity.Member
}

func scanHit(s scanner) (h Hit, err error) {
	var word string
	err = scanRow(s, &h.Member, &word)
	h.Word = word
	return h, err
}

// Place is where a walk through the members of a tab stands: before or behind
// which member, and under which word when it walks through a search.
type Place struct {
	Word   string
	Member identity.MemberID
}

// MembersByWord lists up to limit members of a tab that have a word which begins
// with prefix, folded, in the order of words and then of arrival, from behind a
// place; one who has several such words comes once for each. Docs are not read.
//
// The words are chosen in a subquery, u, so that no planner reads all members
// for the sake of a few; the order is left to Go.
func (r *Reader) MembersByWord(ctx context.Context, tab identity.Tab, prefix string, after Place, limit int) ([]Hit, error) {
	low := spell(prefix)
	if after.Word < low {
		after = Place{Word: low}
	}
	hits, err := many(ctx, r.q, scanHit, `SELECT `+rowColumns+`, u.word FROM (SELECT k.word, k.member_id FROM member_word k
			WHERE k.workspace_id = $1 AND k.tab = $2 AND (k.word, k.member_id) > ($3, $4) AND k.word < $5 ORDER BY k.word, k.member_id LIMIT $6 + 0) u
		CROSS JOIN member m WHERE m.workspace_id = $1 AND m.id = u.member_id`,
		r.ws, tab, after.Word, after.Member, low+behindWord, limit)
	slices.SortFunc(hits, compareHits)
	return hits, err
}

// MembersByWordBefore is MembersByWord backwards, from before a place.
func (r *Reader) MembersByWordBefore(ctx context.Context, tab identity.Tab, prefix string, before Place, limit int) ([]Hit, error) {
	hits, err := many(ctx, r.q, scanHit, `SELECT `+rowColumns+`, u.word FROM (SELECT k.word, k.member_id FROM member_word k
			WHERE k.workspace_id = $1 AND k.tab = $2 AND (k.word, k.member_id) < ($3, $4) AND k.word >= $5 ORDER BY k.word DESC, k.member_id DESC LIMIT $6 + 0) u
		CROSS JOIN member m WHERE m.workspace_id = $1 AND m.id = u.member_id`,
		r.ws, tab, before.Word, before.Member, spell(prefix), limit)
	slices.SortFunc(hits, func(a, b Hit) int { return compareHits(b, a) })
	return hits, err
}

// Entry is a word of a member in the order of words, and the mask of all of the
// member's words.
type Entry struct {
	Place
	Mask int64
}

// EntriesByWord is MembersByWord without the members: many can be looked at for the
// few that may have other words as well.
func (r *Reader) EntriesByWord(ctx context.Context, tab identity.Tab, prefix string, after Place, limit int) ([]Entry, error) {
	low := spell(prefix)
	if after.Word < low {
		after = Place{Word: low}
	}
	return many(ctx, r.q, scanEntry, `SELECT k.word, k.member_id, k.mask FROM member_word k
		WHERE k.workspace_id = $1 AND k.tab = $2 AND (k.word, k.member_id) > ($3, $4) AND k.word < $5 ORDER BY k.word, k.member_id LIMIT $6 + 0`,
		r.ws, tab, after.Word, after.Member, low+behindWord, limit)
}

// EntriesByWordBefore is EntriesByWord backwards, from before a place.
func (r *Reader) EntriesByWordBefore(ctx context.Context, tab identity.Tab, prefix string, before Place, limit int) ([]Entry, error) {
	return many(ctx, r.q, scanEntry, `SELECT k.word, k.member_id, k.mask FROM member_word k
		WHERE k.workspace_id = $1 AND k.tab = $2 AND (k.word, k.member_id) < ($3, $4) AND k.word >= $5 ORDER BY k.word DESC, k.member_id DESC LIMIT $6 + 0`,
		r.ws, tab, before.Word, before.Member, spell(prefix), limit)
}

func scanEntry(s scanner) (e Entry, err error) {
	err = s.Scan(&e.Word, &e.Member, &e.Mask)
	return e, err
}

// MembersByID reads several members, in the order asked for; one that is not here
// is left out. Docs are not read.
func (r *Reader) MembersByID(ctx context.Context, ids []identity.MemberID) (out []identity.Member, err error) {
	for rest := ids; len(rest) > 0; {
		var run []any
		run, rest = sized(rest)
		found, err := many(ctx, r.q, scanListed, `SELECT `+rowColumns+` FROM member m WHERE m.workspace_id = $1 AND m.id IN (`+places(2, len(run))+`)`, append([]any{r.ws}, run...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	at := make(map[identity.MemberID]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	slices.SortFunc(out, func(a, b identity.Member) int { return at[a.ID] - at[b.ID] })
	return out, nil
}

func compareHits(a, b Hit) int {
	return cmp.Or(strings.Compare(a.Word, b.Word), strings.Compare(string(a.Member.ID), string(b.Member.ID)))
}

// CountWords counts the words of a tab's members that begin with prefix, folded,
// up to most.
func (r *Reader) CountWords(ctx context.Context, tab identity.Tab, prefix string, most int) (int64, error) {
	low := spell(prefix)
	n, _, err := one(ctx, r.q, scanInt, `SELECT count(*) FROM (SELECT k.word FROM member_word k
		WHERE k.workspace_id = $1 AND k.tab = $2 AND k.word >= $3 AND k.word < $4 LIMIT $5 + 0) u`, r.ws, tab, low, low+behindWord, most)
	return n, err
}

// Begins says whether a word as it is kept begins with prefix, folded.
func Begins(kept, prefix string) bool { return strings.HasPrefix(kept, spell(prefix)) }

// FirstWord gives the least of a member's words that begins with prefix, as it
// is kept: a search shows the member there and nowhere else.
func FirstWord(m *identity.Member, prefix string) string {
	least := ""
	for _, w := range m.Words() {
		if strings.HasPrefix(w, prefix) && (least == "" || w < least) {
			least = w
		}
	}
	return spell(least)
}

// MembersIn lists up to limit members of a tab, newest first, from behind the
// given one ("" for the newest). Docs are not read.
func (r *Reader) MembersIn(ctx context.Context, tab identity.Tab, after identity.MemberID, limit int) ([]identity.Member, error) {
	if after == "" {
		after = "mem_zzzzzzzzzzzzzzzzzzzzzzzzzzz" // above every id in any collation
	}
	return many(ctx, r.q, scanListed, `SELECT `+rowColumns+` FROM member m
		WHERE m.workspace_id = $1 AND m.tab = $2 AND m.id < $3 ORDER BY m.id DESC LIMIT $4 + 0`, r.ws, tab, after, limit)
}

// MembersInBefore lists up to limit members of a tab, oldest first, from before
// the given one in MembersIn's order.
func (r *Reader) MembersInBefore(ctx context.Context, tab identity.Tab, before identity.MemberID, limit int) ([]identity.Member, error) {
	return many(ctx, r.q, scanListed, `SELECT `+rowColumns+` FROM member m
		WHERE m.workspace_id = $1 AND m.tab = $2 AND m.id > $3 ORDER BY m.id LIMIT $4 + 0`, r.ws, tab, before, limit)
}

func scanListed(s scanner) (m identity.Member, err error) {
	err = scanRow(s, &m)
	return m, err
}
