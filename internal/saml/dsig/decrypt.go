package dsig

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// Decrypt reads what is in an EncryptedAssertion: AES-GCM under a key that is
// encrypted by RSA-OAEP for one of the private keys. AES-CBC, which proves
// nothing about what it hides, is for what a signature around it has proven
// already; the caller says so. All that can go wrong with keys and padding gives
// the same refusal. What comes out is to be read by Parse.
// xmlenc-core1 §5; saml-core-2.0 §6
func Decrypt(encrypted *Element, keys []*rsa.PrivateKey, cbc bool) ([]byte, error) {
	e, err := readEncrypted(encrypted)
	if err != nil {
		return nil, err
	}
	switch {
	case e.cbc && !cbc:
		return nil, explain.Refuse(explain.SAMLCBC, "AES-GCM", "AES-CBC")
	case len(keys) == 0:
		return nil, explain.Refuse(explain.SAMLNoDecryptKey, "a key of ours to decrypt with", "none")
	}
	for _, key := range keys {
		secret, err := key.Decrypt(rand.Reader, e.secret, &e.oaep)
		if err != nil || len(secret) != e.size {
			continue
		}
		if plain := e.open(secret); plain != nil {
			return plain, nil
		}
	}
	return nil, explain.Refuse(explain.SAMLDecrypt, "an assertion encrypted for our certificate", "one that none of our keys opens")
}

// encryption is an encrypted element as it was read.
type encryption struct {
	cbc          bool
	size         int // bytes of the content's key
	oaep         rsa.OAEPOptions
	secret, data []byte
}

// readEncrypted finds EncryptedData and the one EncryptedKey, which stands in
// the data's KeyInfo or beside the data. saml-core-2.0 §2.2.4
func readEncrypted(encrypted *Element) (*encryption, error) {
	data, n := encrypted.Child(xenc, "EncryptedData")
	if n != 1 {
		return nil, explain.Refuse(explain.SAMLEncryptedShape, "one EncryptedData", fmt.Sprint(n))
	}
	var key *Element
	for e := range encrypted.Descendants() {
		switch {
		case e.Is(xenc, "EncryptedKey") && key != nil:
			return nil, explain.Refuse(explain.SAMLEncryptedShape, "one EncryptedKey", "several")
		case e.Is(xenc, "EncryptedData") && e != data:
			return nil, explain.Refuse(explain.SAMLEncryptedShape, "one EncryptedData", "one in another")
		case e.Is(xenc, "EncryptedKey"):
			key = e
		}
	}
	if key == nil {
		return nil, explain.Refuse(explain.SAMLEncryptedShape, "one EncryptedKey", "none")
	}
	out := &encryption{}
	if err := out.content(data); err != nil {
		return nil, err
	}
	return out, out.key(key)
}

// content reads the algorithm and the bytes of EncryptedData.
func (e *encryption) content(data *Element) error {
	method, err := methodOf(data)
	if err != nil {
		return err
	}
	algorithm := method.Attr("Algorithm")
	if e.size, e.cbc = contentBy(algorithm); e.size == 0 {
		return explain.Refuse(explain.SAMLEncryptionWeak, "AES-GCM", algorithm)
	}
	e.data, err = cipherValue(data)
	return err
}

func contentBy(algorithm string) (size int, cbc bool) {
	switch algorithm {
	case xenc11 + "aes128-gcm":
		return 16, false
	case xenc11 + "aes192-gcm":
		return 24, false
	case xenc11 + "aes256-gcm":
		return 32, false
	case xenc + "aes128-cbc":
		return 16, true
	case xenc + "aes192-cbc":
		return 24, true
	case xenc + "aes256-cbc":
		return 32, true
	}
	return 0, false
}

// key reads the algorithm and the bytes of EncryptedKey. xmlenc-core1 §5.5.2
func (e *encryption) key(key *Element) error {
	method, err := methodOf(key)
	if err != nil {
		return err
	}
	algorithm := method.Attr("Algorithm")
	if algorithm != xenc+"rsa-oaep-mgf1p" && algorithm != xenc11+"rsa-oaep" {
		return explain.Refuse(explain.SAMLEncryptionWeak, "RSA-OAEP", algorithm)
	}
	e.oaep = rsa.OAEPOptions{Hash: crypto.SHA1, MGFHash: crypto.SHA1}
	for c := range method.Children() {
		name := c.Attr("Algorithm")
		switch {
		case c.Is(space, "DigestMethod") && digestOf(name) != 0:
			e.oaep.Hash = digestOf(name)
		case c.Is(xenc11, "MGF") && algorithm == xenc11+"rsa-oaep" && maskOf(name) != 0:
			e.oaep.MGFHash = maskOf(name)
		default:
			return explain.Refuse(explain.SAMLEncryptionWeak, "RSA-OAEP with SHA-1 or SHA-2, without parameters", c.Local+" "+name)
		}
	}
	e.secret, err = cipherValue(key)
	return err
}

func maskOf(uri string) crypto.Hash {
	return map[string]crypto.Hash{
		xenc11 + "mgf1sha1":   crypto.SHA1,
		xenc11 + "mgf1sha256": crypto.SHA256,
		xenc11 + "mgf1sha384": crypto.SHA384,
		xenc11 + "mgf1sha512": crypto.SHA512,
	}[uri]
}

func methodOf(e *Element) (*Element, error) {
	method, n := e.Child(xenc, "EncryptionMethod")
	if n != 1 {
		return nil, explain.Refuse(explain.SAMLEncryptedShape, "one EncryptionMethod in "+e.Local, fmt.Sprint(n))
	}
	return method, nil
}

func cipherValue(e *Element) ([]byte, error) {
	data, n := e.Child(xenc, "CipherData")
	if n != 1 {
		return nil, explain.Refuse(explain.SAMLEncryptedShape, "one CipherData in "+e.Local, fmt.Sprint(n))
	}
	values := slices.Collect(data.Children())
	if len(values) != 1 || !values[0].Is(xenc, "CipherValue") {
		return nil, explain.Refuse(explain.SAMLEncryptedShape, "one CipherValue in "+e.Local, fmt.Sprint(len(values)))
	}
	text, ok := values[0].Text()
	raw, err := decode(text)
	if !ok || err != nil {
		return nil, explain.Refuse(explain.SAMLEncryptedShape, "base64 in CipherValue of "+e.Local, "something else")
	}
	return raw, nil
}

// open decrypts the content, nil when it cannot be.
func (e *encryption) open(secret []byte) []byte {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil
	}
	if e.cbc {
		return e.openCBC(block)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil || len(e.data) <= gcm.NonceSize()+gcm.Overhead() {
		return nil
	}
	plain, err := gcm.Open(nil, e.data[:gcm.NonceSize()], e.data[gcm.NonceSize():], nil)
	if err != nil {
		return nil
	}
	return plain
}

// openCBC takes the padding's length from the last byte. xmlenc-core1 §5.2.1
func (e *encryption) openCBC(block cipher.Block) []byte {
	if len(e.data) < 2*aes.BlockSize || len(e.data)%aes.BlockSize != 0 {
		return nil
	}
	plain := make([]byte, len(e.data)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, e.data[:aes.BlockSize]).CryptBlocks(plain, e.data[aes.BlockSize:])
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > aes.BlockSize || len(plain) == pad {
		return nil
	}
	return plain[:len(plain)-pad]
}

// IsEncrypted reports whether an element hides something: its name begins with
// Encrypted, in whatever namespace.
func IsEncrypted(e *Element) bool { return strings.HasPrefix(e.Local, "Encrypted") }
