package main

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/web/outbound"
)

// networks reads networks that identity providers may stand in although they are
// private: 10.20.0.0/16, or one address.
func networks(names []string) (out []netip.Prefix, err error) {
	for _, name := range names {
		p, err := netip.ParsePrefix(name)
		if a, failed := netip.ParseAddr(name); failed == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("allow_private_networks: %q is neither a network such as 10.20.0.0/16 nor an address", name)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// loopback is what `anteroom dev` may reach beside the internet: the lab's
// identity providers on the same machine.
func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// openSignIn adds signing in through identity providers to a service that has
// accounts. Where our own pages are reached by http:// only, for a test or on a
// developer's machine, they may be too.
func (v *service) openSignIn(s settings) (err error) {
	v.signIn, err = signin.New(signin.Config{
		Store: v.store, Product: v.product, Directory: v.directory, Accounts: v.accounts, Outbox: v.outbox, Box: v.box,
		BaseURL: strings.TrimSuffix(s.baseURL, "/"), DNS: signin.DNS(s.dns), Log: s.log,
		Client: outbound.New(outbound.Options{Allow: s.private, InsecureHTTP: strings.HasPrefix(s.baseURL, "http://")}),
	})
	return err
}

// minutely does what is due each minute, as fetching metadata of identity
// providers again and looking at domains, until ctx ends.
func (v *service) minutely(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := v.signIn.Tick(ctx); err != nil && ctx.Err() == nil {
				v.log.Error("what signing in needs each minute failed", "error", err)
			}
		}
	}
}
