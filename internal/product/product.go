// Package product is the product definition: what makes one deployment of
// Anteroom this product and no other. It holds the product's words, the form of
// its SCIM address, its attributes and match keys, its roles, and its rules for
// members.
//
// A definition is one YAML file. [Load] reads it strictly: an unknown key, a
// wrong type or a contradiction is a mistake, and every mistake of the file is
// reported at once with its line and its remedy. [Default] is the definition
// that applies when none is given; it is itself such a file.
//
// The package does no I/O: bytes in, a [Product] or [Mistakes] out. A Product
// is not changed after it was loaded and is safe for concurrent use.
package product

import (
	_ "embed"
	"slices"
)

//go:embed default.yaml
var defaultFile []byte

// MaxSize is the largest definition that Load reads, in bytes.
const MaxSize = 1 << 20

// Product is one product definition, complete and valid.
type Product struct {
	Name       string      // what people call the product: "Timeneye"
	Brand      Brand       // how it looks
	Words      Words       // what it calls things
	Contact    Contact     // whom to ask for what is locked
	Plans      []Plan      // what each unlocks
	NewPlan    string      // the plan of a new workspace
	SignIn     SignIn      // how people come in
	Channels   []Channel   // the ways into the product; none: there is one, and it has no name
	Tokens     Tokens      // what directories may provision with
	Console    Console     // the administrators' pages
	SCIM       SCIM        // where directories provision to
	Attributes []Attribute // attributes of people beyond, or with rules on, the standard ones
	Match      []string    // SCIM paths by which directories may look people up, best first; each has a look-up key
	Roles      Roles       // what a member may be
	Members    Members     // rules for every member
}

// Default returns the built-in definition, a fresh copy at each call.
func Default() *Product {
	p, err := Load(defaultFile, "built-in definition")
	if err != nil { // a test keeps this from happening: the file is part of the program
		return &Product{}
	}
	return p
}

// DefaultYAML returns the text of the built-in definition, a good start for a
// file of one's own.
func DefaultYAML() []byte { return slices.Clone(defaultFile) }

// Load reads a definition. The filename stands in messages only. When the file
// has mistakes, the error is of type [Mistakes] and lists every one of them.
func Load(data []byte, filename string) (*Product, error) {
	r := &reader{file: filename, lines: map[string]int{}}
	root := r.parse(data)
	if root == nil {
		return nil, r.mistakes()
	}
	p := &Product{}
	r.object(root, "", productFields(r, p))
	complete(r, p)
	check(r, p)
	if len(r.found) > 0 {
		return nil, r.mistakes()
	}
	return p, nil
}
