package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
)

// keyName is the file beside the SQLite database that holds the deployment's key.
const keyName = "seal.key"

// smtpSettings is how mail leaves, as the configuration names it.
type smtpSettings struct {
	Address       string `yaml:"address"` // host:port; 465 speaks TLS from the first byte
	From          string `yaml:"from"`    // Acme <no-reply@example.com>
	UserName      string `yaml:"user_name"`
	Password      string `yaml:"password"`
	InsecurePlain bool   `yaml:"insecure_plain"` // do without TLS when the server has none; for tests only
}

// transport is the way that mail takes; nil when none is configured.
func (s *smtpSettings) transport() (*mail.SMTP, error) {
	if s.Address == "" {
		return nil, nil //nolint:nilnil // no server is configured, and that is no mistake
	}
	from, err := netmail.ParseAddress(s.From)
	if err != nil {
		return nil, fmt.Errorf("smtp.from: give the address that mail comes from, for instance Acme <no-reply@example.com>: %w", err)
	}
	if !strings.Contains(s.Address, ":") {
		return nil, errors.New("smtp.address: give HOST:PORT, for instance smtp.example.com:587")
	}
	return &mail.SMTP{Address: s.Address, From: *from, UserName: s.UserName, Password: s.Password, InsecurePlain: s.InsecurePlain}, nil
}

// sealKey finds the key that secrets are sealed with: the one that is given, the
// file that is named, or the one beside the data. In memory it is a new one.
func sealKey(text, file, database string) ([]byte, error) {
	switch {
	case text != "":
		return seal.ParseKey(text)
	case file != "":
		return seal.LoadKey(file)
	case database == ":memory:":
		key := make([]byte, seal.KeySize)
		rand.Read(key)
		return key, nil
	case strings.Contains(database, "://"):
		return nil, errors.New("key: with PostgreSQL give the key that secrets are sealed with, the same on every copy: key_file names a file (made when missing), or key holds 64 hex digits (openssl rand -hex 32)")
	}
	if err := os.MkdirAll(database, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	return seal.LoadKey(filepath.Join(database, keyName))
}

// settleKey finds the key once, before anything is opened: in memory each look
// makes another one.
func (s *settings) settleKey() error {
	key, err := sealKey(s.keyText, s.keyFile, s.database)
	s.keyText = hex.EncodeToString(key)
	return err
}

// openAccounts adds what people who sign in need to a service.
func (v *service) openAccounts(key []byte, baseURL string) (err error) {
	if v.box, err = seal.New(key); err != nil {
		return err
	}
	v.outbox = mail.NewOutbox(v.store, v.product, v.box)
	v.accounts, err = account.New(v.store, v.product, v.directory, v.outbox, v.box, account.Config{BaseURL: baseURL})
	return err
}

// openConsole makes the pages, with sections of the caller's beside.
func (v *service) openConsole(s settings, more ...frame.Section) (*frame.App, error) {
	base := strings.TrimSuffix(s.baseURL, "/")
	return console.NewApp(frame.Config{
		Store: v.store, Directory: v.directory, Tokens: v.tokens, Accounts: v.accounts, SignIn: v.signIn, Outbox: v.outbox, Product: v.product, Box: v.box,
		BaseURL: base, SCIMURL: func(slug string) string { return scimAddress(base, v.product, slug) }, Proxies: s.proxies, Log: s.log, Dev: s.local,
	}, more...)
}

// scimAddress is where a workspace's directory provisions to.
func scimAddress(base string, p *product.Product, slug string) string {
	if host := p.SCIM.HostOf(slug); host != "" {
		scheme, _, _ := strings.Cut(base, "://")
		return scheme + "://" + host + p.SCIM.Path(slug)
	}
	return base + p.SCIM.Path(slug)
}

// serveMail delivers what is in the outbox until ctx ends.
func (v *service) serveMail(ctx context.Context, by *mail.SMTP) {
	sender := &mail.Sender{Outbox: v.outbox, Log: v.log}
	if by != nil {
		sender.Transport = by
	}
	go sender.Run(ctx)
	v.mails = sender
}

// pages opens the accounts and the console over them, and begins to send mail. The
// settings' key is settled.
func (v *service) pages(ctx context.Context, s settings, by *mail.SMTP, more ...frame.Section) (*frame.App, error) {
	key, err := seal.ParseKey(s.keyText)
	if err != nil {
		return nil, err
	}
	if err := v.openAccounts(key, s.baseURL); err != nil {
		return nil, err
	}
	if err := v.openSignIn(s); err != nil {
		return nil, err
	}
	v.serveMail(ctx, by)
	go v.minutely(ctx)
	return v.openConsole(s, more...)
}
