package oidc

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/anteroom-id/anteroom/internal/explain"
)

const (
	keysFresh  = time.Hour        // as long they are used without looking again
	keysUsable = 24 * time.Hour   // as long when looking again fails
	keysPause  = time.Minute      // between two looks for a key that is not there, or for keys that we have
	keysRetry  = 10 * time.Second // after a look that failed, when there are none yet
	mostKeys   = 100              // of one provider
	mostSets   = 10_000           // of all providers
)

// key is a public key that a provider publishes.
type key struct {
	id   string
	alg  string // that it is for; "" for any that fits
	key  crypto.PublicKey
	flaw explain.Code // why it is not used; "" when it is
}

// keySet is the keys behind one address. An unknown key makes us look again once a
// minute and no oftener, whatever comes: tokens of strangers do not make us fetch.
type keySet struct {
	address string
	turn    chan struct{} // holds one: who fetches
	now     atomic.Pointer[fetched]
	// Of who fetches:
	failed error     // of the last look; nil when it went well
	tried  time.Time // last
	asked  time.Time // for an unknown key, last
}

// fetched is one state of the keys.
type fetched struct {
	keys []key
	at   time.Time
}

// set gives the keys behind an address, none of them fetched yet the first time.
func (rp *RelyingParty) set(address string) *keySet {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	if s := rp.sets[address]; s != nil {
		return s
	}
	if len(rp.sets) >= mostSets {
		for old := range rp.sets {
			delete(rp.sets, old)
			break
		}
	}
	s := &keySet{address: address, turn: make(chan struct{}, 1)}
	rp.sets[address] = s
	return s
}

// verify finds the key of a token and checks the signature. When that fails it
// looks for new keys, where the budget allows it.
func (rp *RelyingParty) verify(ctx context.Context, c *Client, t *jwt, logout bool) (opened, error) {
	s := rp.set(c.Settings.KeysURL)
	have, err := rp.current(ctx, s)
	if err != nil {
		return opened{}, err
	}
	out, err := have.verify(ctx, c, t, logout)
	if err == nil {
		return out, nil
	}
	if again := rp.again(ctx, s, have); again != nil {
		return again.verify(ctx, c, t, logout)
	}
	return out, err
}

func (f *fetched) verify(ctx context.Context, c *Client, t *jwt, logout bool) (opened, error) {
	k, err := f.pick(t.kid, t.alg)
	if err != nil {
		return opened{}, err
	}
	return t.open(ctx, c, k, logout)
}

// current gives keys that are fresh, or, when they cannot be fetched, yesterday's.
func (rp *RelyingParty) current(ctx context.Context, s *keySet) (*fetched, error) {
	if f := s.now.Load(); f != nil && rp.now().Sub(f.at) < keysFresh {
		return f, nil
	}
	if !s.lock(ctx) {
		return nil, explain.Refuse(explain.OIDCKeysFetch, s.address, "the request ended").Because(ctx.Err())
	}
	defer s.unlock()
	f, pause := s.now.Load(), keysRetry
	if f != nil && rp.now().Sub(f.at) < keysUsable {
		pause = keysPause // nobody has to wait for them
	}
	switch {
	case f != nil && rp.now().Sub(f.at) < keysFresh: // somebody else was faster
	case s.failed != nil && rp.now().Sub(s.tried) < pause: // it would fail again
	default:
		rp.fetch(ctx, s)
	}
	f = s.now.Load()
	if f != nil && rp.now().Sub(f.at) < keysUsable {
		return f, nil
	}
	return nil, s.failed
}

// again looks for keys that are newer than those: nil when there are none, or when
// it was looked for some a moment ago.
func (rp *RelyingParty) again(ctx context.Context, s *keySet, than *fetched) *fetched {
	if !s.lock(ctx) {
		return nil
	}
	defer s.unlock()
	if f := s.now.Load(); f != than {
		return f
	}
	if rp.now().Sub(s.asked) < keysPause {
		return nil
	}
	s.asked = rp.now()
	if rp.fetch(ctx, s); s.failed != nil {
		return nil
	}
	return s.now.Load()
}

// lock waits for the turn to fetch, false when the request ended before.
func (s *keySet) lock(ctx context.Context) bool {
	select {
	case s.turn <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *keySet) unlock() { <-s.turn }

// fetch looks once. Others wait for what it brings, so that it goes on when the
// browser that caused it goes away.
func (rp *RelyingParty) fetch(ctx context.Context, s *keySet) {
	began := rp.now()
	keys, err := fetchKeys(context.WithoutCancel(ctx), rp.client, s.address)
	s.tried = rp.now() // those who waited do not try again at once
	if s.failed = err; err == nil {
		s.now.Store(&fetched{keys, began})
	}
}

func fetchKeys(ctx context.Context, client *http.Client, address string) ([]key, error) {
	res, err := get(ctx, client, address, "", fileMost)
	switch {
	case errors.Is(err, errLarge):
		return nil, explain.Refuse(explain.OIDCKeysForm, "at most 1 MiB", "more")
	case err != nil:
		return nil, unreachable(explain.OIDCKeysFetch, address, err)
	case res.status != http.StatusOK:
		return nil, explain.Refuse(explain.OIDCKeysFetch, "keys at "+address, fmt.Sprintf("HTTP %d", res.status))
	}
	o, err := object(res.body)
	list, isList := o["keys"].([]any)
	if err != nil || !isList || len(list) > mostKeys {
		return nil, explain.Refuse(explain.OIDCKeysForm, `"keys" with at most 100 keys`, looks(res))
	}
	return readKeys(list), nil
}

// readKeys reads a set of keys (RFC 7517 §5). What may not be used, or is of a kind
// that we do not know, is kept with the reason.
func readKeys(list []any) []key {
	var keys []key
	for _, one := range list {
		o, ok := one.(map[string]any)
		if !ok {
			continue
		}
		k := key{id: text(o, "kid"), alg: text(o, "alg")}
		k.flaw = misuse(o, k.alg)
		var read jose.JSONWebKey
		if data, err := json.Marshal(o); err == nil && k.flaw == "" {
			if read.UnmarshalJSON(data) == nil {
				k.key = read.Key
			}
			k.flaw = weak(k.key)
		}
		keys = append(keys, k)
	}
	return keys
}

// misuse says why a key may not check signatures: it is for something else, or it
// is no public one.
func misuse(o map[string]any, alg string) explain.Code {
	use, said := o["use"]
	ops, limited := texts(o["key_ops"])
	_, private := o["d"]
	_, shared := o["k"]
	if said && use != "sig" || limited && !slices.Contains(ops, "verify") || alg != "" && !slices.Contains(allowed(), alg) || private || shared {
		return explain.OIDCKeyUnfit
	}
	return ""
}

// weak says why a key proves nothing, or would take too long to.
func weak(k crypto.PublicKey) explain.Code {
	switch k := k.(type) {
	case *rsa.PublicKey:
		switch bits := k.N.BitLen(); {
		case bits < 2048:
			return explain.OIDCKeyShort
		case bits > 8192, k.E < 3, k.E%2 == 0:
			return explain.OIDCKeyUnfit
		}
		return ""
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return ""
	}
	return explain.OIDCKeyUnfit
}

// pick finds the one key that a token names and that fits its algorithm
// (openid-connect-core-1_0 §10.1). Without a name there may be only one that fits.
func (f *fetched) pick(kid, alg string) (crypto.PublicKey, error) {
	var fit []crypto.PublicKey
	var flaw explain.Code
	for _, k := range f.keys {
		switch {
		case kid != "" && k.id != kid:
		case k.flaw != "":
			flaw = k.flaw
		case k.alg != "" && k.alg != alg || !fits(k.key, alg):
			flaw = explain.OIDCKeyUnfit
		default:
			fit = append(fit, k.key)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(fit) > 1:
		return nil, explain.Refuse(explain.OIDCKeyAmbiguous, "one key for "+alg, fmt.Sprint(len(fit)))
	case flaw != "":
		return nil, explain.Refuse(flaw, "a key for "+alg, "key "+kid)
	}
	return nil, explain.Refuse(explain.OIDCKeyUnknown, "one of "+f.names(), kid)
}

func (f *fetched) names() string {
	names := make([]string, len(f.keys))
	for i, k := range f.keys {
		names[i] = k.id
	}
	return strings.Join(names, ", ")
}

// fits reports whether a key is of the kind that an algorithm needs (RFC 7518 §3.1).
func fits(k crypto.PublicKey, alg string) bool {
	switch k := k.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS")
	case *ecdsa.PublicKey:
		return map[string]int{"ES256": 256, "ES384": 384, "ES512": 521}[alg] == k.Curve.Params().BitSize
	case ed25519.PublicKey:
		return alg == "EdDSA"
	}
	return false
}
