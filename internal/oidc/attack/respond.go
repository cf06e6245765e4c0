package attack

import (
	"io"
	"net/http"
	"strings"
)

// respond makes an HTTP answer.
func respond(req *http.Request, status int, kind, body string) *http.Response {
	h := http.Header{"Content-Type": {kind}}
	if status >= 300 && status < 400 {
		h.Set("Location", "https://attacker.example/collect")
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}

// texting is a provider whose answers call themselves plain text.
type texting struct{ *world }

// RoundTrip implements http.RoundTripper.
func (t texting) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := t.world.RoundTrip(req)
	if err == nil {
		res.Header.Set("Content-Type", "text/plain")
	}
	return res, err
}
