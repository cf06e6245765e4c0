package web

import (
	"net/http"
	"strings"
)

// CSP is a content security policy. The zero value is the strict one: nothing
// but this site's own files, no script or style inside a page, no frames, no
// plug-ins. Each field adds sources to one directive. CSP Level 3
type CSP struct {
	Script     []string // more sources of scripts: "'sha256-…'"
	Style      []string
	Image      []string // more sources of images: "data:"
	Connect    []string
	FormAction []string // where forms may also lead: "https://login.example.com"
}

// String is the header's value.
func (c CSP) String() string {
	return strings.Join([]string{
		"default-src 'none'",
		directive("script-src", c.Script),
		directive("style-src", c.Style),
		directive("img-src", c.Image),
		directive("connect-src", c.Connect),
		directive("form-action", c.FormAction),
		"font-src 'self'", "manifest-src 'self'", "base-uri 'none'", "frame-ancestors 'none'",
	}, "; ")
}

func directive(name string, more []string) string {
	return strings.Join(append([]string{name, "'self'"}, more...), " ")
}

// SecureHeaders sets on every answer what keeps a browser from being used
// against its owner. With hsts, it also has browsers insist on TLS for a year;
// only for deployments that are reached by TLS.
func SecureHeaders(csp CSP, hsts bool, h http.Handler) http.Handler {
	fixed := map[string]string{
		"Content-Security-Policy":      csp.String(),
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY", // what frame-ancestors means to older browsers
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	}
	if hsts {
		fixed["Strict-Transport-Security"] = "max-age=31536000"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range fixed {
			w.Header().Set(name, value)
		}
		h.ServeHTTP(w, r)
	})
}
