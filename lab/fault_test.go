package lab_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// flaky loses answers after the work is done, refuses some requests, and is
// overloaded at times.
func flaky(h http.Handler) http.Handler {
	var n atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) % 11 {
		case 3:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		case 6:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 9:
			h.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler) // the connection breaks
		default:
			h.ServeHTTP(w, r)
		}
	})
}

func TestProvidersConvergeThroughLostAnswersAndOverload(t *testing.T) {
	for _, name := range []string{"entra", "okta"} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(flaky(newMemory()))
			t.Cleanup(srv.Close)
			to := lab.Target{URL: srv.URL + "/scim/v2", Retry: lab.Retry{Tries: 20, Wait: time.Microsecond}}
			d := lab.Generate(21, 40, 5)
			var p provider = lab.NewOkta(d, to, lab.OktaOptions{Workers: 8})
			if name == "entra" {
				p = lab.NewEntra(d, to, lab.EntraOptions{Workers: 8, OptSCIM062020: true})
			}
			if sum := mustSync(t, p); sum.Retries == 0 {
				t.Error("nothing went wrong")
			}
			for i, change := range story(d) {
				if err := change(); err != nil {
					t.Fatalf("step %d: %v", i, err)
				}
				mustSync(t, p)
			}
		})
	}
}
