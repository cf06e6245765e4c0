package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Bounds on a password, in characters.
const (
	ShortestPassword = 12
	LongestPassword  = 256
)

// Cost is what checking a password takes (RFC 9106 §3.1). The zero value is 19
// MiB, two passes, one lane.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

// passwords makes and checks argon2id digests, a few at a time: each takes its
// memory.
type passwords struct {
	cost    Cost
	slots   chan struct{}
	waiting atomic.Int64 // for a slot
	dummy   string       // checked for an address that nobody has, so that it takes as long
}

const (
	saltSize = 16
	hashSize = 32
)

func newPasswords(c Cost) *passwords {
	if c == (Cost{}) {
		c = Cost{Memory: 19 << 10, Passes: 2, Lanes: 1}
	}
	p := &passwords{cost: c, slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))}
	p.dummy = p.encode(secret())
	return p
}

// mostWaiting bounds how many wait for one place: nobody is to wait for more than a
// few seconds.
const mostWaiting = 64

var errBusy = identity.Errorf(identity.Unavailable, "", "many people sign in at this moment; try again in a few seconds")

// slot waits for a place to compute, unless too many do.
func (p *passwords) slot(ctx context.Context) (release func(), err error) {
	defer p.waiting.Add(-1)
	if p.waiting.Add(1) > int64(mostWaiting*cap(p.slots)) {
		return nil, errBusy
	}
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash gives the digest that is kept of a password.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	release, err := p.slot(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return p.encode(norm.NFC.String(password)), nil
}

// encode computes a digest in the form that others write too:
// $argon2id$v=19$m=…,t=…,p=…$salt$hash
func (p *passwords) encode(password string) string {
	var salt [saltSize]byte
	rand.Read(salt[:])
	sum := argon2.IDKey([]byte(password), salt[:], p.cost.Passes, p.cost.Memory, p.cost.Lanes, hashSize)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.Memory, p.cost.Passes, p.cost.Lanes, b64.EncodeToString(salt[:]), b64.EncodeToString(sum))
}

// check compares a password with a digest; "" as digest takes as long and fails.
// Stale says that the digest was made at another cost than today's.
func (p *passwords) check(ctx context.Context, kept, password string) (ok, stale bool, err error) {
	release, err := p.slot(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	known := kept != ""
	if !known {
		kept = p.dummy
	}
	var c Cost
	var version int
	parts := strings.Split(kept, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, false, fmt.Errorf("a kept password is in no form that is known")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &c.Memory, &c.Passes, &c.Lanes); err != nil || version != argon2.Version || c.Passes == 0 || c.Lanes == 0 {
		return false, false, fmt.Errorf("a kept password is in no form that is known")
	}
	salt, serr := base64.RawStdEncoding.DecodeString(parts[4])
	want, werr := base64.RawStdEncoding.DecodeString(parts[5])
	if serr != nil || werr != nil || len(want) == 0 {
		return false, false, fmt.Errorf("a kept password is in no form that is known")
	}
	got := argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.Passes, c.Memory, c.Lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && known, c != p.cost, nil
}

// checkRules says whether a new password will do. There are no rules of
// composition: length is what helps (NIST SP 800-63B §3.1.1.2).
func (s *Service) checkRules(password, address string) error {
	refuse := func(format string, args ...any) error {
		return identity.Errorf(identity.Invalid, "password", format, args...)
	}
	if !utf8.ValidString(password) {
		return refuse("the password is not valid text; type it again")
	}
	plain := norm.NFC.String(password)
	folded := identity.Fold(strings.TrimSpace(plain))
	local, _, _ := strings.Cut(identity.Fold(address), "@")
	switch n := utf8.RuneCountInString(plain); {
	case n < ShortestPassword:
		return refuse("a password has at least %d characters; a few words in a row are easy to remember and hard to guess", ShortestPassword)
	case n > LongestPassword || len(password) > 4*LongestPassword:
		return refuse("a password has at most %d characters", LongestPassword)
	case folded == identity.Fold(address) || folded == local:
		return refuse("the password is the e-mail address; choose another")
	case strings.ReplaceAll(folded, " ", "") == strings.ReplaceAll(identity.Fold(s.product.Name), " ", ""):
		return refuse("the password is the product's name; choose another")
	case common(folded):
		return refuse("that password is among the first that are guessed; choose another. A few words in a row are easy to remember and hard to guess")
	}
	return nil
}

// commonWords are what the most common passwords are made of. Twelve characters
// of one repeated, or followed by digits, are still common.
var commonWords = []string{
	"password", "passwort", "motdepasse", "contraseña", "letmein", "welcome", "qwerty", "qwertyuiop", "qwertz", "qwertzuiop", "azerty", "azertyuiop",
	"asdfghjkl", "zxcvbnm", "1q2w3e4r5t6y", "1q2w3e4r", "qazwsxedc", "iloveyou", "administrator", "admin", "changeme", "default", "secret",
	"sunshine", "princess", "football", "baseball", "monkey", "dragon", "superman", "starwars", "trustno", "abcdefghijkl", "abc", "test", "hello", "company",
}

const digitsInARow = "01234567890123456789012345678901234567890"

// common reports whether a folded password is one of the most common: a word of
// the list, over and over, with digits and marks behind it; digits in a row; or
// a handful of characters repeated.
func common(folded string) bool {
	seen := map[rune]bool{}
	for _, r := range folded {
		seen[r] = true
	}
	if len(seen) < 4 || strings.Contains(digitsInARow, folded) || strings.Contains("98765432109876543210987654321", folded) {
		return true
	}
	core := strings.TrimRight(strings.TrimLeft(folded, "0123456789"), "0123456789!?.,;:*#@$%&_- ")
	for _, w := range commonWords {
		if core == w || core == "" || strings.ReplaceAll(strings.ReplaceAll(core, w, ""), " ", "") == "" && strings.Contains(core, w) {
			return true
		}
	}
	return false
}
