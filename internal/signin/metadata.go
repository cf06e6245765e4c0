package signin

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/web/outbound"
)

// acceptMetadata is what we ask for where metadata are (saml-metadata-2.0 §A).
const acceptMetadata = "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.9"

// FetchMetadata reads an identity provider's metadata at an address, and gives the
// connection's settings as they would be with them, for an administrator to look
// at: nothing is saved. The id is "" of a connection that is yet to be made. What is wrong is identity.Invalid with the field
// "metadata_url", and wraps an *explain.Refusal.
func (s *Service) FetchMetadata(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID, address string) (identity.SAMLSettings, error) {
	have, err := s.forMetadata(ctx, ws, id)
	if err != nil {
		return have, err
	}
	text, err := outbound.Get(ctx, s.conf.Client, address, acceptMetadata)
	if err == nil {
		err = s.fill(&have, text)
	}
	if err != nil {
		return have, explained(err, "metadata_url")
	}
	have.MetadataURL, have.Fetched = strings.TrimSpace(address), s.conf.Store.Now()
	return have, nil
}

// ReadMetadata is FetchMetadata of a file that was uploaded. What is wrong is
// identity.Invalid with the field "file".
func (s *Service) ReadMetadata(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID, text []byte) (identity.SAMLSettings, error) {
	have, err := s.forMetadata(ctx, ws, id)
	if err != nil {
		return have, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return have, explained(explain.Refuse(explain.ConnectionFile, "a metadata file", "nothing"), "file")
	}
	if err := s.fill(&have, text); err != nil {
		return have, explained(err, "file")
	}
	have.MetadataURL, have.Fetched = "", time.Time{}
	return have, nil
}

func (s *Service) forMetadata(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID) (identity.SAMLSettings, error) {
	if err := s.needFeature(ctx, ws, product.FeatureSSO); err != nil {
		return identity.SAMLSettings{}, err
	}
	if id == "" { // of a connection that is yet to be made
		return identity.SAMLSettings{}, nil
	}
	have, err := s.SignOn(ctx, ws, id)
	return have.SAML, err
}

// fill puts what metadata say into settings. What only we know of stays.
func (s *Service) fill(have *identity.SAMLSettings, text []byte) error {
	found, err := s.readMetadata(text)
	if err != nil {
		return err
	}
	found.Fill(have)
	have.Gone, have.Failing, have.FailingTold, have.FetchError, have.Found = nil, time.Time{}, false, "", ""
	return nil
}

// readMetadata reads an identity provider's metadata.
func (s *Service) readMetadata(text []byte) (*saml.Provider, error) {
	return saml.ReadMetadata(text, saml.MetadataOptions{Now: s.conf.Store.Now(), InsecureHTTP: s.insecure()})
}

// insecure reports whether we are reached by http:// only, as on a developer's
// machine: then identity providers may be, too.
func (s *Service) insecure() bool { return strings.HasPrefix(s.conf.BaseURL, "http://") }

// explained is a refusal by a rule of set-up as people read it: what is wrong,
// what came, and what to do. Other errors pass.
func explained(err error, field string) error {
	var r *explain.Refusal
	if !errors.As(err, &r) {
		return err
	}
	rule, _ := explain.Find(r.Code)
	msg := rule.Title
	if r.Got != "" {
		msg += ": " + r.Got
	}
	return refused(identity.Invalid, field, r, "%s. %s", strings.TrimSuffix(msg, "."), strings.TrimSuffix(rule.Mend, "."))
}

// Certificate is one that an identity provider signs with, as people compare it.
type Certificate struct {
	Subject     string
	Fingerprint string // SHA-256, in groups of two hex digits
	From, Until time.Time
	Text        string    // PEM
	Gone        time.Time // since when it is not in the metadata any more; zero: it is
}

// Certificates tells the certificates of a connection. One that cannot be read is
// left out.
func Certificates(c *identity.SAMLSettings) (out []Certificate) {
	for _, one := range saml.Certificates(c.Certificates) {
		sum := sha256.Sum256(one.Raw)
		out = append(out, Certificate{
			Subject: one.Subject.String(), Fingerprint: strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":"), From: one.NotBefore, Until: one.NotAfter,
			Text: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one.Raw})), Gone: c.Gone[saml.CertificateText(one)],
		})
	}
	return out
}

// parse reads a certificate as connections keep it, nil when it is none.
func parse(text string) *x509.Certificate {
	c, err := saml.ParseCertificate(text)
	if err != nil {
		return nil
	}
	return c
}

// ReadCertificates reads certificates that were typed: in PEM, one behind the
// other, or one as bare Base64. What cannot be used is identity.Invalid with the
// field "certificates".
func ReadCertificates(text string) (out []string, err error) {
	rest := []byte(strings.TrimSpace(text))
	if len(rest) > 0 && !bytes.Contains(rest, []byte("-----BEGIN")) {
		return oneCertificate(nil, string(rest))
	}
	for len(rest) > 0 {
		block, more := pem.Decode(rest)
		if block == nil || block.Type != "CERTIFICATE" {
			return nil, explained(explain.Refuse(explain.ConnectionCertificate, "-----BEGIN CERTIFICATE-----", firstLine(rest)), "certificates")
		}
		if out, err = oneCertificate(out, base64.StdEncoding.EncodeToString(block.Bytes)); err != nil {
			return nil, err
		}
		rest = bytes.TrimSpace(more)
	}
	return out, nil
}

func oneCertificate(list []string, text string) ([]string, error) {
	c, err := saml.ParseCertificate(text)
	if err != nil {
		return nil, explained(explain.Refuse(explain.ConnectionCertificate, "a certificate in Base64", "something else").Because(err), "certificates")
	}
	if weak := weakness(c); weak != "" {
		return nil, explained(explain.Refuse(explain.ConnectionCertificate, "a key that is strong enough", weak), "certificates")
	}
	if text = saml.CertificateText(c); slices.Contains(list, text) {
		return list, nil
	}
	return append(list, text), nil
}

// weakness says why a certificate's key is not taken, "" when it is.
func weakness(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < 2048 {
			return fmt.Sprintf("an RSA key of %d bits", key.N.BitLen())
		}
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize < 256 {
			return fmt.Sprintf("an elliptic curve of %d bits", key.Curve.Params().BitSize)
		}
	default:
		return "a key of the kind " + c.PublicKeyAlgorithm.String()
	}
	return ""
}

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}
