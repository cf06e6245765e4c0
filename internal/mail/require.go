package mail

import (
	"strconv"
	"time"

	"github.com/anteroom-id/anteroom/internal/product"
)

// RequireReverted tells an administrator that signing in through the identity
// provider is required no longer, and why.
func RequireReverted(p *product.Product, to, workspace, why, url string) Letter {
	workspace = short(workspace, maxName)
	return Letter{
		To: to, Subject: "Single sign-on is not required in " + workspace, Button: "See what happened", URL: url,
		Paragraphs: []string{
			"Requiring single sign-on in the " + p.Words.Workspace + " " + workspace + " on " + p.Name + " was taken back: " + why + ".",
			"Passwords and passkeys work as before, and nobody is locked out.",
		},
	}
}

// RecoveryIssued tells an owner that somebody has made new recovery codes.
func RecoveryIssued(p *product.Product, to, workspace, by string, at time.Time) Letter {
	workspace = short(workspace, maxName)
	return Letter{
		To: to, Subject: "New recovery codes of " + workspace,
		Paragraphs: []string{
			short(by, maxName) + " made new recovery codes for the " + p.Words.Workspace + " " + workspace + " on " + p.Name + ", on " + day(at) + ". The old ones work no longer.",
			"With one of them an owner signs in without the identity provider. If nobody among you asked for it, make new ones at once.",
		},
	}
}

// RecoveryUsed tells an owner that somebody signed in with a recovery code.
func RecoveryUsed(p *product.Product, to, workspace, address, from string, left int64, at time.Time) Letter {
	workspace = short(workspace, maxName)
	return Letter{
		To: to, Subject: "A recovery code of " + workspace + " was used",
		Paragraphs: []string{
			"Somebody signed in to the " + p.Words.Workspace + " " + workspace + " on " + p.Name + " as " + short(address, maxName) + " with a recovery code, from " + from + ", on " + day(at) + ".",
			codesLeft(left) + " If it was none of you, make new codes at once and end that session.",
		},
	}
}

func codesLeft(n int64) string {
	switch n {
	case 0:
		return "It was the last one: make new codes."
	case 1:
		return "One code is left."
	}
	return strconv.FormatInt(n, 10) + " codes are left."
}
