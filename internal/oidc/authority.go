package oidc

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// authority is what an administrator typed, understood.
type authority struct {
	kind   string // of the provider, when the address tells: "entra", "okta", "google"
	tenant string // of Entra
	bases  []base // where the discovery document may be, best first
	note   string // what was changed of what was typed, as a sentence
}

// base is an address that a discovery document stands behind, and the issuers that
// it may name.
type base struct {
	address string
	fits    func(issuer string) bool
	expect  string // in words
}

// guid is how Entra writes the id of a tenant.
var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// domain is a tenant's name: contoso.onmicrosoft.com.
var domain = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)

// personal is the tenant of all personal Microsoft accounts.
const personal = "9188040d-6c67-4c5b-b112-36a304b66dad"

// microsoft gives the host of Microsoft's sign-in that an address of it means; ""
// for other hosts.
func microsoft(host string) string {
	switch host {
	case "login.microsoftonline.com", "login.windows.net", "sts.windows.net", "login.microsoft.com":
		return "login.microsoftonline.com"
	case "login.microsoftonline.us":
		return host
	case "login.partner.microsoftonline.cn", "login.chinacloudapi.cn", "sts.chinacloudapi.cn":
		return "login.partner.microsoftonline.cn"
	}
	return ""
}

// readAuthority understands what was typed into the field of the authority or
// issuer: an issuer, with or without https://, a slash or a version behind it, or
// the address of the discovery document itself.
func readAuthority(typed string) (authority, error) {
	u, err := address(typed)
	if err != nil {
		return authority{}, err
	}
	switch known := microsoft(u.Host); {
	case known != "":
		return entraAuthority(known, u.Path)
	case strings.HasSuffix(u.Host, ".okta.com"), strings.HasSuffix(u.Host, ".oktapreview.com"), strings.HasSuffix(u.Host, ".okta-emea.com"):
		return oktaAuthority(u), nil
	case u.Host == "accounts.google.com":
		return authority{kind: "google", bases: []base{exactly("https://accounts.google.com")}}, nil
	}
	whole := u.String()
	if tenant := strings.ToLower(strings.TrimPrefix(u.Path, "/")); guid.MatchString(tenant) {
		// Written as Entra's authority, without its version: the second is meant.
		return authority{tenant: tenant, bases: []base{exactly(whole + "/v2.0"), exactly(whole)}}, nil
	}
	return authority{bases: []base{exactly(whole)}}, nil
}

// address reads what was typed as an address without what does not belong to an issuer.
func address(typed string) (*url.URL, error) {
	text := strings.Trim(strings.TrimSpace(typed), `"'<>`)
	if text != "" && !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	wrong := err != nil || len(text) > 1024 || u.Hostname() == "" || u.User != nil || strings.ContainsAny(text, "?#") || u.Opaque != "" ||
		u.Scheme != "https" && u.Scheme != "http"
	if wrong || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return nil, explain.Refuse(explain.OIDCAddress, "an address like https://login.example.com", typed)
	}
	u.Host = strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	path := u.Path
	for _, end := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
		path = strings.TrimSuffix(path, end)
	}
	u.Path, u.RawPath = strings.TrimRight(path, "/"), ""
	return u, nil
}

// exactly is a base whose document names it as its issuer. A slash at the end is
// the one thing that people leave out and providers do not agree on.
func exactly(issuer string) base {
	return base{
		address: issuer, expect: issuer,
		fits: func(found string) bool { return found == issuer || found == issuer+"/" },
	}
}

// entraAuthority reads an authority of Microsoft Entra ID: a tenant's id or domain,
// with or without a version. All of them mean the tenant's second version, which
// every application can use (P15).
func entraAuthority(host, path string) (authority, error) {
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(strings.ToLower(path), "/"), "/")
	shown := "https://" + host + "/TENANT-ID"
	switch {
	case tenant == "common", tenant == "organizations", tenant == "consumers", tenant == personal:
		return authority{}, explain.Refuse(explain.OIDCCommon, shown, "https://"+host+"/"+tenant)
	case !guid.MatchString(tenant) && !domain.MatchString(tenant):
		return authority{}, explain.Refuse(explain.OIDCTenantMissing, shown, "https://"+host+path)
	case !slices.Contains([]string{"", "v2.0", "oauth2", "oauth2/v2.0", "oauth2/authorize", "oauth2/token", "oauth2/v2.0/authorize", "oauth2/v2.0/token"}, rest):
		return authority{}, explain.Refuse(explain.OIDCAddress, shown, "https://"+host+path)
	}
	a := authority{kind: "entra", tenant: tenant}
	b := exactly("https://" + host + "/" + tenant + "/v2.0")
	if !guid.MatchString(tenant) {
		b.expect = "https://" + host + "/TENANT-ID/v2.0"
		b.fits = func(issuer string) bool {
			id, ok := strings.CutPrefix(issuer, "https://"+host+"/")
			id, version := strings.CutSuffix(id, "/v2.0")
			return ok && version && guid.MatchString(id) && id != personal
		}
	}
	if rest != "v2.0" {
		a.note = "Read as the tenant's authority of version 2.0."
	}
	a.bases = []base{b}
	return a, nil
}

// oktaAuthority reads an authority of Okta: the organization, or an authorization
// server of it. The address of the admin console means the organization.
func oktaAuthority(u *url.URL) authority {
	a := authority{kind: "okta"}
	org, zone, _ := strings.Cut(u.Host, ".")
	if name, admin := strings.CutSuffix(org, "-admin"); admin {
		u.Host, u.Path = name+"."+zone, ""
		a.note = "Read as " + u.String() + ", without the -admin of the console."
	}
	if !strings.HasPrefix(u.Path, "/oauth2/") {
		u.Path = ""
	}
	a.bases = []base{exactly(u.String())}
	return a
}
