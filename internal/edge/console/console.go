// Package console is the edge at which people look at Anteroom: pages of
// html/template, forms and links first, a little script on top. A page is a
// folder under pages/ with its template, and a struct that the template is
// filled with.
//
// Every answer goes through one pipeline that sets the same strict headers: no
// inline script or style, nothing from elsewhere, no framing, no caching, no
// referrer.
package console

import (
	"embed"
	"net/http"
)

//go:embed pages/*/*.html static/*
var files embed.FS

// policy is the Content-Security-Policy of every page (CSP Level 3): only what
// we serve ourselves, and no inline script or style.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// harden sets the headers of every answer. The address of a page may hold a
// key, so that it is neither kept in a cache nor told to other sites.
func harden(h http.Header) {
	for name, value := range map[string]string{
		"Content-Security-Policy":      policy,
		"Cache-Control":                "no-store",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"X-Robots-Tag":                 "noindex, nofollow",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
	} {
		h.Set(name, value)
	}
}
