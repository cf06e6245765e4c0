package identity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

func TestAMemberIsFoundByTheBeginningOfAnyWordOfItsNameOrAddress(t *testing.T) {
	m := &identity.Member{DisplayName: "Anne-Marie O'Neill (Ops)", GivenName: "Anne", FamilyName: "O'Neill", Address: "a.oneill+work@contoso.example", UserName: "EMP0042"}
	for _, text := range []string{"a", "ann", "anne-m", "marie", "O'N", "neill", "ops", "(ops", "a.oneill", "oneill", "WORK", "contoso", "a.oneill+work@contoso.example", "emp", "marie neill", "contoso a", ""} {
		if !m.HasWords(identity.QueryWords(text)) {
			t.Errorf("%q does not find %q", text, m.Words())
		}
	}
	for _, text := range []string{"nn", "xyz", "ann xyz", "annex", "exam"} {
		if m.HasWords(identity.QueryWords(text)) {
			t.Errorf("%q finds %q", text, m.Words())
		}
	}
}

func TestNoWordIsKeptThatAnotherOneBeginsWith(t *testing.T) {
	m := &identity.Member{DisplayName: "Ann Annabel", GivenName: "ann", FamilyName: "Annabel", Address: "annabel@x.example"}
	words := m.Words()
	if want := []string{"annabel@x.example", "x.example"}; !slices.Equal(words, want) {
		t.Errorf("got %q, want %q", words, want)
	}
}

func TestWordsAreFewAndShort(t *testing.T) {
	var many []string
	for c := 'a'; c <= 'z'; c++ {
		many = append(many, strings.Repeat(string(c), 100))
	}
	m := &identity.Member{DisplayName: strings.Join(many, " ") + " \x00 \xff"}
	words := m.Words()
	if len(words) != 12 {
		t.Errorf("%d words", len(words))
	}
	for _, w := range words {
		if len([]rune(w)) != 64 {
			t.Errorf("%q", w)
		}
	}
	if !m.HasWords(identity.QueryWords(many[0])) {
		t.Error("a longer text than is kept finds nobody")
	}
}

func TestEveryMemberIsInOneTab(t *testing.T) {
	for _, c := range []struct {
		state identity.State
		guest bool
		want  identity.Tab
	}{
		{identity.Active, false, identity.TabActive}, {identity.Pending, false, identity.TabPending}, {identity.Inactive, false, identity.TabInactive},
		{identity.Active, true, identity.TabGuest}, {identity.Pending, true, identity.TabGuest}, {identity.Inactive, true, identity.TabInactive},
	} {
		if got := identity.TabOf(c.state, c.guest); got != c.want {
			t.Errorf("%s, guest %v: %s", c.state, c.guest, got)
		}
	}
}

func TestAMaskNeverHidesWhoHasAWordThatBeginsSo(t *testing.T) {
	has := func(mask int64, typed ...string) bool { want := identity.WordMask(typed); return mask&want == want }
	for _, typed := range []string{"a", "ab", "ann", "Anna", "Öl", "李小龙", "ann@acme.example"} {
		word := identity.QueryWords(typed)[0]
		m := identity.Member{DisplayName: "other " + word, UserName: "u" + word}
		mask := identity.WordMask(m.Words())
		for end := range word {
			if !has(mask, word[:end]) {
				t.Errorf("%q hides %q", word, word[:end])
			}
		}
		if !has(mask, word, "other") {
			t.Errorf("%q is hidden by itself", word)
		}
	}
	if has(identity.WordMask([]string{"anna", "smith"}), "berg") {
		t.Error("a mask that hides nobody is of no use")
	}
}
