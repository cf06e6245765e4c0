package interop_test

import (
	"cmp"
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// walker is somebody with a browser who does as the pages say: it follows where
// they lead, and sends on the messages that they carry.
type walker struct {
	t      *testing.T
	client *http.Client
	Passed []string // the addresses that it went through, without their queries
}

func newWalker(t *testing.T) *walker {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &walker{t: t, client: &http.Client{Jar: jar, CheckRedirect: stay, Timeout: 30 * time.Second}}
}

// page is where it stopped.
type page struct {
	At     *url.URL
	Status int
	Body   string
}

// form is one of a page's forms, with what is filled in already.
type form struct {
	method string
	action *url.URL
	values url.Values
	from   *url.URL // the page that it stands on; nil for one of its own site
}

var (
	formTag  = regexp.MustCompile(`(?is)<form\b([^>]*)>(.*?)</form>`)
	inputTag = regexp.MustCompile(`(?is)<(?:input|button)\b([^>]*)>`)
	onTheWay = regexp.MustCompile(`(?s)on the way to.*?<a class="button" href="([^"]+)">Continue</a>`)
	attrs    = regexp.MustCompile(`(?is)([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')`)
)

func attributes(tag string) map[string]string {
	out := map[string]string{}
	for _, m := range attrs.FindAllStringSubmatch(tag, -1) {
		out[strings.ToLower(m[1])] = html.UnescapeString(m[2] + m[3])
	}
	return out
}

// forms reads the forms of a page.
func (p *page) forms() (out []form) {
	for _, m := range formTag.FindAllStringSubmatch(p.Body, -1) {
		tag := attributes(m[1])
		f := form{method: strings.ToUpper(tag["method"]), values: url.Values{}, from: p.At}
		f.action, _ = p.At.Parse(tag["action"])
		for _, i := range inputTag.FindAllStringSubmatch(m[2], -1) {
			a := attributes(i[1])
			if a["name"] != "" && (a["type"] != "checkbox" || strings.Contains(i[1], "checked")) {
				f.values.Set(a["name"], a["value"])
			}
		}
		out = append(out, f)
	}
	return out
}

// message gives the form of a page that only carries a message of SAML on.
func (p *page) message() (form, bool) {
	for _, f := range p.forms() {
		if f.values.Has("SAMLResponse") || f.values.Has("SAMLRequest") {
			return f, true
		}
	}
	return form{}, false
}

// Open goes to an address, and on as far as it leads without anybody typing.
func (w *walker) Open(address string) *page {
	w.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.walk(form{method: http.MethodGet, action: u})
}

// Fill sends the form of a page that has a field, with fields filled in: pairs of
// name and value.
func (w *walker) Fill(p *page, field string, pairs ...string) *page {
	w.t.Helper()
	for _, f := range p.forms() {
		if !f.values.Has(field) {
			continue
		}
		for i := 0; i < len(pairs); i += 2 {
			f.values.Set(pairs[i], pairs[i+1])
		}
		return w.walk(f)
	}
	w.t.Fatalf("%s (%d) has no form with %s: %s", p.At, p.Status, field, p.text())
	return nil
}

func (w *walker) walk(f form) *page {
	w.t.Helper()
	for range 20 {
		p, next := w.step(f)
		if next == nil {
			return p
		}
		f = *next
	}
	w.t.Fatalf("it leads in a circle: %s", strings.Join(w.Passed, " "))
	return nil
}

// step does one request, and says which one is next.
func (w *walker) step(f form) (*page, *form) {
	w.t.Helper()
	var body io.Reader
	if f.method == http.MethodPost {
		body = strings.NewReader(f.values.Encode())
	} else if len(f.values) > 0 {
		f.action.RawQuery = f.values.Encode()
	}
	r, err := http.NewRequestWithContext(context.Background(), f.method, f.action.String(), body)
	if err != nil {
		w.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		from := cmp.Or(f.from, f.action)
		r.Header.Set("Origin", from.Scheme+"://"+from.Host)
	}
	res, err := w.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	p := &page{f.action, res.StatusCode, string(text)}
	w.Passed = append(w.Passed, f.action.Scheme+"://"+f.action.Host+f.action.Path)
	if to, err := res.Location(); err == nil {
		return p, &form{method: http.MethodGet, action: to}
	}
	if next, ok := p.message(); ok {
		return p, &next
	}
	if m := onTheWay.FindStringSubmatch(p.Body); m != nil {
		to, _ := p.At.Parse(html.UnescapeString(m[1]))
		return p, &form{method: http.MethodGet, action: to}
	}
	return p, nil
}

// passed reports whether it went through an address that begins so.
func (w *walker) passed(prefix string) bool {
	for _, a := range w.Passed {
		if strings.HasPrefix(a, prefix) {
			return true
		}
	}
	return false
}

var tags = regexp.MustCompile(`(?s)<(script|style|head)\b.*?</(script|style|head)>|<[^>]*>`)

// text is what a page says.
func (p *page) text() string {
	all := strings.Join(strings.Fields(tags.ReplaceAllString(p.Body, " ")), " ")
	return all[:min(len(all), 1500)]
}
