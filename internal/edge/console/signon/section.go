// Package signon holds the pages of people who sign in through their workspace's
// identity provider: where they say which one, where they are sent there, and
// where they read what became of it. The protocols' own edges hand an answer to
// Finish and know no page.
//
// Nobody learns here who is in which workspace: before somebody has signed in a
// page names a provider's make and nothing else.
package signon

import (
	"embed"
	"io/fs"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/product"
)

//go:embed templates/*.html
var templates embed.FS

// The addresses that every product has.
const (
	proofPath    = "/login/proof"
	arrivePath   = "/login/arrive"
	recoveryPath = "/login/recovery-code"
)

// Section is signing in through an identity provider.
func Section() frame.Section {
	own, _ := fs.Sub(templates, "templates") // the name is right: it stands above
	bySlug := func(pattern string) func(*product.Product) string {
		return func(p *product.Product) string { return pattern + p.SignIn.SlugPath }
	}
	byAddress := func(pattern string) func(*product.Product) string {
		return func(p *product.Product) string { return pattern + p.SignIn.AddressPath }
	}
	return frame.Section{Name: "signon", Files: own, Routes: []frame.Route{
		{At: bySlug("GET "), Serve: askWorkspace},
		{At: byAddress("GET "), Serve: askAddress},
		{At: byAddress("POST "), Serve: findAddress},
		{Pattern: "GET /sso/{slug}", Serve: direct},
		{At: directToo, Serve: direct},
		{Pattern: "POST " + proofPath, Serve: prove},
		{Pattern: "GET " + arrivePath, Serve: arrived},
		{Pattern: "POST " + arrivePath, Serve: answerOther},
		{Pattern: "GET " + recoveryPath, Serve: askRecovery},
		{Pattern: "POST " + recoveryPath, Serve: useRecovery},
	}}
}

// directToo is the workspace's own address below the product's path.
func directToo(p *product.Product) string {
	if p.SignIn.SlugPath == "/sso" {
		return ""
	}
	return "GET " + p.SignIn.SlugPath + "/{slug}"
}
