package lab

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// OAuth is how a provider gets access tokens by the grant of client credentials
// (RFC 6749 §4.4), which Entra asks of new gallery applications and PingFederate
// offers. A token is fetched before the first request, again when its life has
// ended by the directory's clock, and once more when the server refuses it.
type OAuth struct {
	TokenURL               string
	ClientID, ClientSecret string // sent in the form
	Scope                  string // "" sends none
}

// spare is how long before its end a token is no longer used.
const spare = time.Minute

// oauth holds the access token of one client.
type oauth struct {
	OAuth
	http *http.Client

	mu    sync.Mutex
	token string
	until time.Time
}

func (o *oauth) held() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.token
}

// refresh fetches a token unless there is one that holds. refused is a token
// that the server did not take; another one is kept.
func (o *oauth) refresh(ctx context.Context, now time.Time, refused string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.token != "" && o.token != refused && now.Before(o.until) {
		return nil
	}
	token, life, err := o.fetch(ctx)
	if err != nil {
		return fmt.Errorf("%w: no access token: %w", ErrUnauthorized, err)
	}
	o.token, o.until = token, now.Add(life-spare)
	return nil
}

// fetch asks the token endpoint. RFC 6749 §4.4.2
func (o *oauth) fetch(ctx context.Context) (token string, life time.Duration, err error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {o.ClientID}, "client_secret": {o.ClientSecret}}
	if o.Scope != "" {
		form.Set("scope", o.Scope)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	res, err := o.http.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return "", 0, err
	}
	var got struct {
		Token  string  `json:"access_token"`
		Life   float64 `json:"expires_in"` // seconds
		Reason string  `json:"error"`
		Detail string  `json:"error_description"`
	}
	if err := json.Unmarshal(body, &got); err != nil || got.Token == "" {
		return "", 0, fmt.Errorf("%s answered %d: %s", o.TokenURL, res.StatusCode, cmp.Or(got.Detail, got.Reason, excerpt(body)))
	}
	if got.Life <= 0 {
		got.Life = 3600 // not said; RFC 6749 §5.1 leaves it to other ways
	}
	return got.Token, time.Duration(got.Life * float64(time.Second)), nil
}

// authorized is once with an access token that holds, where the target wants
// one. A token that the server refuses is replaced once.
func (c *client) authorized(ctx context.Context, method, path string, sent []byte, try int) (*reply, error) {
	if c.oauth == nil {
		return c.once(ctx, method, path, sent, try)
	}
	if err := c.oauth.refresh(ctx, c.now(), ""); err != nil {
		return nil, err
	}
	used := c.oauth.held()
	r, err := c.once(ctx, method, path, sent, try)
	if err != nil || r.status != http.StatusUnauthorized {
		return r, err
	}
	if err := c.oauth.refresh(ctx, c.now(), used); err != nil {
		return nil, err
	}
	return c.once(ctx, method, path, sent, try)
}
