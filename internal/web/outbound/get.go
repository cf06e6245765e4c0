package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
)

const longestAddress = 2048 // bytes

// Get fetches a document, with a client of New. Every error is, or wraps, an
// *explain.Refusal, but that of a context which ended.
func Get(ctx context.Context, client *http.Client, address, accept string) ([]byte, error) {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || len(address) > longestAddress {
		return nil, explain.Refuse(explain.FetchAddress, "a whole address that begins with https://", address)
	}
	u.Fragment, u.RawFragment = "", ""
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, explain.Refuse(explain.FetchAddress, "a whole address that begins with https://", address).Because(err)
	}
	r.Header.Set("Accept", accept)
	answer, err := client.Do(r)
	if err != nil {
		return nil, Reason(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, explain.Refuse(explain.FetchStatus, "200 OK", strconv.Itoa(answer.StatusCode)+" "+http.StatusText(answer.StatusCode))
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, Reason(err)
	}
	return body, nil
}

// Reason finds in an error of a client's method why the request was refused or
// failed: an *explain.Refusal, or the error itself when its context ended.
func Reason(err error) error {
	var refused *explain.Refusal
	if errors.As(err, &refused) {
		return refused
	}
	var failed *url.Error
	if errors.As(err, &failed) && !errors.Is(err, context.Canceled) {
		u, bad := url.Parse(failed.URL)
		if bad != nil {
			u = &url.URL{}
		}
		return told(failed.Err, u)
	}
	return err
}
