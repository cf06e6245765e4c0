package connect

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
)

// patience is how long our own address may take to answer.
const patience = 8 * time.Second

// tryAddress asks our own SCIM address as a directory would, from outside in: by
// its name, through whatever stands before us (K04). What a directory sees when
// nothing arrives here, no log of ours can tell.
func tryAddress(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	return q.Redirect(to(q, p.ID, "scim")+"#contact", reach(q.Context(), q.SCIMURL(q.Workspace.Slug)))
}

// reach says in words what comes of a request to a SCIM address without a token.
func reach(ctx context.Context, address string) string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/Users?count=1", nil)
	if err != nil {
		return "The address " + address + " cannot be asked: the base URL of this server is not a web address."
	}
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}, // no proxy: as a stranger comes
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(r)
	if err != nil {
		return unreached(address, err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	return answered(address, res)
}

// unreached says what kept the request from arriving.
func unreached(address string, err error) string {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.As(err, &name):
		return "Not reached: the name of " + address + " is not known. A directory cannot find it either; look at the DNS entry."
	case errors.As(err, &certificate):
		return "Not reached: the TLS certificate of " + address + " is not accepted. A directory refuses it too; look at its name, its date and its chain."
	case errors.As(err, &network) && network.Timeout():
		return "Not reached: " + address + " did not answer within " + patience.String() + ". Look at the firewall and at what stands before this server."
	}
	return "Not reached: nothing takes connections at " + address + ". Look at the port, the firewall and at what stands before this server."
}

// answered says whether it was we who answered.
func answered(address string, res *http.Response) string {
	switch {
	case strings.HasPrefix(res.Header.Get("Content-Type"), "application/scim+json"):
		return "Reached: " + address + " leads here. When a directory says otherwise, it uses another address, or its network does not let it out."
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return "Something else answered: " + address + " redirects. Directories do not follow redirects; give them the address that it leads to."
	}
	return "Something else answered at " + address + ", with " + res.Status + ". Look at what stands before this server: the path may not be passed on."
}
