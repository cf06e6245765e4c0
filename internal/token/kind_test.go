package token_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
	"github.com/anteroom-id/anteroom/internal/token"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

var operator = identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "test"}

func member(id string) identity.Origin {
	return identity.Origin{Actor: identity.Actor{Kind: identity.ActorMember, ID: id}, Source: "console"}
}

// bench is the tokens of one product, with two workspaces.
type bench struct {
	*token.Service
	t            *testing.T
	store        *store.Store
	acme, globex identity.WorkspaceID
}

// onBoth tells a story under the product's tokens on SQLite and on PostgreSQL.
func onBoth(t *testing.T, tokens string, story func(t *testing.T, b *bench)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, begin(t, t.TempDir(), tokens)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); story(t, begin(t, storetest.Postgres(t), tokens)) })
}

func begin(t *testing.T, where, tokens string) *bench {
	t.Helper()
	p, err := product.Load([]byte("name: Kinds\n"+tokens), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, store.Options{Database: where, InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	b := &bench{Service: token.New(db, p), t: t, store: db}
	b.acme, b.globex = b.workspace("acme"), b.workspace("globex")
	return b
}

func (b *bench) workspace(slug string) identity.WorkspaceID {
	b.t.Helper()
	w := identity.Workspace{ID: identity.NewWorkspaceID(b.store.Now()), Slug: slug, Name: slug, Provisioning: true, Created: b.store.Now()}
	if err := b.store.Write(ctx, w.ID, func(tx *store.Tx) error { return tx.InsertWorkspace(ctx, w) }); err != nil {
		b.t.Fatal(err)
	}
	return w.ID
}

func (b *bench) issue(r token.Request) (identity.Token, string) {
	b.t.Helper()
	t, secret, err := b.Issue(ctx, r)
	if err != nil {
		b.t.Fatal(err)
	}
	return t, secret
}

func mustBe(t *testing.T, what string, err error, kind identity.Kind) {
	t.Helper()
	if err == nil || identity.KindOf(err) != kind {
		t.Errorf("%s: got %v, want kind %d", what, err, kind)
	}
}

func TestAProductIssuesTheKindsOfTokenThatItOffers(t *testing.T) {
	for _, c := range []struct {
		tokens string
		kinds  []identity.TokenKind
		days   int
	}{
		{"", []identity.TokenKind{token.KindWorkspace}, 365},
		{"tokens: {workspace: {}}\n", []identity.TokenKind{token.KindWorkspace}, 0},
		{"tokens: {personal: {days: 365}}\n", []identity.TokenKind{token.KindPersonal}, 365},
		{"tokens: {basic: {days: 30}, workspace: {days: 90}}\n", []identity.TokenKind{token.KindWorkspace, token.KindBasic}, 90},
		{"tokens: {support: {}}\n", []identity.TokenKind{token.KindSupport}, 0},
	} {
		t.Run(c.tokens, func(t *testing.T) {
			onBoth(t, c.tokens, func(t *testing.T, b *bench) {
				if got := b.Kinds(); !slices.Equal(got, c.kinds) {
					t.Errorf("it offers %v", got)
				}
				for _, kind := range []identity.TokenKind{token.KindWorkspace, token.KindPersonal, token.KindSupport, token.KindBasic, "paper"} {
					made, _, err := b.Issue(ctx, token.Request{Workspace: b.acme, Kind: kind, Origin: operator})
					if slices.Contains(c.kinds, kind) {
						if err != nil || made.Kind != kind {
							t.Errorf("%s: %+v (%v)", kind, made, err)
						}
						continue
					}
					mustBe(t, string(kind), err, identity.Forbidden)
				}
				made, secret := b.issue(token.Request{Workspace: b.acme, Origin: operator})
				life := time.Duration(0)
				if !made.Expires.IsZero() {
					life = made.Expires.Sub(made.Created)
				}
				if made.Kind != c.kinds[0] || life != time.Duration(c.days)*24*time.Hour {
					t.Errorf("without a kind it is a %s that lives %v", made.Kind, life)
				}
				kept, err := b.Check(ctx, token.Credential{Secret: secret})
				if err != nil || kept.Kind != made.Kind || kept.Workspace != b.acme {
					t.Errorf("it is kept as %+v (%v)", kept, err)
				}
			})
		})
	}
}

func TestOnlyAnOperatorIssuesASupportTokenOrSaysHowLongOneLives(t *testing.T) {
	onBoth(t, "tokens: {support: {}, workspace: {days: 365}}\n", func(t *testing.T, b *bench) {
		_, _, err := b.Issue(ctx, token.Request{Workspace: b.acme, Kind: token.KindSupport, Origin: member("mem_ann")})
		mustBe(t, "a member's support token", err, identity.Forbidden)
		_, _, err = b.Issue(ctx, token.Request{Workspace: b.acme, Life: time.Hour, Origin: member("mem_ann")})
		mustBe(t, "a member's life", err, identity.Forbidden)
		b.issue(token.Request{Workspace: b.acme, Kind: token.KindSupport, Origin: operator})
		short, _ := b.issue(token.Request{Workspace: b.acme, Life: time.Hour, Origin: operator})
		if short.Expires.Sub(short.Created) != time.Hour {
			t.Errorf("it lives until %v", short.Expires)
		}
	})
}

func TestAMemberSeesAndEndsTheOwnTokensOnly(t *testing.T) {
	onBoth(t, "tokens: {personal: {days: 365}}\n", func(t *testing.T, b *bench) {
		own, secret := b.issue(token.Request{Workspace: b.acme, Origin: member("mem_ann")})
		next, nextSecret := b.issue(token.Request{Workspace: b.acme, Origin: member("mem_ann")})
		foreign, _ := b.issue(token.Request{Workspace: b.acme, Origin: member("mem_bob")})
		b.issue(token.Request{Workspace: b.globex, Origin: member("mem_ann")})
		all, err := b.ListOf(ctx, b.acme, "mem_ann")
		if err != nil || len(all) != 2 || all[0].ID != own.ID || all[0].Issuer != "mem_ann" || all[1].ID != next.ID {
			t.Errorf("the own ones are %+v (%v)", all, err)
		}
		mustBe(t, "another's", b.RevokeOwn(ctx, b.acme, "mem_ann", foreign.ID, operator), identity.NotFound)
		mustBe(t, "in another workspace", b.RevokeOwn(ctx, b.globex, "mem_ann", own.ID, operator), identity.NotFound)
		if err := b.RevokeOwn(ctx, b.acme, "mem_ann", own.ID, member("mem_ann")); err != nil {
			t.Fatal(err)
		}
		_, err = b.Check(ctx, token.Credential{Secret: secret})
		mustBe(t, "the one that was rotated out", err, identity.Unauthenticated)
		if _, err := b.Check(ctx, token.Credential{Secret: nextSecret}); err != nil {
			t.Errorf("the one that took its place: %v", err)
		}
	})
}

func TestATokenSpeaksForAConnectionThatIsThere(t *testing.T) {
	onBoth(t, "", func(t *testing.T, b *bench) {
		first, _ := b.issue(token.Request{Workspace: b.acme, Origin: operator})
		second, _ := b.issue(token.Request{Workspace: b.acme, Connection: "okta", Origin: operator})
		again, secret := b.issue(token.Request{Workspace: b.acme, ConnectionID: second.Connection, Origin: operator})
		if first.Connection == second.Connection || again.Connection != second.Connection {
			t.Errorf("they speak for %s, %s and %s", first.Connection, second.Connection, again.Connection)
		}
		_, _, err := b.Issue(ctx, token.Request{Workspace: b.globex, ConnectionID: second.Connection, Origin: operator})
		mustBe(t, "another workspace's connection", err, identity.NotFound)
		err = b.store.Write(ctx, b.acme, func(tx *store.Tx) error {
			c, _, err := tx.Connection(ctx, second.Connection)
			if err != nil {
				return err
			}
			c.Removed = b.store.Now()
			if err := tx.SaveConnection(ctx, &c); err != nil {
				return err
			}
			_, err = tx.RevokeTokensOf(ctx, c.ID, c.Removed)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = b.Issue(ctx, token.Request{Workspace: b.acme, ConnectionID: second.Connection, Origin: operator})
		mustBe(t, "one that was removed", err, identity.NotFound)
		b.Forget()
		_, err = b.Check(ctx, token.Credential{Secret: secret})
		mustBe(t, "a token of one that was removed", err, identity.Unauthenticated)
	})
}
