// Package oidcrp is the edge at which customers' OpenID Connect providers send
// people back to, and tell of logouts. It hands each answer to package signin, and
// what became of it to the pages.
package oidcrp

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/signon"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// Section is the relying party's addresses. Each connection has two redirect
// URIs of its own (P11): that of a confidential client, and that of a public one.
func Section() frame.Section {
	return frame.Section{Name: "oidcrp", Routes: []frame.Route{
		{Pattern: "GET /oidc/{connection}/web", Serve: func(q *frame.Request) error { return callback(q, "web") }},
		{Pattern: "GET /oidc/{connection}/app", Serve: func(q *frame.Request) error { return callback(q, "app") }},
		{Pattern: "POST /oidc/{connection}/logout", Foreign: true, Serve: logOut},
	}}
}

// callback takes the answer to an authentication request (openid-connect-core-1.0
// §3.1.2.5).
func callback(q *frame.Request, channel string) error {
	o, err := q.SignIn.FinishOIDC(q.Context(), identity.ConnectionID(q.Part("connection")), channel, q.R.URL.Query(), q.Bound(), signon.Client(q))
	return signon.Finish(q, o, err)
}

// logOut takes a logout token, which the provider's server sends without a
// browser (openid-connect-backchannel-1_0 §2.5 to §2.8).
func logOut(q *frame.Request) error {
	err := q.SignIn.BackChannel(q.Context(), identity.ConnectionID(q.Part("connection")), q.R.PostForm, q.Client())
	var why *explain.Refusal
	switch {
	case errors.As(err, &why):
		return deny(q, why)
	case err != nil:
		return err
	}
	q.W.WriteHeader(http.StatusOK)
	return nil
}

// deny answers a provider's server. It is told the rule and no more.
func deny(q *frame.Request, why *explain.Refusal) error {
	q.Log.InfoContext(q.Context(), "a logout token was refused", "request_id", q.Origin().RequestID, "connection", q.Part("connection"), "rule", why.Error())
	rule, _ := explain.Find(why.Code)
	body, err := json.Marshal(struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{"invalid_request", string(why.Code) + " " + rule.Name})
	if err != nil {
		return err
	}
	q.W.Header().Set("Content-Type", "application/json")
	q.W.WriteHeader(http.StatusBadRequest)
	_, _ = q.W.Write(body) // that it did not arrive is no failure of ours
	return nil
}
