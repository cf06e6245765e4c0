package product

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rule is what a value must be or become.
type Rule string

// The rules.
const (
	RuleNone      Rule = ""
	RuleLowercase Rule = "lowercase"  // the value becomes lower case
	RulePlainName Rule = "plain-name" // the value may not hold special characters
)

// Seat says when a member takes a seat.
type Seat string

// When a member takes a seat.
const (
	SeatAtProvisioning Seat = "provisioning"
	SeatAtSignIn       Seat = "sign-in" // the first
)

// Scope is where an e-mail address is unique.
type Scope string

// Where an e-mail address is unique.
const (
	ScopeWorkspace  Scope = "workspace"
	ScopeDeployment Scope = "deployment" // the address is the account
)

// Members holds the rules for every member. They act on the member, never on
// what the directory reads back.
type Members struct {
	Pending      bool     // a provisioned member is pending until the first sign-in
	Seat         Seat     // when a member takes a seat
	AddressScope Scope    // where an e-mail address is unique
	AddressRule  Rule     // RuleNone or RuleLowercase, on the member's e-mail address
	NameRule     Rule     // RuleNone or RulePlainName, on the member's names
	Required     []string // SCIM paths without which a person is refused: "name.familyName"
}

// CheckName says whether a name satisfies Members.NameRule. The error is for the
// requester: it names the character and what is allowed.
func (p *Product) CheckName(s string) error {
	_, err := p.Members.NameRule.Apply(s)
	return err
}

// Address returns a member's e-mail address as Members.AddressRule wants it.
func (p *Product) Address(s string) string {
	s, _ = p.Members.AddressRule.Apply(s)
	return s
}

// Apply returns the value as the rule wants it, or an error for the requester.
func (r Rule) Apply(s string) (string, error) {
	switch r {
	case RuleLowercase:
		return strings.ToLower(s), nil
	case RulePlainName:
		return s, checkPlainName(s)
	}
	return s, nil
}

// plainPunctuation is what people's names hold besides letters: O'Neill,
// Anne-Marie, J. R., Sant'Anna, Gal·la, Müller-Lüdenscheidt, Smith, Jr.
const plainPunctuation = "'’‘ʼ`´-‐‑.,· \u00a0"

// checkPlainName refuses what no name needs. Letters and marks of every script
// and digits pass, and so does the punctuation that names are written with.
func checkPlainName(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("a name must be valid UTF-8")
	}
	for _, c := range s {
		if unicode.IsLetter(c) || unicode.IsMark(c) || unicode.IsDigit(c) || strings.ContainsRune(plainPunctuation, c) {
			continue
		}
		return fmt.Errorf("a name must not hold the character %q; letters of any script, digits, spaces, apostrophes, hyphens, full stops and commas are allowed", c)
	}
	return nil
}
