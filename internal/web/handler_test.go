package web_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/web"
)

var errRefused = errors.New("refused")

// serve starts a server and returns what a GET of it answers.
func serve(t *testing.T, h http.Handler) (*http.Response, string, error) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	res, err := http.Get(s.URL)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, string(body), err
}

func TestAFailureIsAnsweredByTheOneWriter(t *testing.T) {
	for name, c := range map[string]struct {
		h    web.Handler
		want string
	}{
		"no failure": {func(w http.ResponseWriter, _ *http.Request) error { fmt.Fprint(w, "fine"); return nil }, "200 fine"},
		"an error":   {func(http.ResponseWriter, *http.Request) error { return errRefused }, "418 refused"},
		"a panic":    {func(http.ResponseWriter, *http.Request) error { panic("oh") }, "418 panic: oh"},
		"a panicked error": {func(http.ResponseWriter, *http.Request) error { panic(fmt.Errorf("wrapped: %w", errRefused)) },
			"418 panic: wrapped: refused (refused)"},
	} {
		t.Run(name, func(t *testing.T) {
			res, body, err := serve(t, c.h.With(teapot))
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(res.StatusCode, " ", body); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// teapot is an edge's writer of errors.
func teapot(w http.ResponseWriter, _ *http.Request, err error) {
	w.WriteHeader(http.StatusTeapot)
	fmt.Fprint(w, err)
	var p *web.Panic
	if errors.As(err, &p) && errors.Is(err, errRefused) {
		fmt.Fprint(w, " (refused)")
	}
}

func TestAnAnswerThatHasBegunIsCutAndTheFailureIsStillLogged(t *testing.T) {
	var logged error
	h := web.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		fmt.Fprint(w, strings.Repeat("x", 100_000))
		return errRefused
	})
	_, body, err := serve(t, h.With(func(w http.ResponseWriter, r *http.Request, err error) {
		logged = err
		teapot(w, r, err)
		w.Header().Set("X", "y")
	}))
	if err == nil {
		t.Errorf("the answer looks whole, %d bytes", len(body))
	}
	if logged != errRefused {
		t.Errorf("logged %v", logged)
	}
}

func TestAHandlerMayCutTheConnectionItself(t *testing.T) {
	h := web.Handler(func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) })
	if _, _, err := serve(t, h.With(teapot)); err == nil {
		t.Error("an answer came")
	}
}

func TestARecorderKnowsWhatWasAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		status int
		bytes  int64
	}{
		"nothing":        {func(http.ResponseWriter) {}, 0, 0},
		"a body":         {func(w http.ResponseWriter) { fmt.Fprint(w, "four") }, 200, 4},
		"a status":       {func(w http.ResponseWriter) { w.WriteHeader(204) }, 204, 0},
		"hints, then it": {func(w http.ResponseWriter) { w.WriteHeader(103); w.WriteHeader(404) }, 404, 0},
		"flushed": {func(w http.ResponseWriter) {
			fmt.Fprint(w, "x")
			if err := http.NewResponseController(w).Flush(); err != nil {
				panic(err)
			}
		}, 200, 1},
	} {
		t.Run(name, func(t *testing.T) {
			rec := web.NewRecorder(httptest.NewRecorder())
			c.answer(rec)
			if rec.Status != c.status || rec.Bytes != c.bytes {
				t.Errorf("got %d and %d bytes, want %d and %d", rec.Status, rec.Bytes, c.status, c.bytes)
			}
		})
	}
}

func TestABodyIsReadUpToItsLimit(t *testing.T) {
	for name, c := range map[string]struct {
		body    io.Reader
		want    string
		tooMuch bool
	}{
		"none":                 {nil, "", false},
		"short":                {strings.NewReader("12345"), "12345", false},
		"as long as allowed":   {strings.NewReader("1234567890"), "1234567890", false},
		"too long":             {strings.NewReader("12345678901"), "", true},
		"without length":       {io.MultiReader(strings.NewReader("12345")), "12345", false},
		"too long, unforeseen": {io.MultiReader(strings.NewReader("12345678901")), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", c.body)
			got, err := web.ReadBody(httptest.NewRecorder(), r, 10)
			limit, tooMuch := web.TooLarge(err)
			if string(got) != c.want || tooMuch != c.tooMuch || tooMuch && limit != 10 || !tooMuch && err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestABrokenBodyIsNotTooLarge(t *testing.T) {
	r := httptest.NewRequest("POST", "/", io.MultiReader(strings.NewReader("x"), broken{}))
	_, err := web.ReadBody(httptest.NewRecorder(), r, 10)
	if _, tooMuch := web.TooLarge(err); err == nil || tooMuch {
		t.Errorf("got %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAHandlerThatReadsByItselfIsLimitedToo(t *testing.T) {
	h := web.LimitBody(3, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		if _, tooMuch := web.TooLarge(err); !tooMuch {
			t.Errorf("got %v", err)
		}
		web.Drain(r)
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader("12345")))
}

func TestSecureHeadersAreStrictUnlessLoosenedByName(t *testing.T) {
	get := func(csp web.CSP, hsts bool) http.Header {
		w := httptest.NewRecorder()
		web.SecureHeaders(csp, hsts, http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		return w.Header()
	}
	strict := get(web.CSP{}, false)
	policy := strict.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self';"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy %q lacks %q", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") || strict.Get("Strict-Transport-Security") != "" || strict.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers are %v", strict)
	}
	loose := get(web.CSP{Image: []string{"data:"}, FormAction: []string{"https://login.example.com"}}, true)
	policy = loose.Get("Content-Security-Policy")
	if !strings.Contains(policy, "img-src 'self' data:;") || !strings.Contains(policy, "form-action 'self' https://login.example.com;") {
		t.Errorf("the policy is %q", policy)
	}
	if loose.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS")
	}
}
