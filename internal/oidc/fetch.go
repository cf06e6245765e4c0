package oidc

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// errLarge is an answer beyond its bound.
var errLarge = errors.New("the answer is too large")

// answered is an HTTP answer, read to its end.
type answered struct {
	status int
	kind   string // Content-Type
	body   []byte
}

// get fetches a document, with a bearer token unless it is "". An error is errLarge
// or one of the transport.
func get(ctx context.Context, client *http.Client, address, bearer string, most int) (answered, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answered{}, err
	}
	req.Header.Set("Accept", "application/json")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := client.Do(req)
	if err != nil {
		return answered{}, err
	}
	defer res.Body.Close()
	body, err := limited(res.Body, most)
	return answered{res.StatusCode, res.Header.Get("Content-Type"), body}, err
}

// limited reads at most so many bytes; more are errLarge.
func limited(r io.Reader, most int) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err == nil && len(body) > most {
		return nil, errLarge
	}
	return body, err
}

// unreachable tells of a request that did not arrive: by the rule that the client
// refused it by, otherwise by the given one.
func unreachable(code explain.Code, address string, err error) error {
	var by *explain.Refusal
	if errors.As(err, &by) {
		return by
	}
	return explain.Refuse(code, "an answer of "+address, cause(err)).Because(err)
}

// cause puts a failed request into words that say nothing of our own network.
func cause(err error) string {
	var (
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
		slow        net.Error
	)
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "the name does not exist"
	case errors.As(err, &certificate):
		return "a certificate that does not hold"
	case errors.As(err, &slow) && slow.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "nothing within ten seconds"
	}
	return "no connection"
}
