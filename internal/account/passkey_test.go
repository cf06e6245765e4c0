package account_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// key is an authenticator of our own: one passkey, ES256, attestation "none"
// (W3C Web Authentication Level 3 §6.1, §6.5, §8.7).
type key struct {
	t       *testing.T
	private *ecdsa.PrivateKey
	id      []byte
	handle  string // the user's, base64url
	count   uint32
	origin  string
	flags   byte // user present, user verified
	still   bool // counts nothing, as passkeys that are copied between devices do
}

func newKey(t *testing.T) *key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	rand.Read(id)
	return &key{t: t, private: private, id: id, origin: "https://id.example.com", flags: 0x01 | 0x04}
}

var b64 = base64.RawURLEncoding

// bytesItem is a CBOR byte string (RFC 8949 §3.1) of fewer than 65,536 bytes.
func bytesItem(b []byte) []byte {
	head := []byte{0x59, 0, 0}
	binary.BigEndian.PutUint16(head[1:], uint16(len(b)))
	return append(head, b...)
}

func (k *key) data(more byte) []byte {
	rp := sha256.Sum256([]byte("id.example.com"))
	out := append(rp[:], k.flags|more)
	return binary.BigEndian.AppendUint32(out, k.count)
}

func (k *key) client(kind, challenge string) []byte {
	text, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.origin, "crossOrigin": false})
	return text
}

func (k *key) answer(response map[string]string) []byte {
	text, err := json.Marshal(map[string]any{
		"id": b64.EncodeToString(k.id), "rawId": b64.EncodeToString(k.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return text
}

// create answers navigator.credentials.create.
func (k *key) create(options []byte) []byte {
	k.t.Helper()
	var o struct {
		PublicKey struct {
			Challenge string
			User      struct{ ID string }
			RP        struct{ ID string }
		}
	}
	if err := json.Unmarshal(options, &o); err != nil || o.PublicKey.RP.ID != "id.example.com" {
		k.t.Fatal(string(options), err)
	}
	k.handle = o.PublicKey.User.ID
	public, err := k.private.PublicKey.Bytes()
	if err != nil {
		k.t.Fatal(err)
	}
	cose := append([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, public[1:33]...) // EC2, ES256, P-256, x, y: RFC 9053 §7.1
	cose = append(append(cose, 0x22, 0x58, 0x20), public[33:]...)
	data := append(k.data(0x40), make([]byte, 16)...)
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(k.id))), k.id...)
	data = append(data, cose...)
	object := []byte{0xa3, 0x63, 'f', 'm', 't', 0x64, 'n', 'o', 'n', 'e', 0x67, 'a', 't', 't', 'S', 't', 'm', 't', 0xa0, 0x68, 'a', 'u', 't', 'h', 'D', 'a', 't', 'a'}
	object = append(object, bytesItem(data)...)
	return k.answer(map[string]string{
		"clientDataJSON": b64.EncodeToString(k.client("webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64.EncodeToString(object),
	})
}

// get answers navigator.credentials.get.
func (k *key) get(options []byte) []byte {
	k.t.Helper()
	var o struct{ PublicKey struct{ Challenge string } }
	if err := json.Unmarshal(options, &o); err != nil {
		k.t.Fatal(err)
	}
	if !k.still {
		k.count++
	}
	data, client := k.data(0), k.client("webauthn.get", o.PublicKey.Challenge)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte(nil), data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, sum[:])
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]string{
		"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data), "signature": b64.EncodeToString(signature), "userHandle": k.handle,
	})
}

// register adds a passkey to the account of somebody who is signed in.
func (w *world) register(f account.Fresh, k *key) identity.Passkey {
	w.t.Helper()
	l := w.live(f.Secret)
	c, err := w.accounts.BeginPasskey(ctx, l)
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := w.accounts.FinishPasskey(ctx, l, c.Ticket, " My\nphone ", k.create(c.Options))
	if err != nil {
		w.t.Fatalf("%v: %+v", err, err)
	}
	return p
}

func (w *world) offered() account.Ceremony {
	w.t.Helper()
	c, err := w.accounts.BeginPasskeySignIn(w.client())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func TestAPasskeySignsInWithoutAnAddressAndASecondFactor(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		_, _, f = w.enrol(f)
		k := newKey(t)
		if p := w.register(f, k); p.Name != "My phone" || p.Person != f.Session.Person {
			t.Errorf("%+v", p)
		}
		c := w.offered()
		if strings.Contains(string(c.Options), "allowCredentials\":[{") || strings.Contains(string(c.Options), "ann@") {
			t.Errorf("the offer names somebody: %s", c.Options)
		}
		s, err := w.accounts.PasskeySignIn(ctx, c.Ticket, k.get(c.Options), w.client())
		if err != nil || s.Session.Method != identity.ByPasskey || s.Session.Person != f.Session.Person {
			t.Fatalf("%+v %v", s, err)
		}
		l := w.live(s.Secret)
		if all, err := w.accounts.Passkeys(ctx, l); err != nil || len(all) != 1 || all[0].LastUsed.IsZero() {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestAPasskeysAnswerCountsOnceHereAndNow(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		k := newKey(t)
		w.register(w.join(w.acme, "ann@x.example"), k)
		sign := func(c account.Ceremony, answer []byte) error {
			_, err := w.accounts.PasskeySignIn(ctx, c.Ticket, answer, w.client())
			return err
		}
		c := w.offered()
		answer := k.get(c.Options)
		if err := sign(c, answer); err != nil {
			t.Fatal(err)
		}
		refused(t, "the same answer again", sign(c, answer), identity.Unauthenticated, "")
		refused(t, "an answer to another challenge", sign(w.offered(), answer), identity.Unauthenticated, "not recognised")
		c = w.offered()
		k.origin = "https://id.example.com.evil.example"
		refused(t, "another origin", sign(c, k.get(c.Options)), identity.Unauthenticated, "not recognised")
		k.origin = "https://id.example.com"
		k.flags = 0x01
		refused(t, "a user who was not verified", sign(c, k.get(c.Options)), identity.Unauthenticated, "not recognised")
		k.flags = 0x05
		k.count = 0
		refused(t, "a counter that went back: a copy", sign(c, k.get(c.Options)), identity.Unauthenticated, "not recognised")
		k.count = 50
		stranger := newKey(t)
		stranger.handle = k.handle
		refused(t, "a key that is not registered", sign(c, stranger.get(c.Options)), identity.Unauthenticated, "not recognised")
		stranger.id = k.id
		refused(t, "another's key under its id", sign(c, stranger.get(c.Options)), identity.Unauthenticated, "not recognised")
		for _, junk := range []string{"", "{}", "null", strings.Repeat("x", 100_000)} {
			refused(t, "junk", sign(c, []byte(junk)), identity.Unauthenticated, "not recognised")
		}
		late := k.get(c.Options)
		w.pass(6 * time.Minute)
		refused(t, "too late", sign(c, late), identity.Unauthenticated, "begin again")
		refused(t, "no ticket", sign(account.Ceremony{}, late), identity.Unauthenticated, "begin again")
		c = w.offered()
		if err := sign(c, k.get(c.Options)); err != nil {
			t.Errorf("and the right one still works: %v", err)
		}
	})
}

func TestAnAnswerOfAPasskeyThatDoesNotCountWorksOnceToo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		k := newKey(t)
		k.still = true
		w.register(w.join(w.acme, "ann@x.example"), k)
		for range 2 {
			c := w.offered()
			answer := k.get(c.Options)
			if _, err := w.accounts.PasskeySignIn(ctx, c.Ticket, answer, w.client()); err != nil {
				t.Fatal(err)
			}
			_, err := w.accounts.PasskeySignIn(ctx, c.Ticket, answer, w.client())
			refused(t, "the same answer again", err, identity.Unauthenticated, "begin again")
		}
	})
}

func TestAPasskeyIsRegisteredByItsOwnerOnlyAndRemovedByItsOwnerOnly(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann, bob := w.join(w.acme, "ann@x.example"), w.join(w.beta, "bob@x.example")
		k := newKey(t)
		c, err := w.accounts.BeginPasskey(ctx, w.live(ann.Secret))
		if err != nil {
			t.Fatal(err)
		}
		answer := k.create(c.Options)
		_, err = w.accounts.FinishPasskey(ctx, w.live(bob.Secret), c.Ticket, "", answer)
		refused(t, "with another's ticket", err, identity.Invalid, "could not be added")
		p, err := w.accounts.FinishPasskey(ctx, w.live(ann.Secret), c.Ticket, "", answer)
		if err != nil || p.Name != "Passkey" {
			t.Fatal(p, err)
		}
		_, err = w.accounts.FinishPasskey(ctx, w.live(ann.Secret), c.Ticket, "", answer)
		refused(t, "twice", err, identity.Unauthenticated, "begin again")
		refused(t, "removing another's", w.accounts.RemovePasskey(ctx, w.live(bob.Secret), p.ID), identity.NotFound, "")
		if err := w.accounts.RemovePasskey(ctx, w.live(ann.Secret), p.ID); err != nil {
			t.Fatal(err)
		}
		s := w.offered()
		_, err = w.accounts.PasskeySignIn(ctx, s.Ticket, k.get(s.Options), w.client())
		refused(t, "a key that was removed", err, identity.Unauthenticated, "not recognised")
	})
}

func TestWithoutPasswordsPeopleJoinByLinkAndAddAPasskey(t *testing.T) {
	onBoth(t, "name: Keys\nsign_in: {password: false, totp: false}\n", func(t *testing.T, w *world) {
		f, err := w.accounts.Join(ctx, w.invite(w.acme, "ann@x.example"), "Ann", "", w.client())
		if err != nil || f.Session.Method != identity.ByLink {
			t.Fatal(err)
		}
		k := newKey(t)
		p := w.register(f, k)
		c := w.offered()
		s, err := w.accounts.PasskeySignIn(ctx, c.Ticket, k.get(c.Options), w.client())
		if err != nil {
			t.Fatal(err)
		}
		refused(t, "the last passkey", w.accounts.RemovePasskey(ctx, w.live(s.Secret), p.ID), identity.Invalid, "only thing")
		w.active(w.acme, "ann@x.example", false)
		w.dead("inactive", s.Secret)
		c = w.offered()
		_, err = w.accounts.PasskeySignIn(ctx, c.Ticket, k.get(c.Options), w.client())
		refused(t, "inactive", err, identity.Forbidden, "administrator")
	})
}

func TestAPasskeysTicketCountsOnceHoweverItIsSpelt(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		k := newKey(t)
		k.still = true
		w.register(w.join(w.acme, "ann@x.example"), k)
		c := w.offered()
		answer := k.get(c.Options)
		if _, err := w.accounts.PasskeySignIn(ctx, c.Ticket, answer, w.client()); err != nil {
			t.Fatal(err)
		}
		again := w.box.Seal("passkey sign-in", w.opened(c.Ticket)) // another text of the same challenge
		for _, ticket := range []string{c.Ticket + "\n", c.Ticket[:40] + "\r\n" + c.Ticket[40:], again} {
			_, err := w.accounts.PasskeySignIn(ctx, ticket, answer, w.client())
			refused(t, "spelt otherwise", err, identity.Unauthenticated, "begin again")
		}
	})
}

// opened is what a ticket of a sign-in with a passkey holds.
func (w *world) opened(ticket string) string {
	w.t.Helper()
	text, err := w.box.Open("passkey sign-in", ticket)
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

func TestAPasskeyIsAddedWithAFreshProof(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		w.pass(7 * time.Minute)
		c, err := w.accounts.BeginPasskey(ctx, w.live(f.Secret))
		if err != nil {
			t.Fatal(err)
		}
		w.pass(4 * time.Minute)
		_, err = w.accounts.FinishPasskey(ctx, w.live(f.Secret), c.Ticket, "", newKey(t).create(c.Options))
		refused(t, "an old proof", err, identity.Forbidden, "once more")
	})
}

func TestAnAccountHasAtMostTwentyPasskeysHoweverManyAreBegun(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		l := w.live(w.join(w.acme, "ann@x.example").Secret)
		var begun []account.Ceremony
		for range 23 {
			c, err := w.accounts.BeginPasskey(ctx, l)
			if err != nil {
				t.Fatal(err)
			}
			begun = append(begun, c)
		}
		for i, c := range begun {
			_, err := w.accounts.FinishPasskey(ctx, l, c.Ticket, "", newKey(t).create(c.Options))
			if i < 20 && err != nil {
				t.Fatal(err)
			} else if i >= 20 {
				refused(t, "one too many", err, identity.TooMany, "at most 20")
			}
		}
	})
}

func TestTheLastThingToSignInWithStaysHoweverManyAreRemovedAtOnce(t *testing.T) {
	onBoth(t, "name: Keys\nsign_in: {password: false, totp: false}\n", func(t *testing.T, w *world) {
		f, err := w.accounts.Join(ctx, w.invite(w.acme, "ann@x.example"), "", "", w.client())
		if err != nil {
			t.Fatal(err)
		}
		l := w.live(f.Secret)
		one, two := w.register(f, newKey(t)), w.register(f, newKey(t))
		remove := func(id string) func() {
			return func() { _ = w.accounts.RemovePasskey(ctx, l, id) }
		}
		w.overtaken(remove(one.ID), remove(two.ID))
		if left, err := w.accounts.Passkeys(ctx, l); err != nil || len(left) != 1 {
			t.Errorf("%d passkeys are left, %v", len(left), err)
		}
	})
}
