// Package samlsp is the edge at which customers' SAML 2.0 identity providers
// answer: responses, logout messages, and the metadata that their administrators
// import. It hands each message to package signin, whole and unread, and what
// became of it to the pages.
//
// A response comes as a form of the provider's site (saml-bindings-2.0 §3.5), so
// these routes take forms of other sites and trust nothing but what they prove.
package samlsp

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/signon"
	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// Section is the service provider's addresses. Each workspace has its own; those
// under a slug of before lead on (T08).
func Section() frame.Section {
	return frame.Section{Name: "samlsp", Routes: []frame.Route{
		{Pattern: "POST /saml/{slug}/acs", Foreign: true, Serve: consume},
		{Pattern: "GET /saml/{slug}/acs", Serve: explain},
		{Pattern: "GET /saml/{slug}/slo", Serve: logOut},
		{Pattern: "POST /saml/{slug}/slo", Foreign: true, Serve: logOut},
		{Pattern: "GET /saml/{slug}/metadata", Serve: metadata},
	}}
}

// workspace is whose address was called.
func workspace(q *frame.Request) (identity.Workspace, error) {
	return q.Store.WorkspaceBySlug(q.Context(), q.Part("slug"))
}

// consume takes a response in (saml-profiles-2.0 §4.1.4.5).
func consume(q *frame.Request) error {
	if again, err := signon.Again(q); again || err != nil {
		return err
	}
	w, err := workspace(q)
	if err != nil {
		return err
	}
	o, err := q.SignIn.FinishSAML(q.Context(), w, q.R.PostForm, q.Bound(), signon.Client(q))
	return signon.Finish(q, o, err)
}

// explain tells whoever opens the address in a browser what it is for.
func explain(q *frame.Request) error {
	q.W.Header().Set("Allow", http.MethodPost)
	return identity.Errorf(identity.Invalid, "", "this address takes the answers of an identity provider; sign in from the sign-in page, or from your provider's list of applications")
}

// metadata describes us to a provider (saml-metadata-2.0 §2.4.4).
func metadata(q *frame.Request) error {
	w, err := workspace(q)
	if identity.KindOf(err) == identity.NotFound {
		return errNone
	}
	if err != nil {
		return err
	}
	if known, err := describes(q, &w); err != nil || !known {
		return cmp.Or[error](err, errNone)
	}
	doc, err := q.SignIn.Metadata(q.Context(), w)
	if err != nil {
		return err
	}
	h := q.W.Header()
	h.Set("Content-Type", "application/samlmetadata+xml")
	h.Set("Content-Disposition", `attachment; filename="`+w.Slug+`-metadata.xml"`)
	_, _ = q.W.Write(doc) // that it did not arrive is no failure of ours
	return nil
}

// errNone is what there is of a workspace that is not there, and of one that nobody
// signs in to by SAML: strangers do not tell them apart.
var errNone = identity.Errorf(identity.NotFound, "", "There is nothing at this address.")

// describes reports whether a workspace has a connection by SAML, or one that is
// being set up and may become one: its provider may have to know us first.
func describes(q *frame.Request, w *identity.Workspace) (bool, error) {
	if !q.Directory.Unlocked(*w, product.FeatureSSO) {
		return false, nil
	}
	all, err := q.Directory.Connections(q.Context(), w.ID)
	if err != nil {
		return false, err
	}
	chosen, err := q.Store.Read(w.ID).SignOns(q.Context())
	return slices.ContainsFunc(all, func(c identity.Connection) bool {
		i := slices.IndexFunc(chosen, func(o identity.SignOn) bool { return o.Connection == c.ID })
		if i >= 0 {
			return chosen[i].Protocol == identity.SAML
		}
		return c.Kind != "" && slices.Contains(guide.Protocols(q.Product, c.Kind), identity.SAML)
	}), err
}

// logOut takes a logout message: a request of the provider, whose answer the
// browser carries back, or the answer to ours (saml-profiles-2.0 §4.4.3).
func logOut(q *frame.Request) error {
	w, err := workspace(q)
	if err != nil {
		return err
	}
	in := signin.LogoutMessage{Query: q.R.URL.RawQuery}
	if q.R.Method == http.MethodPost {
		in.Form = q.R.PostForm
	}
	out, err := q.SignIn.Logout(q.Context(), w, in, q.Client())
	if err != nil {
		return signon.Stay(q, err)
	}
	if out.URL != "" {
		return q.Redirect(out.URL, "")
	}
	notice := ""
	if out.Partial {
		notice = "Your provider could not end every session that it began. Close the browser where others use it."
	}
	return q.Redirect("/signed-out", notice)
}
