package scim

import (
	"fmt"
	"strings"
)

// suggest names the attribute that comes nearest to a misspelt one: "" or ` Did you mean "nickName"?`.
func (ix *index) suggest(name string) string {
	fields := append([]*field(nil), ix.core.list...)
	for _, e := range ix.extensions {
		if f := e.find(name); f != nil {
			return didYouMean(f.path)
		}
		fields = append(fields, e.list...)
	}
	return suggestion(name, append(fields, ix.common.find("externalId")))
}

func suggestion(name string, fields []*field) string {
	best, least := "", 1+len(name)/3
	for _, f := range fields {
		if d := distance(strings.ToLower(name), strings.ToLower(f.Name), least); d < least+1 && (best == "" || d < least) {
			best, least = f.path, d
		}
	}
	if best == "" {
		return ""
	}
	return didYouMean(best)
}

func didYouMean(name string) string { return fmt.Sprintf(" Did you mean %q?", name) }

// distance counts the letters to insert, delete, change or swap between a and b. It gives up
// above limit.
func distance(a, b string, limit int) int {
	if len(a) > 64 || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+differ(a[i], b[j]))
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func differ(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}

func equalFold(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }
