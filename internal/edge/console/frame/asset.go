package frame

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"

	"github.com/anteroom-id/anteroom/internal/product"
)

// asset is a file that pages load. Its address changes with its content, so that
// it may be kept for ever.
type asset struct {
	body    []byte
	kind    string
	version string
}

// loadAssets reads our own files, and makes the one that carries the product's
// colours.
func (a *App) loadAssets() error {
	all, err := files.ReadDir("static")
	if err != nil {
		return err
	}
	for _, f := range all {
		body, err := files.ReadFile("static/" + f.Name())
		if err != nil {
			return err
		}
		a.addAsset(f.Name(), body)
	}
	a.addAsset("brand.css", a.brand())
	if a.Product.Brand.Logo != "" {
		a.addAsset("logo.svg", []byte(a.Product.Brand.Logo))
	}
	return nil
}

func (a *App) addAsset(name string, body []byte) {
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	sum := sha256.Sum256(body)
	a.assets[name] = asset{body: body, kind: kinds[path.Ext(name)], version: hex.EncodeToString(sum[:6])}
}

// brand is the product's accent as a style sheet. The definition's reader has
// checked the contrast of both colours.
func (a *App) brand() []byte {
	b := a.Product.Brand
	if b.Accent == "" {
		return []byte("/* the accent is ours */\n")
	}
	dark := OrElse(b.AccentDark, b.Accent)
	return fmt.Appendf(nil, ":root { --accent: light-dark(%s, %s); --on-accent: light-dark(%s, %s); }\n", b.Accent, dark, product.OnAccent(b.Accent), product.OnAccent(dark))
}

// assetURL is the address of a file.
func (a *App) assetURL(name string) (string, error) {
	f, ok := a.assets[name]
	if !ok {
		return "", fmt.Errorf("there is no file %q", name)
	}
	return "/assets/" + name + "?" + f.version, nil
}

func (a *App) serveAsset(w http.ResponseWriter, r *http.Request) error {
	f, ok := a.assets[r.PathValue("name")]
	if !ok {
		return errNothing
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("ETag", `"`+f.version+`"`)
	if r.URL.RawQuery == f.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == `"`+f.version+`"` {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, err := w.Write(f.body)
	return ignoreGone(err)
}

// ignoreGone: that an answer did not arrive is no failure of ours.
func ignoreGone(error) error { return nil }
