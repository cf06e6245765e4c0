package main

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	saml2 "github.com/russellhaering/gosaml2"
	xmldsig "github.com/russellhaering/goxmldsig"

	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/saml/samltest"
)

// The sizes of responses, in groups that a person is in: about 5, 50 and 190 kB.
const (
	noGroups   = 0
	someGroups = 640
	manyGroups = 2660
)

// end is samltest's way to say that a message cannot be made.
type end struct{}

func (end) Helper() {}
func (end) Fatal(args ...any) {
	fmt.Fprintln(os.Stderr, append([]any{"bench:"}, args...)...)
	os.Exit(1)
}
func (e end) Fatalf(format string, args ...any) { e.Fatal(fmt.Sprintf(format, args...)) }

// responses are Entra-style responses of every size, and who checks them.
type responses struct {
	key       *samltest.Key
	forms     map[int]string
	sizes     map[int]int
	digest    [sha256.Size]byte
	signature []byte
	theirs    *saml2.SAMLServiceProvider
}

func newResponses() (*responses, error) {
	r := &responses{key: samltest.NewKey(end{}, 2048), forms: map[int]string{}, sizes: map[int]int{}}
	for _, groups := range []int{noGroups, someGroups, manyGroups} {
		message := samltest.Message(end{}, r.key, samltest.Knobs{Groups: groups})
		r.forms[groups], r.sizes[groups] = samltest.Form(message), len(message)
	}
	r.digest = sha256.Sum256([]byte("a digest"))
	var err error
	r.signature, err = rsa.SignPKCS1v15(nil, r.key.Private, crypto.SHA256, r.digest[:])
	r.theirs = &saml2.SAMLServiceProvider{
		IdentityProviderIssuer: samltest.EntityID, ServiceProviderIssuer: samltest.Audience, AudienceURI: samltest.Audience,
		AssertionConsumerServiceURL: samltest.ACS, Clock: xmldsig.NewFakeClockAt(samltest.Now()),
		IDPCertificateStore: &xmldsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{r.key.Cert}},
	}
	return r, err
}

// check takes a response all the way to the assertion, by one verifier or both.
func (r *responses) check(groups int, alone bool) error {
	response, err := saml.ReadResponse(r.forms[groups])
	if err != nil {
		return err
	}
	_, err = response.Verify(saml.Trust{EntityID: samltest.EntityID, Certs: []*x509.Certificate{r.key.Cert}, InsecureOneVerifier: alone}, saml.Expect{
		Audience: samltest.Audience, ACS: []string{samltest.ACS}, Now: samltest.Now(),
		Request: &saml.Pending{ID: samltest.Request, At: samltest.Now().Add(-time.Minute)},
	})
	return err
}

func (r *responses) bare() error {
	return rsa.VerifyPKCS1v15(&r.key.Private.PublicKey, crypto.SHA256, r.digest[:], r.signature)
}

// library is gosaml2 on the same response.
func (r *responses) library() error {
	_, err := r.theirs.RetrieveAssertionInfo(r.forms[noGroups])
	return err
}

// samlFigures adds what a response costs, beside the one RSA verification that
// nobody can do without.
func (b *bench) samlFigures() error {
	r, err := newResponses()
	if err != nil {
		return err
	}
	of := func(f func() error) func() (sample, error) {
		return func() (sample, error) { return measure(nil, 1, b.span, func(int) error { return f() }) }
	}
	strict := of(func() error { return r.check(noGroups, true) })
	both := of(func() error { return r.check(noGroups, false) })
	bare := of(r.bare)
	b.add(&figure{name: "saml: a response of 5 kB, of bare RSA-2048", asked: 2.6, most: true, floor: "rsa.VerifyPKCS1v15, bare", of: strict, over: bare, better: slower})
	b.add(&figure{name: "saml: both verifiers, of gosaml2", asked: 1, most: true, floor: "gosaml2 alone, the same response", of: both, over: of(r.library), better: slower})
	b.add(&figure{name: "saml: both verifiers, of bare RSA-2048", floor: "rsa.VerifyPKCS1v15, bare", of: both, over: bare, better: slower})
	b.add(&figure{name: "saml: allocations of a response, counted", asked: 100, most: true, floor: "rsa.VerifyPKCS1v15, bare", of: strict, over: bare,
		better: func(sample, sample) float64 { return allocations(func() { _ = r.check(noGroups, true) }) }})
	b.linear(r)
	return nil
}

// processor measures what a long call costs this process's processors, so that
// waiting for one on a busy machine does not count.
func processor(span time.Duration, f func() error) (sample, error) {
	var before, after syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		return sample{}, err
	}
	n := 0
	for began := time.Now(); time.Since(began) < span || n < 20; n++ {
		if err := f(); err != nil {
			return sample{}, err
		}
	}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		return sample{}, err
	}
	spent := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	each := spent / time.Duration(n)
	return sample{n: n, rate: float64(n) / spent.Seconds(), p50: each, p99: each}, nil
}

// linear compares what a kilobyte costs from 50 to 190 kB with what it costs from
// 5 to 50 kB.
func (b *bench) linear(r *responses) {
	strict := func(groups int) func() (sample, error) {
		return func() (sample, error) {
			return processor(b.span, func() error { return r.check(groups, true) })
		}
	}
	f := &figure{name: "saml: a kilobyte more at 190 kB, of one at 50 kB", asked: 1.3, most: true, floor: "itself at 5 kB", of: strict(manyGroups), over: strict(noGroups)}
	f.better = func(large, small sample) float64 {
		middle, err := strict(someGroups)()
		if err != nil {
			return 0
		}
		kilobytes := func(from, to int) float64 { return float64(r.sizes[to]-r.sizes[from]) / 1000 }
		upper := float64(large.p50-middle.p50) / kilobytes(someGroups, manyGroups)
		lower := float64(middle.p50-small.p50) / kilobytes(noGroups, someGroups)
		f.notes = append(f.notes, fmt.Sprintf("%.0f and %.0f ns a kilobyte; %d, %d and %d bytes", upper, lower, r.sizes[noGroups], r.sizes[someGroups], r.sizes[manyGroups]))
		return upper / lower
	}
	b.add(f)
}

// allocations counts those of one call.
func allocations(f func()) float64 {
	const calls = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / calls
}
