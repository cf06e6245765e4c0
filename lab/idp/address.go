package idp

// addresses is where a provider's doors are, below its base.
type addresses struct {
	metadata, sso, slo, start                       string
	issuer                                          string // below the base too
	authorize, token, keys, userInfo, end, consents string
}

func (c *Config) addresses() addresses {
	switch c.Flavour {
	case Entra:
		t := "/" + c.Tenant
		return addresses{
			metadata: t + "/federationmetadata/2007-06/federationmetadata.xml", sso: t + "/saml2", slo: t + "/saml2/logout", start: "/myapps",
			issuer: t + "/v2.0", authorize: t + "/oauth2/v2.0/authorize", token: t + "/oauth2/v2.0/token", keys: t + "/discovery/v2.0/keys",
			userInfo: "/oidc/userinfo", end: t + "/oauth2/v2.0/logout", consents: t + "/adminconsent",
		}
	case Okta:
		return addresses{
			metadata: "/app/" + oktaApp + "/sso/saml/metadata", sso: "/app/lab/" + oktaApp + "/sso/saml", slo: "/app/lab/" + oktaApp + "/slo/saml", start: "/app/UserHome",
			issuer: "", authorize: "/oauth2/v1/authorize", token: "/oauth2/v1/token", keys: "/oauth2/v1/keys", userInfo: "/oauth2/v1/userinfo", end: "/oauth2/v1/logout",
			consents: "/consents",
		}
	default:
		return addresses{
			metadata: "/saml/metadata", sso: "/saml/sso", slo: "/saml/slo", start: "/apps",
			issuer: "", authorize: "/authorize", token: "/token", keys: "/keys", userInfo: "/userinfo", end: "/logout", consents: "/consents",
		}
	}
}

// EntityID is the provider's name in SAML.
func (p *Provider) EntityID() string {
	switch {
	case p.conf.EntityID != "":
		return p.conf.EntityID
	case p.conf.Flavour == Entra:
		return p.conf.Base + "/" + p.conf.Tenant + "/" // of the real one: https://sts.windows.net/{tenant}/
	case p.conf.Flavour == Okta:
		return "http://www.okta.com/" + oktaApp
	default:
		return p.conf.Base + "/saml/metadata"
	}
}

// MetadataURL is where the SAML metadata is.
func (p *Provider) MetadataURL() string { return p.conf.Base + p.conf.addresses().metadata }

// SSOURL takes authentication requests, by redirect and by POST.
func (p *Provider) SSOURL() string { return p.conf.Base + p.conf.addresses().sso }

// SLOURL takes logout requests and responses by redirect and by POST.
func (p *Provider) SLOURL() string { return p.conf.Base + p.conf.addresses().slo }

// StartURL is the page of applications, from which people sign in unasked.
func (p *Provider) StartURL() string { return p.conf.Base + p.conf.addresses().start }

// Issuer is the provider's name in OpenID Connect.
func (p *Provider) Issuer() string { return p.conf.Base + p.conf.addresses().issuer }

// Tenant is Entra's tenant id.
func (p *Provider) Tenant() string { return p.conf.Tenant }
