package scimapi_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/scim/scimtest"
)

// Every case of the public conformance suite holds against our own server, on
// both engines, the shoulds too.
func TestConformance(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		scimtest.Run(t, scimtest.Target{URL: s.acme.base, Token: s.acme.secret, User: s.acme.slug, Password: s.acme.secret, Strict: true})
	})
}
