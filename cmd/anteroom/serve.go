package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/web"
)

type serveCommand struct {
	Config string `required:"" help:"Configuration file." type:"path" placeholder:"FILE"`
}

// config is the configuration file of `anteroom serve`.
type config struct {
	BaseURL  string `yaml:"base_url"` // public address, https://id.example.com
	Listen   string `yaml:"listen"`   // 127.0.0.1:8080 when not given
	Data     string `yaml:"data"`     // folder of the SQLite database, or
	Database string `yaml:"database"` // postgres:// URL
	Product  string `yaml:"product"`  // product definition; the built-in one when not given
	TLS      struct {
		Certificate string `yaml:"certificate"` // PEM files; read again when they change
		Key         string `yaml:"key"`
	} `yaml:"tls"`
	TrustedProxies         []string `yaml:"trusted_proxies"`           // networks whose X-Forwarded-For is believed: 10.0.0.0/8
	InsecureAllowPlainHTTP bool     `yaml:"insecure_allow_plain_http"` // tokens in clear over the network; for tests only
	KeepRequestsDays       int      `yaml:"keep_requests_days"`        // provisioning log; 30 when not given
	// The key that secrets are sealed with: 64 hex digits, or a file that holds
	// them. With data it may be left out: it then stands beside the database.
	Key     string       `yaml:"key"`
	KeyFile string       `yaml:"key_file"`
	SMTP    smtpSettings `yaml:"smtp"` // how mail leaves; without it invitations wait
	// Private networks in which customers' identity providers may stand:
	// 10.20.0.0/16. Without it only public addresses are asked.
	AllowPrivateNetworks []string `yaml:"allow_private_networks"`
	DNS                  string   `yaml:"dns"` // server that is asked for the records of domains, 192.0.2.53:53; the system's when not given
}

// unknownKey is what the YAML package says of a key that no field takes.
var unknownKey = regexp.MustCompile(` not found in type [^\n]*`)

func readConfig(file string) (*config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	c := &config{Listen: "127.0.0.1:8080"}
	l, err := yaml.NewLoader(strings.NewReader(string(text)), yaml.WithKnownFields(true))
	if err == nil {
		err = l.Load(c)
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("the file is empty; it needs base_url, and data or database")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s", file, unknownKey.ReplaceAllString(err.Error(), " is not a setting"))
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

func (c *config) check() error {
	u, err := url.Parse(c.BaseURL)
	switch {
	case c.BaseURL == "" || err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "":
		return errors.New("base_url: give the public address that directories reach, for instance https://id.example.com")
	case (c.Data == "") == (c.Database == ""):
		return errors.New("give data (a folder, for SQLite) or database (a postgres:// URL), one of them")
	case c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://"):
		return errors.New("database: takes a postgres:// URL; for SQLite name a folder with data")
	case c.KeepRequestsDays < 0:
		return errors.New("keep_requests_days: give a number of days, or leave it out for 30")
	case (c.TLS.Certificate == "") != (c.TLS.Key == ""):
		return errors.New("tls: give both certificate and key")
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("listen: give HOST:PORT, for instance 0.0.0.0:443: %w", err)
	}
	if c.TLS.Certificate == "" && len(c.TrustedProxies) == 0 && !web.Loopback(c.Listen) && !c.InsecureAllowPlainHTTP {
		return fmt.Errorf("listen: %s would take tokens in clear over the network; give tls.certificate and tls.key, or name the proxy that ends TLS in trusted_proxies, or, for a test, set insecure_allow_plain_http: true", c.Listen)
	}
	return nil
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, p *Program) (err error) {
	conf, err := readConfig(c.Config)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(p.Stderr, nil))
	proxies, err := web.ParseProxies(conf.TrustedProxies)
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", conf.Listen)
	if err != nil {
		return fmt.Errorf("%s: listen: stop what listens there, or choose another address: %w", c.Config, err)
	}
	defer l.Close()
	where := conf.Data
	if where == "" {
		where = conf.Database
	}
	s := settings{
		database: where, product: conf.Product, baseURL: conf.BaseURL, proxies: proxies, log: log, keyText: conf.Key, keyFile: conf.KeyFile, dns: conf.DNS,
	}
	smtp, err := conf.SMTP.transport()
	if err == nil {
		s.private, err = networks(conf.AllowPrivateNetworks)
	}
	if err == nil {
		err = s.settleKey()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.Config, err)
	}
	v, err := openService(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.store.Close()) }()
	if err := v.useToServe(ctx); err != nil {
		return err
	}
	pages, err := v.pages(ctx, s, smtp)
	if err != nil {
		return err
	}
	if err := v.ready(ctx, directory.Keep{Requests: time.Duration(conf.KeepRequestsDays) * 24 * time.Hour}); err != nil {
		return err
	}
	mux := v.handler()
	mux.Handle("/", pages)
	srv := newServer(ctx, conf.sealed(proxies, routed(mux, pages, v.api)))
	srv.RegisterOnShutdown(pages.Close)
	if conf.TLS.Certificate != "" {
		cert, err := web.LoadCertificate(conf.TLS.Certificate, conf.TLS.Key, time.Now, log)
		if err != nil {
			return err
		}
		srv.TLSConfig = cert.TLSConfig()
	}
	log.Info("ready", "listen", l.Addr().String(), "base_url", conf.BaseURL, "scim_url", strings.TrimSuffix(conf.BaseURL, "/")+v.product.SCIM.Prefix, "engine", v.store.Engine(), "version", buildVersion())
	return web.Serve(ctx, srv, l)
}

// sealed refuses what comes in clear and not through a proxy that ended TLS.
func (c *config) sealed(p web.Proxies, h http.Handler) http.Handler {
	if c.InsecureAllowPlainHTTP || web.Loopback(c.Listen) {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.Secure(r) && r.URL.Path != "/healthz" {
			http.Error(w, "use https: this request came in clear, or its proxy does not say X-Forwarded-Proto: https", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// newServer is an HTTP server whose requests outlive the signal to stop.
func newServer(ctx context.Context, h http.Handler) *http.Server {
	return &http.Server{Handler: h, BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }}
}
