package store_test

import (
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// owned gives a workspace a domain, verified or not.
func owned(t *testing.T, s *store.Store, ws identity.WorkspaceID, name string, verified, captures bool) {
	t.Helper()
	d := identity.Domain{Name: name, Token: "t", Created: s.Now(), Captures: captures}
	if verified {
		d.Verified = s.Now()
	}
	write(t, s, ws, func(tx *store.Tx) error {
		_, err := tx.InsertDomain(ctx, &d)
		return err
	})
}

func write(t *testing.T, s *store.Store, ws identity.WorkspaceID, f func(*store.Tx) error) {
	t.Helper()
	if err := s.Write(ctx, ws, f); err != nil {
		t.Fatal(err)
	}
}

func TestTheNearestVerifiedDomainCoversAnAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
		owned(t, s, acme, "acme.example", true, true)
		owned(t, s, acme, "quiet.example", true, false)
		owned(t, s, acme, "claimed.example", false, true)
		owned(t, s, globex, "lab.acme.example", true, true)
		owned(t, s, globex, "silent.acme.example", true, false)
		for name, want := range map[string]identity.WorkspaceID{
			"acme.example": acme, "ACME.example": acme, "mail.acme.example": acme, "a.b.c.d.acme.example": acme,
			"lab.acme.example": globex, "x.lab.acme.example": globex,
			"silent.acme.example": "", "quiet.example": "", "claimed.example": "", "notacme.example": "", "example": "", "": "", "a\x00.example": "",
		} {
			got, found, err := s.CapturingDomain(ctx, name)
			if err != nil || got != want || found != (want != "") {
				t.Errorf("%q leads to %q %v %v, want %q", name, got, found, err, want)
			}
		}
	})
}

func TestADomainIsVerifiedInOneWorkspaceOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
		owned(t, s, acme, "acme.example", true, true)
		owned(t, s, globex, "acme.example", false, true)
		d, found, err := s.Read(globex).Domain(ctx, "acme.example")
		if err != nil || !found {
			t.Fatal(found, err)
		}
		d.Verified = s.Now()
		save := func(tx *store.Tx) error { return tx.SaveDomain(ctx, &d) }
		if err := s.Write(ctx, globex, save); identity.KindOf(err) != identity.Taken {
			t.Errorf("a second workspace verifies it: %v", err)
		}
		write(t, s, acme, func(tx *store.Tx) error { _, err := tx.DeleteDomain(ctx, "acme.example"); return err })
		write(t, s, globex, save)
		if left, err := s.Read(acme).Domains(ctx); err != nil || len(left) != 0 {
			t.Errorf("%v is left: %v", left, err)
		}
	})
}

func TestDomainsAreDueByTheirLastLookUp(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme := workspace(t, s, "acme")
		for i, name := range []string{"c.example", "a.example", "b.example"} {
			d := identity.Domain{Name: name, Created: s.Now(), Verified: s.Now(), Checked: s.Now().Add(-time.Duration(i) * time.Hour)}
			write(t, s, acme, func(tx *store.Tx) error { _, err := tx.InsertDomain(ctx, &d); return err })
		}
		owned(t, s, acme, "claimed.example", false, true)
		due, err := s.DomainsDue(ctx, s.Now().Add(-30*time.Minute), 5)
		if err != nil || len(due) != 2 || due[0].Name != "b.example" || due[1].Name != "a.example" {
			t.Errorf("due are %v: %v", due, err)
		}
	})
}
