package web_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/web"
)

// pair writes a certificate for 127.0.0.1 with this serial number.
func pair(t *testing.T, folder string, serial int64) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	return certFile, keyFile
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// serial asks a TLS configuration for its certificate.
func serial(t *testing.T, c *tls.Config) int64 {
	t.Helper()
	got, err := c.GetCertificate(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return got.Leaf.SerialNumber.Int64()
}

func TestARenewedCertificateIsUsedWithoutARestart(t *testing.T) {
	var now clock
	var log bytes.Buffer
	folder := t.TempDir()
	certFile, keyFile := pair(t, folder, 1)
	c, err := web.LoadCertificate(certFile, keyFile, now.now, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	config := c.TLSConfig()
	pair(t, folder, 22)
	if got := serial(t, config); got != 1 {
		t.Errorf("looked at the files too soon: %d", got)
	}
	now.pass(web.CertificateCheck)
	if got := serial(t, config); got != 22 {
		t.Errorf("still the old one: %d", got)
	}
	write(t, keyFile, []byte("half a key"))
	now.pass(web.CertificateCheck)
	if got := serial(t, config); got != 22 || !strings.Contains(log.String(), "the former one stays") {
		t.Errorf("serves %d after a bad renewal; log: %s", got, &log)
	}
	pair(t, folder, 333)
	now.pass(web.CertificateCheck)
	if got := serial(t, config); got != 333 {
		t.Errorf("did not recover: %d", got)
	}
	if left := time.Until(c.Expires()); left < 50*time.Minute || left > time.Hour {
		t.Errorf("expires in %v", left)
	}
}

func TestABadCertificateIsRefusedAtStart(t *testing.T) {
	_, err := web.LoadCertificate("absent.pem", "absent.key", time.Now, slog.Default())
	if err == nil || !strings.Contains(err.Error(), "absent.pem") {
		t.Errorf("got %v", err)
	}
}

func TestAServerWithACertificateSpeaksTLS(t *testing.T) {
	certFile, keyFile := pair(t, t.TempDir(), 7)
	c, err := web.LoadCertificate(certFile, keyFile, time.Now, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	l := listener(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- web.Serve(ctx, &http.Server{TLSConfig: c.TLSConfig(), Handler: http.NotFoundHandler()}, l)
	}()
	roots := x509.NewCertPool()
	data, err := os.ReadFile(certFile)
	if err != nil || !roots.AppendCertsFromPEM(data) {
		t.Fatalf("%v", err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	res, err := client.Get("https://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 404 || res.TLS.Version < tls.VersionTLS12 {
		t.Errorf("status %d, TLS %x", res.StatusCode, res.TLS.Version)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}
