// Package seal keeps secrets that are needed again (the seed of a second factor,
// a link in a mail that waits) unreadable in the database and its backups. They
// are sealed with AES-256-GCM under the deployment's key, which stands beside
// the data or comes from the configuration, and bound to what they are for, so
// that a sealed text copied to another row does not open there.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// KeySize is the size of a key in bytes.
const KeySize = 32

// Box seals and opens. It is safe for concurrent use.
type Box struct {
	first string
	keys  map[string]cipher.AEAD // by the key's id
}

// New gives a box that seals with the first key and opens what any of them
// sealed, so that a key can be replaced. Each has KeySize bytes.
func New(first []byte, older ...[]byte) (*Box, error) {
	b := &Box{keys: map[string]cipher.AEAD{}}
	for i, key := range append([][]byte{first}, older...) {
		if len(key) != KeySize {
			return nil, fmt.Errorf("a deployment key has %d bytes, this one %d", KeySize, len(key))
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		gcm, err := cipher.NewGCMWithRandomNonce(block) // NIST SP 800-38D §8.2.2
		if err != nil {
			return nil, err
		}
		id := keyID(key)
		if b.keys[id] = gcm; i == 0 {
			b.first = id
		}
	}
	return b, nil
}

// keyID tells keys apart and says nothing about them.
func keyID(key []byte) string {
	sum := sha256.Sum256(append([]byte("anteroom key id\x00"), key...))
	return hex.EncodeToString(sum[:4])
}

// Seal makes a text unreadable. Purpose is what it is for, with whose it is:
// "totp per_…"; Open wants the same.
func (b *Box) Seal(purpose, text string) string {
	sealed := b.keys[b.first].Seal(nil, nil, []byte(text), []byte(purpose)) //nolint:gosec // the nonce is random: NewGCMWithRandomNonce
	return b.first + "." + base64.RawURLEncoding.EncodeToString(sealed)
}

// errSealed is what every sealed text that cannot be opened gets.
var errSealed = errors.New("the sealed text cannot be opened: it was changed, is for something else, or the deployment's key is another one")

// Open makes a sealed text readable again. Of each sealed text there is one
// spelling that opens.
func (b *Box) Open(purpose, sealed string) (string, error) {
	id, rest, _ := strings.Cut(sealed, ".")
	gcm := b.keys[id]
	if gcm == nil {
		return "", errSealed
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil || strings.ContainsAny(rest, "\r\n") { // which the decoder passes over
		return "", errSealed
	}
	text, err := gcm.Open(nil, nil, raw, []byte(purpose))
	if err != nil {
		return "", errSealed
	}
	return string(text), nil
}

// ParseKey reads a key as the configuration and the file hold it: 64 hex digits.
func ParseKey(text string) ([]byte, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != KeySize {
		return nil, fmt.Errorf("the deployment key is %d hex digits; make one with: openssl rand -hex %d", 2*KeySize, KeySize)
	}
	return key, nil
}

// LoadKey reads the key from a file, and makes the file when there is none. A
// file that others may read is refused.
func LoadKey(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if errors.Is(err, os.ErrNotExist) {
		if err := makeKey(file); err != nil && !errors.Is(err, os.ErrExist) {
			return nil, fmt.Errorf("make the deployment key: %w", err)
		}
		info, err = os.Stat(file)
	}
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others may read the deployment key in %s; run: chmod 600 %s", file, file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return key, nil
}

// makeKey writes a fresh key whole or not at all, and over no other: of two
// processes that start at once, one's key stays.
func makeKey(file string) error {
	var key [KeySize]byte
	rand.Read(key[:])
	f, err := os.CreateTemp(filepath.Dir(file), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // a file too many is no harm
	_, err = f.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), file)
}
