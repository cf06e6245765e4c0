package interop_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml"
)

const nodeFolder = "testdata/node"

// samlp is auth0's samlp as an identity provider, by node.
type samlp struct {
	t    *testing.T
	base string
}

// startNode runs one of the providers in testdata/node, and gives its address.
func startNode(t *testing.T, script string, env ...string) string {
	t.Helper()
	if _, err := os.Stat(nodeFolder + "/node_modules"); err != nil {
		t.Fatal("this test needs identity providers from npm; install them with: make deps")
	}
	return firstLine(t, start(t, nodeFolder, append(env, "NODE_NO_WARNINGS=1"), "node", script))
}

// pems gives a key and its certificate as node reads them.
func pems(t *testing.T, k *saml.Key) (key, cert string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(k.Private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), certPEM(k.Certificate)
}

func certPEM(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// withSAMLP runs it, and connects the workspace with it.
func (w *world) withSAMLP() *samlp {
	w.t.Helper()
	key, cert := pems(w.t, keys()[0])
	text, err := json.Marshal(map[string]any{
		"key": key, "cert": cert, "audience": w.SignIn.EntityID(w.Acme.ID), "acs": w.BaseURL + "/saml/acme/acs", "slo": w.BaseURL + "/saml/acme/slo",
		"signAssertion": true, "signResponse": false,
	})
	w.must(err)
	p := &samlp{w.t, startNode(w.t, "samlp.mjs", "IDP_SETTINGS="+string(text))}
	w.useMetadata(p.base + "/metadata")
	return p
}

// set changes what the provider does.
func (p *samlp) set(settings map[string]any) {
	p.t.Helper()
	body, err := json.Marshal(settings)
	if err != nil {
		p.t.Fatal(err)
	}
	res, err := http.Post(p.base+"/settings", "application/json", bytes.NewReader(body))
	if err != nil || res.StatusCode != http.StatusOK {
		p.t.Fatal(res, err)
	}
	res.Body.Close()
}

// enter signs ann in from our side, and says where that ended.
func (w *world) enter(p *samlp) (*walker, *page) {
	w.t.Helper()
	b := newWalker(w.t)
	at := b.Open(w.BaseURL + "/sso/acme")
	if strings.HasPrefix(at.At.String(), p.base) && strings.Contains(at.Body, `name="user"`) {
		at = b.Fill(at, "user", "user", "ann")
	}
	return b, at
}

func (w *world) key() *x509.Certificate {
	w.t.Helper()
	all, err := w.SignIn.ServiceKeys(w.t.Context(), w.Acme.ID)
	w.must(err)
	return all[0].Certificate
}

func TestInterop_samlp_SignInFromBothSides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.withSAMLP()
	b, at := w.enter(p)
	w.isIn(b, at, "ann@acme.example")
	b = newWalker(t)
	at = b.Fill(b.Open(p.base+"/sso?RelayState=/account/sessions"), "user", "user", "ann")
	if at.At.Path != "/account/sessions" {
		t.Errorf("the deep link is lost: %s", at.At)
	}
	w.isIn(b, at, "ann@acme.example")
	// By the POST binding too.
	w.change(func(o *identity.SignOn) { o.SAML.SSOURL = "" })
	b, at = w.enter(p)
	w.isIn(b, at, "ann@acme.example")
}

// Every way in which samlp can sign and encrypt, and what counts of it.
func TestInterop_samlp_WhatIsSignedAndEncryptedInWhichWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(func(o *identity.SignOn) { o.SAML.SignRequests = true })
	p := w.withSAMLP()
	raw, err := x509.MarshalPKIXPublicKey(w.key().PublicKey)
	w.must(err)
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: raw}))
	usual := map[string]any{"signAssertion": true, "signResponse": false, "encryptTo": "", "encryptKey": "", "algorithm": "", "digest": "", "requestsSignedBy": certPEM(w.key())}
	for _, c := range []struct {
		name     string
		settings map[string]any
		code     string // "" is in
	}{
		{"the assertion signed", map[string]any{}, ""},
		{"the response signed", map[string]any{"signAssertion": false, "signResponse": true}, ""},
		{"both signed", map[string]any{"signResponse": true}, ""},
		{"nothing signed", map[string]any{"signAssertion": false}, "S16-"},
		{"encrypted, and the assertion signed", map[string]any{"encryptTo": certPEM(w.key()), "encryptKey": public}, ""},
		{"encrypted, and both signed", map[string]any{"encryptTo": certPEM(w.key()), "encryptKey": public, "signResponse": true}, ""},
		{"encrypted, and nothing signed", map[string]any{"encryptTo": certPEM(w.key()), "encryptKey": public, "signAssertion": false}, "S16-"},
		{"SHA-1", map[string]any{"algorithm": "rsa-sha1", "digest": "sha1"}, "S23-"},
	} {
		p.set(usual)
		p.set(c.settings)
		b, at := w.enter(p)
		switch {
		case c.code == "":
			w.isIn(b, at, "ann@acme.example")
		case at.Status == http.StatusOK || !strings.Contains(at.Body, c.code):
			t.Errorf("%s: %d %s", c.name, at.Status, at.text())
		}
	}
	w.change(func(o *identity.SignOn) { o.SAML.SHA1Until = time.Now().Add(time.Hour) })
	p.set(usual)
	p.set(map[string]any{"algorithm": "rsa-sha1", "digest": "sha1"})
	b, at := w.enter(p)
	w.isIn(b, at, "ann@acme.example")
	// It does check our requests.
	p.set(usual)
	p.set(map[string]any{"requestsSignedBy": certPEM(keys()[2].Certificate)})
	if _, at := w.enter(p); !strings.Contains(at.Body, "samlp refused") {
		t.Errorf("a request signed with another key is taken: %s", at.text())
	}
}

func TestInterop_samlp_LogoutFromBothSides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.withSAMLP()
	p.set(map[string]any{"requestsSignedBy": certPEM(w.key())})
	w.change(func(o *identity.SignOn) { o.SAML.SignRequests = true })
	b, at := w.enter(p)
	w.isIn(b, at, "ann@acme.example")
	at = w.signOut(b)
	if !b.passed(w.BaseURL+"/saml/acme/slo") || at.At.Path != "/signed-out" {
		t.Errorf("ends at %s (%d): %s", at.At, at.Status, at.text())
	}
	w.isOut(b)
	if at := b.Open(w.BaseURL + "/sso/acme"); !strings.Contains(at.Body, `name="user"`) {
		t.Errorf("the provider's session lives: %s", at.At)
	}
	for _, binding := range []string{saml.RedirectBinding, saml.PostBinding} {
		p.set(map[string]any{"logoutBinding": binding})
		b, at = w.enter(p)
		w.isIn(b, at, "ann@acme.example")
		at = b.Open(p.base + "/logout")
		if !b.passed(w.BaseURL+"/saml/acme/slo") || at.Status != http.StatusOK {
			t.Errorf("%s: ends at %s (%d): %s", binding, at.At, at.Status, at.text())
		}
		w.isOut(b)
	}
}

func TestInterop_samlp_ItsKeyRollsOverWithoutAFailedSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.withSAMLP()
	next := keys()[1]
	b, at := w.enter(p)
	w.isIn(b, at, "ann@acme.example")
	// An administrator adds the next certificate by hand: this provider publishes one only.
	w.change(func(o *identity.SignOn) {
		o.SAML.Certificates = append(o.SAML.Certificates, saml.CertificateText(next.Certificate))
	})
	b, at = w.enter(p)
	w.isIn(b, at, "ann@acme.example")
	key, cert := pems(t, next)
	p.set(map[string]any{"key": key, "cert": cert})
	b, at = w.enter(p)
	w.isIn(b, at, "ann@acme.example")
	w.useMetadata(p.base + "/metadata")
	b, at = w.enter(p)
	w.isIn(b, at, "ann@acme.example")
}
