package scim

import "fmt"

// Note tells what was tolerated, kept or dropped in a request, for a provisioning log.
type Note struct {
	Code string // stable, for instance "kept-unknown"
	Path string // the attribute
	Text string // a sentence for administrators
}

// Notes gathers notes. A nil *Notes takes notes and forgets them.
type Notes []Note

// These bound what one hostile request can make us remember.
const (
	maxNotes = 100
	maxNote  = 300 // bytes of a path or text
)

// Add adds a note. The same code at the same path is noted once.
func (n *Notes) Add(code, path, format string, args ...any) {
	if n == nil || len(*n) >= maxNotes {
		return
	}
	path = clip(path, maxNote)
	for _, old := range *n {
		if old.Code == code && old.Path == path {
			return
		}
	}
	*n = append(*n, Note{Code: code, Path: path, Text: clip(fmt.Sprintf(format, args...), maxNote)})
}
