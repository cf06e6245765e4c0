package signin

import (
	"context"
	"net/url"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Addresses gives what a workspace's administrator gives to the identity provider
// of a connection, with the slug that the connection was given at first: a rename
// of the workspace changes nothing at the provider. Slug is SAMLSettings.Slug.
func (s *Service) Addresses(w identity.Workspace, id identity.ConnectionID, slug string) Addresses {
	if slug == "" {
		slug = w.Slug
	}
	saml, connection := s.conf.BaseURL+"/saml/"+slug, s.conf.BaseURL+"/oidc/"+string(id)
	return Addresses{
		EntityID: s.EntityID(w.ID), ACS: saml + "/acs", SLO: saml + "/slo", Metadata: saml + "/metadata",
		OIDCWeb: connection + "/web", OIDCApp: connection + "/app", OIDCOut: connection + "/logout",
		Start: s.conf.BaseURL + "/sso/" + w.Slug,
	}
}

// EntityID is what we are called in SAML by a workspace's identity provider.
func (s *Service) EntityID(ws identity.WorkspaceID) string {
	if id := s.conf.Product.SignIn.EntityID; id != "" {
		return id
	}
	return s.conf.BaseURL + "/saml/" + string(ws)
}

// consumers lists the addresses of ours that a response for a workspace may be
// sent to: one for each slug that it has or had.
func (s *Service) consumers(ctx context.Context, ws identity.WorkspaceID) ([]string, error) {
	slugs, err := s.conf.Store.Read(ws).Slugs(ctx)
	out := make([]string, len(slugs))
	for i, slug := range slugs {
		out[i] = s.conf.BaseURL + "/saml/" + slug + "/acs"
	}
	return out, err
}

// inside gives the page of ours that an address leads to, "" when it is another
// site's or no page.
func (s *Service) inside(to string) string {
	to = strings.TrimPrefix(to, s.conf.BaseURL)
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") || len(to) > 2000 {
		return ""
	}
	return to
}
