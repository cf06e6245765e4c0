package seal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/internal/seal"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, seal.KeySize) }

func box(t *testing.T, first []byte, older ...[]byte) *seal.Box {
	t.Helper()
	b, err := seal.New(first, older...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsSealedOpensForItsPurposeOnly(t *testing.T) {
	b := box(t, key(1))
	sealed := b.Seal("totp per_1", "JBSWY3DP")
	if strings.Contains(sealed, "JBSWY3DP") || sealed == b.Seal("totp per_1", "JBSWY3DP") {
		t.Error("it can be read, or compared")
	}
	if got, err := b.Open("totp per_1", sealed); err != nil || got != "JBSWY3DP" {
		t.Errorf("%q %v", got, err)
	}
	flipped := []byte(sealed)
	flipped[len(flipped)-6] ^= 1
	for what, c := range map[string][2]string{
		"another's": {"totp per_2", sealed}, "changed": {"totp per_1", string(flipped)}, "empty": {"totp per_1", ""},
		"cut": {"totp per_1", sealed[:12]}, "not ours": {"totp per_1", "00000000.AAAA"},
	} {
		if _, err := b.Open(c[0], c[1]); err == nil {
			t.Errorf("%s: it opened", what)
		}
	}
}

// Whoever counts what was handed in by its text counts each once.
func TestASealedTextOpensInOneSpellingOnly(t *testing.T) {
	b := box(t, key(1))
	for n := range 4 { // whatever is left over in the last character
		sealed := b.Seal("p", strings.Repeat("x", n))
		if _, err := b.Open("p", sealed); err != nil {
			t.Fatal(err)
		}
		others := []string{sealed + "\n", sealed + "\r\n", sealed[:15] + "\n" + sealed[15:], "\n" + sealed}
		for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
			others = append(others, sealed[:len(sealed)-1]+string(last))
		}
		for _, o := range others {
			if _, err := b.Open("p", o); err == nil && o != sealed {
				t.Errorf("%q opens like %q", o, sealed)
			}
		}
	}
}

func TestAKeyCanBeReplaced(t *testing.T) {
	old := box(t, key(1)).Seal("p", "text")
	both := box(t, key(2), key(1))
	if got, err := both.Open("p", old); err != nil || got != "text" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := box(t, key(1)).Open("p", both.Seal("p", "text")); err == nil {
		t.Error("it still seals with the old key")
	}
	if _, err := seal.New(key(1)[:16]); err == nil {
		t.Error("a short key was taken")
	}
}

func TestTheKeyIsMadeOnceAndNobodyElseMayReadIt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	var all sync.WaitGroup
	keys := make([][]byte, 8)
	for i := range keys {
		all.Go(func() { keys[i], _ = seal.LoadKey(file) })
	}
	all.Wait()
	for _, k := range keys {
		if len(k) != seal.KeySize || !bytes.Equal(k, keys[0]) {
			t.Fatalf("processes that start at once have different keys: %x and %x", k, keys[0])
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.LoadKey(file); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that everybody may read: %v", err)
	}
	broken := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(broken, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.LoadKey(broken); err == nil {
		t.Error("a broken key was taken")
	}
}
