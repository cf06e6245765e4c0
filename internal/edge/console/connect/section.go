// Package connect is the pages below Settings > Single Sign-On: the connections
// of a workspace, each with its guide, its provisioning and its mappings, the
// link that hands the set-up over, and what the product's own listing needs.
package connect

import (
	"embed"
	"io/fs"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/product"
)

//go:embed templates/*.html
var files embed.FS

const (
	base = "/w/{workspace}/settings/sso"
	one  = base + "/connections/{connection}"
)

// Section is the pages with their routes.
func Section() frame.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		templates = nil // the folder is compiled in
	}
	page := func(pattern string, a access.Action, f product.Feature, serve func(*frame.Request) error) frame.Route {
		return frame.Route{Pattern: pattern, Gate: frame.InWorkspace, Action: a, Feature: f, Serve: serve}
	}
	// Who manages either part sees what belongs to both.
	either := func(pattern string, f product.Feature, serve func(*frame.Request) error) frame.Route {
		r := page(pattern, access.ViewSSO, f, serve)
		r.Or = access.ViewSCIM
		return r
	}
	const scim, sso = product.FeatureSCIM, product.FeatureSSO
	return frame.Section{Name: "connect", Files: templates, Routes: []frame.Route{
		either("GET "+base, "", showHome),
		either("POST "+base, "", save),
		page("POST "+base+"/connections", access.ChangeConnection, "", add),
		either("GET "+one, "", showSetup),
		either("GET "+one+"/stream", "", streamSetup),
		page("GET "+one+"/scim", access.ViewSCIM, scim, showSCIM),
		page("POST "+one+"/scim", access.ChangeSCIM, "", switchSCIM),
		page("POST "+one+"/reach", access.ViewSCIM, scim, tryAddress),
		page("POST "+one+"/tokens", access.IssueSCIMToken, scim, issue),
		page("POST "+one+"/tokens/{token}/revoke", access.IssueSCIMToken, "", revoke),
		page("GET "+one+"/mappings", access.ViewSCIM, scim, showMappings),
		page("GET "+one+"/saml", access.ViewSSO, sso, showSAML),
		page("POST "+one+"/saml", access.ChangeConnection, sso, saveSAML),
		page("POST "+one+"/saml/metadata", access.ChangeConnection, sso, getMetadata),
		page("POST "+one+"/saml/upload", access.ChangeConnection, sso, uploadMetadata),
		page("POST "+one+"/saml/key", access.ChangeConnection, sso, rotateKey),
		page("GET "+one+"/oidc", access.ViewSSO, sso, showOIDC),
		page("POST "+one+"/oidc", access.ChangeConnection, sso, saveOIDC),
		page("GET "+one+"/test", access.ViewSSO, sso, showTest),
		page("POST "+one+"/test", access.ChangeConnection, sso, beginTest),
		page("GET "+one+"/activity", access.ViewActivity, "", showActivity),
		page("GET "+one+"/remove", access.RemoveConnection, "", askRemove),
		page("POST "+one+"/remove", access.RemoveConnection, "", remove),
		page("POST "+one+"/links", access.HandOffSetup, "", issueLink),
		page("POST "+one+"/links/{link}/revoke", access.HandOffSetup, "", revokeLink),
		page("GET "+base+"/domains", access.ViewDomains, product.FeatureDomains, showDomains),
		page("POST "+base+"/domains", access.ChangeDomains, product.FeatureDomains, addDomain),
		page("POST "+base+"/domains/{domain}/check", access.ChangeDomains, product.FeatureDomains, checkDomain),
		page("POST "+base+"/domains/{domain}/captures", access.ChangeDomains, product.FeatureDomains, captureDomain),
		page("POST "+base+"/domains/{domain}/remove", access.ChangeDomains, "", removeDomain),
		page("GET "+base+"/require", access.RequireSSO, sso, showRequire),
		page("POST "+base+"/require/review", access.RequireSSO, sso, reviewRequire),
		page("POST "+base+"/require", access.RequireSSO, "", setRequire),
		page("POST "+base+"/require/exemptions", access.RequireSSO, sso, exempt),
		page("POST "+base+"/require/exemptions/{member}/end", access.RequireSSO, "", endExemption),
		page("POST "+base+"/require/codes", access.RequireSSO, sso, issueCodes),
		page("GET "+base+"/require/codes", access.RequireSSO, sso, showCodes),
		page("GET "+base+"/listing", access.ViewSSO, "", showListing),
		page("GET "+base+"/listing/{file}", access.ViewSSO, "", sendListing),
		{Pattern: "GET /operator/listing", Gate: frame.Operator, Serve: sendPack},
		{Pattern: "GET /setup/{word}", Serve: openSetup},
		{Pattern: "GET /setup/{word}/stream", Serve: streamOpened},
		{Pattern: "POST /setup/{word}/token", Serve: issueByLink},
		{Pattern: "POST /setup/{word}/saml", Serve: samlByLink},
		{Pattern: "POST /setup/{word}/oidc", Serve: oidcByLink},
	}}
}
