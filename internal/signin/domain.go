package signin

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Resolver looks TXT records up (RFC 1035 §3.3.14); *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// DNS gives a resolver that asks one server, "192.0.2.53:53"; "" gives the system's.
func DNS(server string) *net.Resolver {
	if server == "" {
		return net.DefaultResolver
	}
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(server, "53")
	}
	var d net.Dialer
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return d.DialContext(ctx, network, server)
	}}
}

const (
	recordLabel = "_anteroom."
	recordBegin = "anteroom-domain-verification="
	lookUpTime  = 5 * time.Second
	mostDomains = 100 // of a workspace
)

// Record gives the TXT record that proves a domain: where it stands and what it
// holds. It is also found at the domain itself.
func Record(d *identity.Domain) (host, value string) {
	return recordLabel + d.Name, recordBegin + d.Token
}

// refused is a refusal by a rule, for people to read.
func refused(kind identity.Kind, field string, r *explain.Refusal, format string, args ...any) error {
	return &identity.Error{Kind: kind, Field: field, Msg: fmt.Sprintf(format, args...) + " (" + string(r.Code) + ")", Err: r}
}

// domainForm is how a domain is written (UTS #46, RFC 1123 §2.1, RFC 1035 §2.3.4).
func domainForm() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.CheckHyphens(true), idna.CheckJoiners(true), idna.StrictDomainName(true), idna.VerifyDNSLength(true))
}

// domainName makes what was typed a name as it is kept: lower case, in ASCII (RFC
// 5891 §4.4). Public suffixes, and domains in which anybody gets an address, are
// refused.
func domainName(typed string) (string, error) {
	name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(typed), "@"), ".")
	ascii, err := domainForm().ToASCII(name)
	_, addr := netip.ParseAddr(strings.Trim(ascii, "[]"))
	if err != nil || addr == nil {
		return "", refused(identity.Invalid, "name", explain.Refuse(explain.DomainName, "a domain such as acme.example", typed).Because(err), "that is not a domain; write one like acme.example, without @ and without https://")
	}
	suffix, _ := publicsuffix.PublicSuffix(ascii)
	if ascii == suffix {
		return "", refused(identity.Invalid, "name", explain.Refuse(explain.DomainPublicSuffix, "a domain of your own", ascii), "%s is a domain below which others register theirs; write your own one below it", ascii)
	}
	if own, _ := publicsuffix.EffectiveTLDPlusOne(ascii); slices.Contains(freeMail(), own) {
		return "", refused(identity.Invalid, "name", explain.Refuse(explain.DomainFreeMail, "a domain of your own", ascii), "anybody can have an address at %s, so it is nobody's alone; write the domain of your company", ascii)
	}
	return ascii, nil
}

// DomainShown is a domain in its own script, for people to read.
func DomainShown(name string) string {
	shown, err := idna.Display.ToUnicode(name)
	if err != nil {
		return name
	}
	return shown
}

// freeMail are domains in which anybody gets an address.
func freeMail() []string {
	return strings.Fields(`126.com 163.com 189.cn aim.com aol.com att.net bigpond.com bluewin.ch bt.com comcast.net cox.net daum.net
		duck.com email.com fastmail.com fastmail.fm free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com
		hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr hotmail.it hushmail.com icloud.com inbox.com inbox.lv
		laposte.net libero.it live.co.uk live.com live.fr live.nl mac.com mail.com mail.ru mailbox.org me.com msn.com naver.com
		o2.pl orange.fr outlook.com outlook.de outlook.es outlook.fr outlook.it pm.me posteo.de proton.me protonmail.ch protonmail.com qq.com
		rambler.ru rediffmail.com rocketmail.com sbcglobal.net seznam.cz sfr.fr sina.com sky.com t-online.de terra.com.br tiscali.it
		tutanota.com tuta.io uol.com.br verizon.net virgilio.it wanadoo.fr web.de wp.pl ya.ru yahoo.ca yahoo.co.in yahoo.co.jp
		yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru yeah.net ymail.com
		zoho.com zohomail.com`)
}

// Domains lists the workspace's domains by name.
func (s *Service) Domains(ctx context.Context, ws identity.WorkspaceID) ([]identity.Domain, error) {
	return s.conf.Store.Read(ws).Domains(ctx)
}

// AddDomain notes that a workspace says a domain is its own, and gives the record
// that proves it; see Record. One that the workspace has already is identity.Taken.
// Nothing is said here of other workspaces: only who can write the record learns
// whether another one has it.
func (s *Service) AddDomain(ctx context.Context, ws identity.WorkspaceID, typed string, o identity.Origin) (identity.Domain, error) {
	if err := s.needFeature(ctx, ws, product.FeatureDomains); err != nil {
		return identity.Domain{}, err
	}
	name, err := domainName(typed)
	if err != nil {
		return identity.Domain{}, err
	}
	d := identity.Domain{Workspace: ws, Name: name, Token: token(), Created: s.conf.Store.Now(), Captures: true}
	err = s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		all, err := tx.Domains(ctx)
		if err != nil {
			return err
		}
		if len(all) >= mostDomains {
			return identity.Errorf(identity.TooMany, "name", "there are %d domains already; remove one that is not needed", len(all))
		}
		added, err := tx.InsertDomain(ctx, &d)
		if err != nil || !added {
			return cmp.Or[error](err, identity.Errorf(identity.Taken, "name", "%s is in the list already", name))
		}
		return logDomain(ctx, tx, o, identity.DomainAdded, name)
	})
	return d, err
}

// token is what a record holds: 128 random bits.
func token() string {
	var raw [16]byte
	rand.Read(raw[:])
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:]))
}

func logDomain(ctx context.Context, tx *store.Tx, o identity.Origin, v identity.Verb, name string, deltas ...identity.Delta) error {
	return tx.Log(ctx, o, v, identity.Subject{Kind: "domain", ID: name}, deltas)
}

func (s *Service) needFeature(ctx context.Context, ws identity.WorkspaceID, f product.Feature) error {
	w, err := s.conf.Store.Read(ws).Details(ctx)
	if err != nil {
		return err
	}
	return s.conf.Directory.Locked(w, f)
}

func errNoDomain(name string) error {
	return identity.Errorf(identity.NotFound, "name", "the domain %s is not in the list", name)
}

// CheckDomain looks a domain's record up now, and verifies the domain when it is
// there. The error says what was found instead; a domain that another workspace has
// verified is identity.Taken, and is not said to be whose.
func (s *Service) CheckDomain(ctx context.Context, ws identity.WorkspaceID, name string, o identity.Origin) (identity.Domain, error) {
	if err := s.needFeature(ctx, ws, product.FeatureDomains); err != nil {
		return identity.Domain{}, err
	}
	d, found, err := s.conf.Store.Read(ws).Domain(ctx, name)
	if err != nil || !found {
		return d, cmp.Or[error](err, errNoDomain(name))
	}
	if wait, ok := s.looks.Allow(string(ws)); !ok {
		return d, identity.Errorf(identity.TooMany, "name", "there were too many look-ups; wait %s and try again", wait.Round(time.Second)+time.Second)
	}
	looked := s.lookUp(ctx, &d)
	err = s.changeDomain(ctx, ws, name, func(tx *store.Tx, now *identity.Domain) error {
		now.Checked = s.conf.Store.Now()
		if looked == nil {
			return s.nowVerified(ctx, tx, now, o)
		}
		return nil
	}, &d)
	if identity.KindOf(err) == identity.Taken {
		err = refused(identity.Taken, "name", explain.Refuse(explain.DomainTaken, "a domain that no other workspace has verified", name).Because(err),
			"the record is there, but %s belongs to another %s. Remove that one's %s record from the DNS: it loses the domain %d days later", name, s.conf.Product.Words.Workspace, recordBegin[:len(recordBegin)-1], int(LapseAfter.Hours())/24)
	}
	return d, cmp.Or[error](err, looked)
}

// nowVerified notes that a domain's record was seen.
func (s *Service) nowVerified(ctx context.Context, tx *store.Tx, d *identity.Domain, o identity.Origin) error {
	d.Missing = time.Time{}
	if !d.Verified.IsZero() {
		return nil
	}
	d.Verified = d.Checked
	return logDomain(ctx, tx, o, identity.DomainVerified, d.Name)
}

// changeDomain changes a domain as it is at the time of the write.
func (s *Service) changeDomain(ctx context.Context, ws identity.WorkspaceID, name string, f func(*store.Tx, *identity.Domain) error, out *identity.Domain) error {
	return s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		d, found, err := tx.Domain(ctx, name)
		if err != nil || !found {
			return cmp.Or[error](err, errNoDomain(name))
		}
		if err := f(tx, &d); err != nil {
			return err
		}
		*out = d
		return tx.SaveDomain(ctx, &d)
	})
}

// lookUp looks a domain's record up: nil when it is there, else what is instead.
func (s *Service) lookUp(ctx context.Context, d *identity.Domain) error {
	ctx, stop := context.WithTimeout(ctx, lookUpTime)
	defer stop()
	host, want := Record(d)
	var other string
	for _, at := range []string{host, d.Name} {
		texts, err := s.resolver().LookupTXT(ctx, at+".")
		if err != nil && !absent(err) {
			return refused(identity.Unavailable, "name", explain.Refuse(explain.DomainNoAnswer, "an answer of the DNS for "+at, err.Error()).Because(err), "the DNS did not answer for %s; try again in a few minutes", at)
		}
		for _, text := range texts {
			text = strings.TrimSpace(text)
			if text == want {
				return nil
			}
			if strings.HasPrefix(text, recordBegin) {
				other = text
			}
		}
	}
	if other != "" {
		return refused(identity.Invalid, "name", explain.Refuse(explain.DomainOtherRecord, want, other), "%s has a record of ours with another value: %s. Compare it with the one below, letter by letter", d.Name, other)
	}
	return refused(identity.Invalid, "name", explain.Refuse(explain.DomainNoRecord, "a TXT record at "+host, "none"),
		"the DNS has no such TXT record at %s yet. A new one can take an hour to be seen; some DNS providers add the domain to the name by themselves, so that it stands there twice", host)
}

// absent reports whether the DNS has answered, and has no such record.
func absent(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

func (s *Service) resolver() Resolver {
	if s.conf.DNS == nil {
		return net.DefaultResolver
	}
	return s.conf.DNS
}

// SetCaptures says whether an address of a domain leads to the workspace's provider
// on the sign-in page. It counts while the domain is verified.
func (s *Service) SetCaptures(ctx context.Context, ws identity.WorkspaceID, name string, on bool, o identity.Origin) (d identity.Domain, err error) {
	if err := s.needFeature(ctx, ws, product.FeatureDomains); err != nil {
		return d, err
	}
	err = s.changeDomain(ctx, ws, name, func(tx *store.Tx, d *identity.Domain) error {
		if d.Captures == on {
			return nil
		}
		d.Captures = on
		return logDomain(ctx, tx, o, identity.DomainChanged, name, identity.Delta{Field: "captures", Before: !on, After: on})
	}, &d)
	return d, err
}

// RemoveDomain takes a domain out of the list; another workspace can verify it then.
// A plan without domains does not keep one.
func (s *Service) RemoveDomain(ctx context.Context, ws identity.WorkspaceID, name string, o identity.Origin) error {
	return s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		found, err := tx.DeleteDomain(ctx, name)
		if err != nil || !found {
			return cmp.Or[error](err, errNoDomain(name))
		}
		return logDomain(ctx, tx, o, identity.DomainRemoved, name)
	})
}
