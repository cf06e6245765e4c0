package filter_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// TestFoldAgreesWithEqualFoldOnEveryCharacter: what a character folds to is equal to it, so
// unequal ones fold apart; and all that are equal fold to the same.
func TestFoldAgreesWithEqualFoldOnEveryCharacter(t *testing.T) {
	for r := rune(0); r < 0x20000; r++ { // the planes that have letters of two cases
		if !utf8.ValidRune(r) {
			continue
		}
		s, next := string(r), unicode.SimpleFold(r)
		switch folded := filter.Fold(s); {
		case next == r && folded != s:
			t.Fatalf("%U has no other case but folds to %q", r, folded)
		case next != r && !strings.EqualFold(folded, s):
			t.Fatalf("%U folds to %q, which is not equal to it", r, folded)
		case next != r && filter.Fold(string(next)) != folded:
			t.Fatalf("%U and %U are equal but fold apart", r, next)
		}
	}
}

func TestFold(t *testing.T) {
	rows := []struct{ text, want string }{
		{"ann@example.com", "ann@example.com"},
		{"ANN@Example.COM", "ann@example.com"},
		{"MÜLLER ΣΊΣΥΦΟΣ", "müller σίσυφοσ"},
		{"\u212a\u017f", "ks"},
		{"ß", "ß"},
		{"a\xffb", "a\ufffdb"},
		{"", ""},
	}
	for _, row := range rows {
		if got := filter.Fold(row.text); got != row.want {
			t.Errorf("%q: got %q, want %q", row.text, got, row.want)
		}
	}
}

// TestTextOperatorsAgreeWithFold compares, on many small texts, the operators with what they
// mean: the operation on the folded texts.
func TestTextOperatorsAgreeWithFold(t *testing.T) {
	letters := []rune("abABkKsSéÉ\u212a\u017fσΣς😀")
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		r := make([]rune, random.IntN(6))
		for i := range r {
			r[i] = letters[random.IntN(len(letters))]
		}
		return string(r)
	}
	for range 20_000 {
		s, part := text(), text()
		x, y := filter.Fold(s), filter.Fold(part)
		order := strings.Compare(x, y)
		for op, want := range map[filter.Op]bool{
			filter.Eq: x == y, filter.Co: strings.Contains(x, y), filter.Sw: strings.HasPrefix(x, y), filter.Ew: strings.HasSuffix(x, y),
			filter.Gt: order > 0, filter.Ge: order >= 0, filter.Lt: order < 0, filter.Le: order <= 0,
		} {
			e := filter.Compare{Path: attr("a"), Op: op, Value: part}
			if got := filter.Match(e, object{{"a", s}}); got != want {
				t.Fatalf("%q %s %q: got %v", s, op, part, got)
			}
		}
	}
}

func TestContainsStaysFastOnTextsThatRepeat(t *testing.T) {
	o := object{{"a", strings.Repeat("aA", 1<<20)}}
	e := filter.Compare{Path: attr("a"), Op: filter.Co, Value: strings.Repeat("a", 8000) + "b"}
	start := time.Now()
	if filter.Match(e, o) {
		t.Error("found what is not there")
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}
