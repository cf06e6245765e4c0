package connect_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestK04_TheConsoleTriesItsOwnAddressFromOutsideIn(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/moved") {
			http.Redirect(w, r, "/", http.StatusFound)
			return
		}
		w.WriteHeader(http.StatusTeapot)
	}))
	defer elsewhere.Close()
	secured := httptest.NewTLSServer(http.NotFoundHandler())
	defer secured.Close()
	s := tell(t, "platform")
	at := s.add("entra")
	own := s.SCIMURL
	for _, c := range []struct{ address, says string }{
		{"", "Reached: "},
		{elsewhere.URL, "Something else answered at"},
		{elsewhere.URL + "/moved", "redirects"},
		{secured.URL, "certificate"},
		{"http://127.0.0.1:1", "nothing takes connections"},
		{"http://no-such-host.invalid", "is not known"},
	} {
		s.SCIMURL = func(slug string) string {
			if c.address == "" {
				return own(slug)
			}
			return c.address
		}
		if a := s.ada.Post(at + "/reach"); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: %d", c.address, a.Status)
		}
		if page := s.ada.Get(at + "/scim"); !strings.Contains(page.Body, c.says) {
			t.Errorf("%q: the page does not say %q", c.address, c.says)
		}
	}
}
