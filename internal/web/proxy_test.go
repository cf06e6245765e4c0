package web_test

import (
	"crypto/tls"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/anteroom-id/anteroom/internal/web"
)

func proxies(t *testing.T, networks ...string) web.Proxies {
	t.Helper()
	p, err := web.ParseProxies(networks)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOnlyATrustedProxyIsBelieved(t *testing.T) {
	trusted := proxies(t, "10.0.0.0/8", "192.0.2.7", "2001:db8::/32")
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"direct":                         {"203.0.113.9:4711", nil, "203.0.113.9"},
		"direct, with a claim":           {"203.0.113.9:4711", []string{"1.2.3.4"}, "203.0.113.9"},
		"by a proxy":                     {"10.1.2.3:4711", []string{"203.0.113.9"}, "203.0.113.9"},
		"by a single address":            {"192.0.2.7:1", []string{"203.0.113.9"}, "203.0.113.9"},
		"by its neighbour":               {"192.0.2.8:1", []string{"203.0.113.9"}, "192.0.2.8"},
		"by two proxies":                 {"10.1.2.3:4711", []string{"203.0.113.9, 10.9.9.9"}, "203.0.113.9"},
		"by two proxies, two headers":    {"10.1.2.3:4711", []string{"203.0.113.9", "10.9.9.9"}, "203.0.113.9"},
		"a claim before the proxy's own": {"10.1.2.3:4711", []string{"1.2.3.4, 203.0.113.9"}, "203.0.113.9"},
		"only proxies":                   {"10.1.2.3:4711", []string{"10.8.8.8, 10.9.9.9"}, "10.8.8.8"},
		"a proxy that says nothing":      {"10.1.2.3:4711", nil, "10.1.2.3"},
		"a proxy that says nonsense":     {"10.1.2.3:4711", []string{"unknown"}, "10.1.2.3"},
		"nonsense before a proxy":        {"10.1.2.3:4711", []string{"unknown, 10.9.9.9"}, "10.9.9.9"},
		"with a port":                    {"10.1.2.3:4711", []string{"203.0.113.9:5555"}, "203.0.113.9"},
		"IPv6":                           {"[2001:db8::1]:4711", []string{"[2a00::1]:5555"}, "2a00::1"},
		"IPv6 without port":              {"[2001:db8::1]:4711", []string{"2a00::1"}, "2a00::1"},
		"IPv4 in IPv6":                   {"[::ffff:10.1.2.3]:4711", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		"a Unix socket":                  {"@", []string{"203.0.113.9"}, "invalid IP"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.peer
			for _, f := range c.forwarded {
				r.Header.Add("X-Forwarded-For", f)
			}
			if got := trusted.Client(r).String(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestSchemeAndHostAreTakenFromATrustedProxyOnly(t *testing.T) {
	trusted := proxies(t, "10.0.0.0/8")
	for name, c := range map[string]struct {
		peer, proto, forwardedHost string
		tls                        bool
		secure                     bool
		host                       string
	}{
		"plain":                   {"203.0.113.9:1", "", "", false, false, "inner"},
		"TLS":                     {"203.0.113.9:1", "", "", true, true, "inner"},
		"a claim":                 {"203.0.113.9:1", "https", "evil.example", false, false, "inner"},
		"a proxy":                 {"10.0.0.1:1", "https", "id.example.com", false, true, "id.example.com"},
		"a proxy over plain HTTP": {"10.0.0.1:1", "http", "", false, false, "inner"},
		"a proxy behind a claim":  {"10.0.0.1:1", "http, https", "evil.example, id.example.com", false, true, "id.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "http://inner/", nil)
			r.RemoteAddr = c.peer
			r.Header.Set("X-Forwarded-Proto", c.proto)
			r.Header.Set("X-Forwarded-Host", c.forwardedHost)
			if c.tls {
				r.TLS = &tls.ConnectionState{}
			}
			if trusted.Secure(r) != c.secure || trusted.Host(r) != c.host {
				t.Errorf("got %v and %q", trusted.Secure(r), trusted.Host(r))
			}
		})
	}
}

func TestNobodyIsTrustedByDefaultAndNotEverybodyCanBe(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("X-Forwarded-For", "1.2.3.4")
	if got := (web.Proxies{}).Client(r).String(); got != "127.0.0.1" {
		t.Errorf("got %s", got)
	}
	for _, s := range []string{"0.0.0.0/0", "::/0", "10.0.0.0/33", "proxy.example.com", ""} {
		if p, err := web.ParseProxies([]string{s}); err == nil {
			t.Errorf("%q was taken as %v", s, p)
		}
	}
}

func TestOnlyLoopbackAddressesAreLoopback(t *testing.T) {
	for listen, want := range map[string]bool{
		"127.0.0.1:8080": true, "127.9.9.9:1": true, "localhost:80": true, "LOCALHOST:80": true, "[::1]:0": true, "[::ffff:127.0.0.1]:80": true,
		":8080": false, "0.0.0.0:8080": false, "[::]:8080": false, "10.0.0.1:80": false, "example.com:80": false, "localhost.example.com:80": false, "": false,
	} {
		if got := web.Loopback(listen); got != want {
			t.Errorf("%q: %v", listen, got)
		}
	}
}

func TestAnIPv6ClientCountsByItsNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.9": "203.0.113.9", "::ffff:203.0.113.9": "203.0.113.9", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := web.AddrKey(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
