package main_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestADeveloperSignsInAsAPersonOfTheLabOffline(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	for range 2 { // the second time the provider has another address and another key
		server := dev(t, "--data", data)
		for _, role := range []string{"person", "person-oidc"} {
			if page := asPerson(t, server, role); !strings.Contains(page, "contoso.example") || !strings.Contains(page, "Sign out") {
				t.Errorf("%s: nobody of the lab is signed in: %s", role, page)
			}
		}
		server.stop()
	}
}

// asPerson opens an entrance, chooses the first person of the provider's page, and
// follows until it leads no further.
func asPerson(t *testing.T, server *process, role string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	at, page := read(t)(client.Get(server.entrance(role)))
	button := regexp.MustCompile(`name="person" value="([^"]+)"`).FindStringSubmatch(page)
	errand := regexp.MustCompile(`name="errand" value="([^"]+)"`).FindStringSubmatch(page)
	if button == nil || errand == nil {
		t.Fatalf("%s leads to %s, which lists nobody: %s", role, at, page)
	}
	at, page = read(t)(client.PostForm("http://"+at.Host+"/be", url.Values{"person": {button[1]}, "errand": {errand[1]}}))
	for range 3 {
		to := regexp.MustCompile(`<form method="post" action="([^"]+)"`).FindStringSubmatch(page)
		if to == nil || !strings.Contains(page, "SAMLResponse") {
			break
		}
		form := url.Values{}
		for _, f := range regexp.MustCompile(`name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			form.Set(f[1], html.UnescapeString(f[2]))
		}
		next, err := at.Parse(html.UnescapeString(to[1]))
		if err != nil {
			t.Fatal(err)
		}
		at, page = read(t)(client.PostForm(next.String(), form))
	}
	return page
}

// read gives where an answer came from, and its text.
func read(t *testing.T) func(*http.Response, error) (*url.URL, string) {
	t.Helper()
	return func(res *http.Response, err error) (*url.URL, string) {
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.Request.URL, string(body)
	}
}

// entrance is the address that signs somebody of a role in.
func (p *process) entrance(role string) string {
	for _, s := range p.ready.SignIns {
		if s.Role == role {
			return s.URL
		}
	}
	p.t.Fatalf("the server knows no %s", role)
	return ""
}
