package mail

import "github.com/anteroom-id/anteroom/internal/product"

// Connector tells an administrator about a connector through which people sign in:
// what ends soon, or what its identity provider has changed.
func Connector(p *product.Product, to, workspace, subject, url string, paragraphs ...string) Letter {
	workspace = short(workspace, maxName)
	return Letter{
		To: to, Subject: short(subject, maxName) + ": " + workspace + " on " + p.Name, Button: "Open the connector", URL: url,
		Paragraphs: append([]string{"This is about how the people of " + workspace + " sign in to " + p.Name + "."}, paragraphs...),
	}
}
