package product

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Brand is how the product looks on the pages that its customers see.
type Brand struct {
	Accent     string // the colour of links and of the one button that matters: "#2f54eb"
	AccentDark string // the same on a dark ground; made from Accent when the file has none
	Logo       string // an SVG document, at most MaxLogo bytes; "" shows the product's name
}

// MaxLogo is the largest logo in bytes.
const MaxLogo = 16 << 10

// The grounds that the accent stands on, and the least contrast of text.
// WCAG 2.2, success criterion 1.4.3
const (
	lightGround   = "#ffffff"
	darkGround    = "#17181c"
	leastContrast = 4.5
	defaultAccent = "#3451b2"
)

// colour is red, green and blue from 0 to 255.
type colour [3]float64

func parseColour(s string) (c colour, ok bool) {
	if len(s) != 7 || s[0] != '#' {
		return c, false
	}
	for i := range c {
		n, err := strconv.ParseUint(s[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return c, false
		}
		c[i] = float64(n)
	}
	return c, true
}

func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(math.Round(c[0])), int(math.Round(c[1])), int(math.Round(c[2])))
}

// luminance is the relative luminance from 0 to 1. WCAG 2.2, "relative luminance"
func (c colour) luminance() float64 {
	var l float64
	for i, weight := range [...]float64{0.2126, 0.7152, 0.0722} {
		v := c[i] / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += weight * v
	}
	return l
}

// contrast is the contrast ratio from 1 to 21. WCAG 2.2, "contrast ratio"
func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// toward mixes the colour step by step with another until it reads well on a ground.
func (c colour) toward(other, ground colour) colour {
	for step := range 101 {
		var mixed colour
		for i := range c {
			mixed[i] = math.Round(c[i] + (other[i]-c[i])*float64(step)/100)
		}
		if contrast(mixed, ground) >= leastContrast {
			return mixed
		}
	}
	return other
}

func (b *Brand) complete() {
	b.Accent = strings.ToLower(either(b.Accent, defaultAccent))
	b.AccentDark = strings.ToLower(b.AccentDark)
	if accent, ok := parseColour(b.Accent); ok && b.AccentDark == "" {
		white, _ := parseColour(lightGround)
		dark, _ := parseColour(darkGround)
		b.AccentDark = accent.toward(white, dark).String()
	}
}

func checkBrand(r *reader, b Brand) {
	checkColour(r, "brand.accent", b.Accent, lightGround, "#000000")
	checkColour(r, "brand.accent_dark", b.AccentDark, darkGround, "#ffffff")
	low := strings.ToLower(b.Logo)
	switch {
	case b.Logo == "":
	case len(b.Logo) > MaxLogo:
		r.fault("brand.logo", fmt.Sprintf("make it smaller than %d bytes", MaxLogo), "the logo is too large")
	case !strings.HasPrefix(strings.TrimSpace(low), "<svg"):
		r.fault("brand.logo", "paste the SVG document, from <svg to </svg>", "the logo is not an SVG document")
	case strings.Contains(low, "<script") || strings.Contains(low, "href"):
		r.fault("brand.logo", "remove scripts, and draw what it refers to", "the logo holds a script or a reference")
	}
}

// checkColour checks that text in the colour can be read on the ground, and
// proposes the nearest one that can.
func checkColour(r *reader, at, s, ground, toward string) {
	c, ok := parseColour(s)
	if !ok {
		if s != "" {
			r.fault(at, `write six digits like "#2f54eb", in quotes`, "%q is no colour", s)
		}
		return
	}
	on, _ := parseColour(ground)
	to, _ := parseColour(toward)
	if ratio := contrast(c, on); ratio < leastContrast {
		r.fault(at, fmt.Sprintf("write %q, the nearest that can", c.toward(to, on)), "text in %s on %s has a contrast of %.1f and cannot be read by everybody: %.1f is the least", s, ground, ratio, leastContrast)
	}
}

// OnAccent is the colour of text on a ground of this colour, #rrggbb: white or a
// near-black, whichever reads better (WCAG 2.2 §1.4.3).
func OnAccent(ground string) string {
	c, ok := parseColour(ground)
	if !ok || contrast(c, colour{255, 255, 255}) >= leastContrast {
		return "#ffffff"
	}
	return "#0b0c0f"
}
