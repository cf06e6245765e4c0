package product

import "strings"

// nearest returns the candidate that s was most likely meant to be, or "".
// Letter case does not count. Two slips in a long word are forgiven, one in a
// short one; an abbreviation or a longer form of at least four letters counts.
func nearest(s string, candidates []string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" || len(s) > 64 {
		return ""
	}
	best, least := "", len(s)
	for _, c := range candidates {
		if d := distance(s, strings.ToLower(c)); d <= allowed(s, c) && d < least {
			best, least = c, d
		}
	}
	if best != "" {
		return best
	}
	for _, c := range candidates {
		if extends(s, strings.ToLower(c)) {
			return c
		}
	}
	return ""
}

// allowed is how many slips are forgiven between two words.
func allowed(a, b string) int {
	if shorter := min(len(a), len(b)); shorter >= 3 {
		return max(1, shorter/4)
	}
	return 0
}

func extends(a, b string) bool {
	return min(len(a), len(b)) >= 4 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// distance counts the letters to insert, drop, change or swap with their
// neighbour to turn a into b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row := make([]int, len(t)+1)
		row[0] = i
		for j := 1; j <= len(t); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ(s[i-1] != t[j-1]))
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(t)]
}

func differ(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
