package attack

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	private   = "an address that is of our own networks"
	notHTTPS  = "an address to fetch from that is not https"
	tooLarge  = "an answer that is too large"
	badAnswer = "an answer that is no success"
	manySteps = "an answer that leads on and on"
)

// fetched is metadata by an address of the attacker's choice, S9.
func fetched(name, tries, cause, address string) Case {
	return flow("S9", name, tries, cause, func(f *steps) (string, error) { return f.Fetch(address, false) })
}

// served is metadata by an address of the attacker's own server.
func served(name, tries, cause string, answer http.HandlerFunc) Case {
	return flow("S9", name, tries, cause, func(f *steps) (string, error) {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.2:0")
		if err != nil {
			return "", err
		}
		s := &http.Server{Handler: answer, ReadHeaderTimeout: time.Second}
		defer func() { _ = s.Close() }()
		go func() { _ = s.Serve(l) }()
		return f.Fetch("http://"+l.Addr().String()+"/metadata", true)
	})
}

// fetches are the attacks by where metadata is fetched from.
func fetches() []Case {
	leads := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	return []Case{
		fetched("from this machine", "a service that only this machine reaches", private, "https://127.0.0.1/metadata"),
		fetched("from localhost", "the same by a name", private, "https://localhost/metadata"),
		fetched("from a private network", "a service behind the firewall", private, "https://10.0.0.1/metadata"),
		fetched("from the cloud's own service", "the credentials of the machine", private, "https://169.254.169.254/latest/meta-data/"),
		fetched("from IPv6 in disguise", "this machine, as an IPv6 address", private, "https://[::ffff:127.0.0.1]/metadata"),
		fetched("from a number", "this machine, as one number", private, "https://2130706433/metadata"),
		fetched("from a file", "a file of the server's", notHTTPS, "file:///etc/passwd"),
		fetched("in clear", "metadata that everybody on the way can change", notHTTPS, "http://idp.example/metadata"),
		fetched("with a password", "an address that sends our credentials on", notHTTPS, "https://user:secret@idp.example/metadata"),
		served("led to this machine", "a redirect to a service that only this machine reaches", private, leads("http://127.0.0.1:1/")),
		served("led round in circles", "a redirect to itself", manySteps, leads("/metadata")),
		served("a large answer", "an answer of twenty megabytes", tooLarge, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(strings.Repeat(" ", 20<<20)))
		}),
		served("an error", "a page that says that there is nothing", badAnswer, func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no", http.StatusNotFound)
		}),
	}
}
