package saml

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

const (
	maxInflated = 1 << 20
	maxQuery    = 256 << 10
	deflate     = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
)

// redirect gives the address that carries the message. saml-bindings-2.0 §3.4.4.1
func (m *message) redirect(relay string, key *Key) (string, error) {
	if len(relay) > m.relay {
		return "", errRelay
	}
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression) // the level is one that there is
	_, _ = w.Write(m.xml)                                   // into memory
	_ = w.Close()
	query := m.parameter + "=" + url.QueryEscape(base64.StdEncoding.EncodeToString(packed.Bytes()))
	if relay != "" {
		query += "&RelayState=" + url.QueryEscape(relay)
	}
	if key != nil {
		query += "&SigAlg=" + url.QueryEscape(dsig.RSASHA256)
		digest := sha256.Sum256([]byte(query))
		value, err := rsa.SignPKCS1v15(rand.Reader, key.Private, crypto.SHA256, digest[:])
		if err != nil {
			return "", err
		}
		query += "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(value))
	}
	return withQuery(m.destination, query), nil
}

// withQuery adds a query to an address that may have one.
func withQuery(address, query string) string {
	address, _, _ = strings.Cut(address, "#")
	switch {
	case strings.HasSuffix(address, "?"), strings.HasSuffix(address, "&"):
		return address + query
	case strings.Contains(address, "?"):
		return address + "&" + query
	}
	return address + "?" + query
}

// Redirected is a message that came in an address. Nothing of it is proven before
// Verify.
type Redirected struct {
	Parameter  string // SAMLRequest or SAMLResponse
	XML        []byte
	RelayState string
	signed     string // the octets that a signature covers, as they came
	algorithm  string
	signature  []byte // nil when there is none
}

// ReadRedirect reads the raw query of an address: each parameter once, the
// message inflated within bounds, and what is signed as it came, since providers
// escape differently and order parameters as they like. saml-bindings-2.0 §3.4.4.1
func ReadRedirect(rawQuery string) (*Redirected, error) {
	q, err := parameters(rawQuery)
	if err != nil {
		return nil, err
	}
	r := &Redirected{Parameter: "SAMLRequest"}
	if _, ok := q["SAMLResponse"]; ok {
		r.Parameter = "SAMLResponse"
	}
	if r.XML, err = inflate(q[r.Parameter].value); err != nil {
		return nil, err
	}
	r.RelayState = q["RelayState"].value
	return r, r.readSignature(q)
}

// readSignature takes the signature, and what it covers, from the parameters.
func (r *Redirected) readSignature(q map[string]parameter) error {
	algorithm, signature := q["SigAlg"], q["Signature"]
	switch {
	case signature.raw == "" && algorithm.raw == "":
		return nil
	case signature.raw == "" || algorithm.raw == "":
		return explain.Refuse(explain.RedirectSigAlg, "SigAlg and Signature together", "one of them")
	}
	value, err := base64.StdEncoding.Strict().DecodeString(signature.value)
	if err != nil || len(value) == 0 {
		return explain.Refuse(explain.RedirectEncoding, "a Signature in base64", "something else")
	}
	r.signature, r.algorithm = value, algorithm.value
	r.signed = q[r.Parameter].raw
	if relay, ok := q["RelayState"]; ok {
		r.signed += "&" + relay.raw
	}
	r.signed += "&" + algorithm.raw
	return nil
}

// Signed reports whether there is a signature.
func (r *Redirected) Signed() bool { return r.signature != nil }

// Verify proves that the message was signed by the key of one of the
// certificates. One without a signature is LogoutUnsigned.
func (r *Redirected) Verify(certs []*x509.Certificate, sha1 bool) (*x509.Certificate, error) {
	if !r.Signed() {
		return nil, explain.Refuse(explain.LogoutUnsigned, "a signature", "none")
	}
	return dsig.VerifyDetached(r.algorithm, []byte(r.signed), r.signature, certs, sha1)
}

// parameter is one as it came (name=value) and as it is meant.
type parameter struct{ raw, value string }

// parameters reads those that this binding knows, and passes over others.
func parameters(rawQuery string) (map[string]parameter, error) {
	if len(rawQuery) > maxQuery {
		return nil, explain.Refuse(explain.RedirectLarge, fmt.Sprintf("at most %d bytes", maxQuery), fmt.Sprint(len(rawQuery)))
	}
	known := []string{"SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding"}
	q := map[string]parameter{}
	for raw := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(raw, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil || !slices.Contains(known, plain) {
			continue
		}
		if plain != name {
			return nil, explain.Refuse(explain.RedirectParameter, plain+" written plainly", name)
		}
		if _, twice := q[name]; twice {
			return nil, explain.Refuse(explain.RedirectParameter, name+" once", "twice")
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, explain.Refuse(explain.RedirectEncoding, "escapes like %2B", name+" with others")
		}
		q[name] = parameter{raw, value}
	}
	return q, oneMessage(q)
}

func oneMessage(q map[string]parameter) error {
	_, request := q["SAMLRequest"]
	_, response := q["SAMLResponse"]
	encoding, encoded := q["SAMLEncoding"]
	switch {
	case request == response:
		return explain.Refuse(explain.RedirectParameter, "SAMLRequest or SAMLResponse", map[bool]string{true: "both", false: "neither"}[request])
	case encoded && encoding.value != deflate:
		return explain.Refuse(explain.RedirectEncoding, deflate, encoding.value)
	}
	return nil
}

// inflate reads a message as the redirect binding packs it. RFC 1951
func inflate(text string) ([]byte, error) {
	packed, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(packed) == 0 || strings.ContainsAny(text, "\r\n") {
		return nil, explain.Refuse(explain.RedirectEncoding, "a message in base64", "something else")
	}
	rest := bytes.NewReader(packed)
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(rest), maxInflated+1))
	switch {
	case err != nil || len(out) == 0:
		return nil, explain.Refuse(explain.RedirectEncoding, "a deflated message", "something else").Because(err)
	case len(out) > maxInflated:
		return nil, explain.Refuse(explain.RedirectLarge, fmt.Sprintf("at most %d bytes when inflated", maxInflated), "more")
	case rest.Len() > 0:
		return nil, explain.Refuse(explain.RedirectEncoding, "nothing behind the message", fmt.Sprintf("%d bytes", rest.Len()))
	}
	return out, nil
}
