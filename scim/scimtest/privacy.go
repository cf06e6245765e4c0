package scimtest

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// A report is pasted into tickets. It holds no secret, and nobody but the
// people that the run made.

// secrets are the texts that no report may hold, the longest first.
func (t Target) secrets() []string {
	basic := ""
	if t.User != "" || t.Password != "" {
		basic = base64.StdEncoding.EncodeToString([]byte(t.User + ":" + t.Password))
	}
	all := []string{basic, url.QueryEscape(t.Token), url.QueryEscape(t.Password), t.Token, t.Password}
	if u, err := url.Parse(strings.TrimSpace(t.URL)); err == nil {
		if password, ok := u.User.Password(); ok {
			all = append(all, password)
		}
		for _, values := range u.Query() {
			all = append(all, values...)
		}
	}
	return all
}

// hide takes the target's secrets out of a text.
func (c *client) hide(text string) string {
	for _, secret := range c.secrets {
		if len(secret) >= 4 {
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	return text
}

// shown is the target's address without what may be secret in it.
func (c *client) shown() string {
	u, err := url.Parse(c.base)
	if err != nil {
		return c.hide(c.base)
	}
	u.User = nil
	return c.hide(u.String())
}

// owned remembers the id of something that the run made.
func (r *run) owned(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.own[id] = true
}

// doubt remembers names that may have been created.
func (r *run) doubt(names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range names {
		if strings.HasPrefix(name, r.name+".") {
			r.unsure[name] = true
		}
	}
}

// namesIn lists the names that a body gives to users and groups.
func namesIn(body any) []string {
	switch b := body.(type) {
	case string:
		var doc any
		_ = json.Unmarshal([]byte(b), &doc)
		return names(doc)
	case nil:
		return nil
	}
	return names(plain(body))
}

func names(doc any) []string {
	var out []string
	switch doc := doc.(type) {
	case map[string]any:
		for key, v := range doc {
			if text, ok := v.(string); ok && (strings.EqualFold(key, "userName") || strings.EqualFold(key, "displayName")) {
				out = append(out, text)
			} else {
				out = append(out, names(v)...)
			}
		}
	case []any:
		for _, v := range doc {
			out = append(out, names(v)...)
		}
	}
	return out
}

// stranger stands in a report for somebody whom the run did not make.
const stranger = "somebody else, left out"

// masked gives an answer's body with everybody left out whom the run did not
// make, and whether there were any.
func (r *run) masked(v any) (any, bool) {
	if r.strange(v) {
		return stranger, true
	}
	switch in := v.(type) {
	case map[string]any:
		list, ok := in["Resources"].([]any)
		if !ok {
			return v, false
		}
		masked, some := r.masked(list)
		if !some {
			return v, false
		}
		out := M{}
		for key, value := range in {
			out[key] = value
		}
		out["Resources"] = masked
		return out, true
	case []any:
		out, some := make([]any, len(in)), false
		for i, e := range in {
			masked, is := r.masked(e)
			out[i], some = masked, some || is
		}
		return out, some
	}
	return v, false
}

// strange says whether a value is a user or group that the run did not make.
func (r *run) strange(v any) bool {
	doc, ok := v.(map[string]any)
	if !ok {
		return false
	}
	id, _ := lookup(doc, "id").(string)
	if id == "" || lookup(doc, "attributes") != nil || lookup(doc, "endpoint") != nil {
		return false
	}
	r.mu.Lock()
	own := r.own[id]
	r.mu.Unlock()
	text, _ := json.Marshal(doc)
	return !own && !strings.Contains(strings.ToLower(string(text)), r.name)
}
