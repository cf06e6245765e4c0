package identity_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

func TestWhatAPersonSignsInWithIsNeverPrinted(t *testing.T) {
	p := identity.Person{ID: "per_1", Address: "ann@x.example", Password: "$argon2id$SECRET", TOTP: "SECRET", TOTPNext: "SECRET"}
	text, err := json.Marshal(p)
	if err != nil || !strings.Contains(string(text), "ann@x.example") {
		t.Fatal(string(text), err)
	}
	type outer struct{ Person identity.Person }
	printed := []string{string(text)}
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		printed = append(printed, fmt.Sprintf(form, p), fmt.Sprintf(form, &p), fmt.Sprintf(form, outer{p}), fmt.Sprintf(form, []identity.Person{p}))
	}
	for _, s := range printed {
		if strings.Contains(s, "SECRET") {
			t.Errorf("printed %s", s)
		}
	}
}
