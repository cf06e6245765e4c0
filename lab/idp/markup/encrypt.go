package markup

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the digest that OAEP has unless another is named
	"encoding/base64"
	"fmt"
)

// The algorithms of encryption.
const (
	AES128GCM = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
	AES256GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
	AES128CBC = Encrypted + "aes128-cbc"
	AES256CBC = Encrypted + "aes256-cbc"
	OAEP      = Encrypted + "rsa-oaep-mgf1p"
	PKCS1     = Encrypted + "rsa-1_5"
)

// Encrypting says how an element is encrypted. The zero value with a key is
// AES-256 in GCM, its key by RSA-OAEP with SHA-1, as the standards' default.
type Encrypting struct {
	To        *rsa.PublicKey
	Method    string // "" is AES256GCM
	Transport string // "" is OAEP
	SHA256    bool   // of OAEP's digest
	Plain     []byte // what is encrypted in place of the element; nil for the element
	Beside    bool   // the EncryptedKey stands beside EncryptedData, not within it
}

// Encrypt makes an EncryptedAssertion, or another element of the assertion's
// namespace, of an element.
func Encrypt(e *Element, local string, c Encrypting) (*Element, error) {
	plain := c.Plain
	if plain == nil {
		plain = []byte(e.Canonical("xs", "xsi"))
	}
	secret := make([]byte, c.keySize())
	rand.Read(secret)
	sealed, err := c.seal(secret, plain)
	if err != nil {
		return nil, err
	}
	wrapped, err := c.wrap(secret)
	if err != nil {
		return nil, err
	}
	return c.write(local, sealed, wrapped), nil
}

func (c Encrypting) method() string {
	if c.Method == "" {
		return AES256GCM
	}
	return c.Method
}

func (c Encrypting) transport() string {
	if c.Transport == "" {
		return OAEP
	}
	return c.Transport
}

func (c Encrypting) keySize() int {
	if m := c.method(); m == AES128GCM || m == AES128CBC {
		return 16
	}
	return 32
}

func (c Encrypting) seal(secret, plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	switch c.method() {
	case AES128GCM, AES256GCM:
		gcm, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		return gcm.Seal(nil, nil, plain, nil), nil //nolint:gosec // this cipher makes a nonce of its own
	case AES128CBC, AES256CBC:
		return chain(block, plain), nil
	default:
		return nil, fmt.Errorf("%s is not an encryption of this provider", c.method())
	}
}

// chain encrypts in CBC, with the padding of XML encryption: its last octet says
// how long it is.
func chain(block cipher.Block, plain []byte) []byte {
	size := block.BlockSize()
	pad := size - len(plain)%size
	padded := append(append(make([]byte, size, size+len(plain)+pad), plain...), make([]byte, pad)...)
	padded[len(padded)-1] = byte(pad)
	rand.Read(padded[:size])
	cipher.NewCBCEncrypter(block, padded[:size]).CryptBlocks(padded[size:], padded[size:])
	return padded
}

func (c Encrypting) wrap(secret []byte) ([]byte, error) {
	switch {
	case c.transport() == PKCS1:
		return rsa.EncryptPKCS1v15(rand.Reader, c.To, secret) //nolint:staticcheck // what a verifier has to refuse
	case c.SHA256:
		return rsa.EncryptOAEPWithOptions(rand.Reader, c.To, secret, &rsa.OAEPOptions{Hash: crypto.SHA256, MGFHash: crypto.SHA1})
	default:
		return rsa.EncryptOAEP(sha1.New(), rand.Reader, c.To, secret, nil) //nolint:gosec // as above
	}
}

func (c Encrypting) write(local string, sealed, wrapped []byte) *Element {
	xenc := func(local string, pairs ...string) *Element { return New(Encrypted, "xenc", local, pairs...) }
	cipherData := func(b []byte) *Element {
		return xenc("CipherData").Add(xenc("CipherValue").Say(base64.StdEncoding.EncodeToString(b)))
	}
	method := xenc("EncryptionMethod", "Algorithm", c.transport())
	if c.SHA256 {
		method.Add(New(Signature, "ds", "DigestMethod", "Algorithm", SHA256Digest))
	}
	key := xenc("EncryptedKey").Add(method, cipherData(wrapped))
	info := New(Signature, "ds", "KeyInfo")
	data := xenc("EncryptedData", "Type", Encrypted+"Element").Add(xenc("EncryptionMethod", "Algorithm", c.method()))
	out := New(Assertion, "saml", local)
	if c.Beside {
		return out.Add(data.Add(cipherData(sealed)), key)
	}
	return out.Add(data.Add(info.Add(key), cipherData(sealed)))
}
