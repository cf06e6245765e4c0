package saml_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/anteroom-id/anteroom/internal/saml"
	st "github.com/anteroom-id/anteroom/internal/saml/samltest"
)

// BenchmarkVerify is the strict path alone and with the second verifier; go run
// ./bench -only saml holds it against its floor.
func BenchmarkVerify(b *testing.B) {
	k := madeKeys(b)
	for _, groups := range []int{0, 640, 1300, 2660} {
		message := st.Message(b, k.idp, st.Knobs{Groups: groups})
		form := st.Form(message)
		for name, alone := range map[string]bool{"strict": true, "both": false} {
			b.Run(fmt.Sprintf("%s/%d bytes", name, len(message)), func(b *testing.B) {
				t := trust(k)
				t.InsecureOneVerifier = alone
				b.ReportAllocs()
				for b.Loop() {
					r, err := saml.ReadResponse(form)
					if err != nil {
						b.Fatal(err)
					}
					if _, err := r.Verify(t, expect()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkBareRSA(b *testing.B) {
	k := madeKeys(b)
	digest := sha256.Sum256([]byte("x"))
	signature, err := k.idp.Private.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := rsa.VerifyPKCS1v15(&k.idp.Private.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			b.Fatal(err)
		}
	}
}
