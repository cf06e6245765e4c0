package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// wantsUserInfo reports whether the userinfo endpoint may tell what the ID token
// does not: an address or a name. That of Entra knows nothing more.
func (c *Client) wantsUserInfo(said claims) bool {
	if c.Settings.UserInfoURL == "" || c.entra() {
		return false
	}
	return said.first("email") == "" || said.first("name", "given_name", "family_name") == ""
}

// complete asks the userinfo endpoint and adds what the ID token does not say. Of
// what both say, the ID token counts, which is signed (openid-connect-core-1_0 §5.3).
func (rp *RelyingParty) complete(ctx context.Context, c *Client, said claims, access string) error {
	o, err := rp.userInfo(ctx, c.Settings.UserInfoURL, access)
	if err != nil {
		return err
	}
	sub, _ := o["sub"].(string)
	own, _ := said.text("sub")
	switch {
	case sub == "":
		return explain.Refuse(explain.OIDCUserInfoMissing, own, "no sub")
	case sub != own:
		return explain.Refuse(explain.OIDCUserInfoSubject, own, sub)
	}
	for name, v := range o {
		if _, there := said[name]; !there && !slices.Contains(decisive(), fold(name)) {
			said[name] = v
		}
	}
	return nil
}

func (rp *RelyingParty) userInfo(ctx context.Context, address, access string) (map[string]any, error) {
	res, err := get(ctx, rp.direct, address, access, answerMost)
	switch {
	case errors.Is(err, errLarge):
		return nil, explain.Refuse(explain.OIDCUserInfoForm, fmt.Sprintf("at most %d kB", answerMost>>10), "more")
	case err != nil:
		return nil, unreachable(explain.OIDCUserInfoFetch, address, err)
	case res.status != http.StatusOK:
		return nil, explain.Refuse(explain.OIDCUserInfoFetch, "claims at "+address, fmt.Sprintf("HTTP %d", res.status))
	}
	o, err := object(res.body)
	var twice *twiceError
	switch {
	case errors.As(err, &twice):
		return nil, explain.Refuse(explain.OIDCUserInfoTwice, "each name once, in any letter case", twice.Error())
	case err != nil:
		return nil, explain.Refuse(explain.OIDCUserInfoForm, "plain JSON", looks(res))
	}
	return o, nil
}
