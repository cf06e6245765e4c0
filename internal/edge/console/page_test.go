package console

import "testing"

func TestAPathIsShownBelowTheAddress(t *testing.T) {
	for _, c := range [][3]string{
		{"/scim/v2/Users?x=1", "https://a.example/scim/v2", "/Users?x=1"},
		{"/scim/v2/acme/Users", "https://a.example/scim/v2/acme/", "/Users"},
		{"/scim/v20/Users", "https://a.example/scim/v2", "/scim/v20/Users"},
		{"/scim/v2", "https://a.example/scim/v2", "/scim/v2"},
		{"/x", "://", "/x"},
	} {
		if got := below(c[0], c[1]); got != c[2] {
			t.Errorf("%v: %s", c, got)
		}
	}
}
