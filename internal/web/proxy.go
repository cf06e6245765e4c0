package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks whose X-Forwarded-* headers are believed. The zero
// value believes nobody: whoever connects is the client.
type Proxies []netip.Prefix

// ParseProxies reads networks ("10.0.0.0/8") and single addresses ("10.0.0.7").
func ParseProxies(networks []string) (Proxies, error) {
	var all Proxies
	for _, s := range networks {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, errAddr := netip.ParseAddr(s)
			if errAddr != nil {
				return nil, fmt.Errorf("trusted proxy %q is no network: write it like 10.0.0.0/8 or 10.0.0.7", s)
			}
			p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		}
		if p.Bits() == 0 {
			return nil, fmt.Errorf("trusted proxy %q is everybody: anyone could then claim any address", s)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// Trusted reports whether an address is a trusted proxy's.
func (p Proxies) Trusted(a netip.Addr) bool {
	for _, n := range p {
		if n.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// Client gives the address of who made the request: the last address in
// X-Forwarded-For that is not a trusted proxy's, since those before it are only
// claimed. Without a trusted proxy it is who connected. The zero Addr stands for
// a connection without a network address, such as a Unix socket.
func (p Proxies) Client(r *http.Request) netip.Addr {
	peer := remote(r)
	if !p.Trusted(peer) {
		return peer
	}
	client := peer
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, ok := hop(hops[i])
		if !ok {
			break
		}
		client = a
		if !p.Trusted(a) {
			break
		}
	}
	return client
}

// Secure reports whether the client speaks TLS, to us or to a trusted proxy.
func (p Proxies) Secure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	return p.Trusted(remote(r)) && strings.EqualFold(last(r.Header.Values("X-Forwarded-Proto")), "https")
}

// Host gives the host that the client asked for: of a trusted proxy's
// X-Forwarded-Host where there is one.
func (p Proxies) Host(r *http.Request) string {
	if h := last(r.Header.Values("X-Forwarded-Host")); h != "" && p.Trusted(remote(r)) {
		return h
	}
	return r.Host
}

// remote is the address of who connected.
func remote(r *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}

// hop reads one element of X-Forwarded-For; some proxies add the port.
func hop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap().WithZone(""), true
	}
	if a, err := netip.ParseAddrPort(s); err == nil {
		return a.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}

// last gives the last element of a list header: what the nearest proxy added.
func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	all := values[len(values)-1]
	return strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])
}

// Loopback reports whether a listening address ("127.0.0.1:8080", "[::1]:0",
// "localhost:80") can be reached from this machine only.
func Loopback(listen string) bool {
	host, _, found := strings.Cut(listen, "]:")
	if !found {
		host, _, _ = strings.Cut(listen, ":")
	}
	host = strings.TrimPrefix(host, "[")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}
