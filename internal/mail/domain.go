package mail

import (
	"time"

	"github.com/anteroom-id/anteroom/internal/product"
)

// DomainMissing tells an administrator that the record of a verified domain is
// gone, and when the domain lapses for that.
func DomainMissing(p *product.Product, to, workspace, domain, host, value, url string, until time.Time) Letter {
	workspace = short(workspace, maxName)
	return Letter{
		To: to, Subject: "The DNS record of " + domain + " is missing", Button: "See the record", URL: url,
		Paragraphs: []string{
			"The domain " + domain + " is verified for the " + p.Words.Workspace + " " + workspace + " on " + p.Name + ". The TXT record that proves it is no longer in the DNS.",
			"Put it back before " + day(until) + ", or the domain lapses: addresses in it no longer lead to your sign-in page. Nobody loses access.",
			"Name: " + host, "Value: " + value,
		},
	}
}

// DomainLapsed tells an administrator that a domain is verified no longer.
func DomainLapsed(p *product.Product, to, workspace, domain, url string) Letter {
	workspace = short(workspace, maxName)
	return Letter{
		To: to, Subject: "The domain " + domain + " is no longer verified", Button: "Verify it again", URL: url,
		Paragraphs: []string{
			"The TXT record of " + domain + " has been missing for seven days, so the domain is no longer verified for the " + p.Words.Workspace + " " + workspace + " on " + p.Name + ".",
			"Addresses in it no longer lead to your sign-in page. People sign in by the " + p.Words.Slug + " as before.",
		},
	}
}
