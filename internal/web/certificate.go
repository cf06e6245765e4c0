package web

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// CertificateCheck is how often a certificate's files are looked at for changes.
const CertificateCheck = time.Minute

// Certificate is a TLS certificate in two PEM files. When the files change, as
// they do when it is renewed, the new one is used without a restart. While the
// new files do not fit together, the old one stays in use.
type Certificate struct {
	certFile, keyFile string
	now               func() time.Time
	log               *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	stamp   string    // of the files that current was read from
	checked time.Time // when the files were last looked at
}

// LoadCertificate reads a certificate chain and its key. The clock is injected.
func LoadCertificate(certFile, keyFile string, now func() time.Time, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, now: now, log: log}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("TLS certificate: %w", err)
	}
	return c, nil
}

// TLSConfig is a configuration that serves the certificate: TLS 1.2 and up, with
// Go's choice of ciphers.
func (c *Certificate) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get(), nil },
	}
}

// Expires gives the time at which the certificate in use ends.
func (c *Certificate) Expires() time.Time { return c.get().Leaf.NotAfter }

// get gives the certificate in use, after a look at the files when it is time.
func (c *Certificate) get() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.checked) >= CertificateCheck && c.changed() {
		if err := c.load(); err != nil {
			c.log.Error("the renewed TLS certificate cannot be used; the former one stays", "err", err)
		} else {
			c.log.Info("TLS certificate reloaded", "expires", c.current.Leaf.NotAfter)
		}
	}
	return c.current
}

// changed looks at the files and reports whether they are others than before.
func (c *Certificate) changed() bool {
	c.checked = c.now()
	return c.stamp != stampOf(c.certFile)+stampOf(c.keyFile)
}

// load reads the files. On error, nothing changes but that these files are known.
func (c *Certificate) load() error {
	c.checked = c.now()
	c.stamp = stampOf(c.certFile) + stampOf(c.keyFile)
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.current = &pair
	return nil
}

// stampOf tells one version of a file from another.
func stampOf(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %d;", info.ModTime().UnixNano(), info.Size())
}
