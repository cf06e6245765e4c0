package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what RFC 6238 and the apps use; HMAC does not need collision resistance
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/store"
)

// A time-based one-time password: SHA-1, six digits, steps of 30 seconds, and one
// step of drift to either side (RFC 6238 §4, §5.2).
const (
	totpStep   = 30
	totpDrift  = 1
	totpDigits = 1_000_000
	totpSecret = 20 // bytes, RFC 4226 §4
)

// RecoveryCodes is how many recovery codes a person gets.
const RecoveryCodes = 10

const recoverySize = 16 // characters of one, without what stands between

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// totpAt is the code of a step (RFC 4226 §5.3).
func totpAt(key []byte, step int64) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%totpDigits)
}

// totpMatch gives the step that a code is of, within the drift.
func (s *Service) totpMatch(key []byte, code string) (step int64, ok bool) {
	now := s.store.Now().Unix() / totpStep
	for step := now - totpDrift; step <= now+totpDrift; step++ {
		if subtle.ConstantTimeCompare([]byte(totpAt(key, step)), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

func purposeTOTP(p identity.PersonID) string { return "totp " + string(p) }

func (s *Service) totpKey(p identity.PersonID, sealed string) ([]byte, error) {
	text, err := s.box.Open(purposeTOTP(p), sealed)
	if err != nil {
		return nil, err
	}
	return base32Plain.DecodeString(text)
}

// Enrolment is what an authenticator app has to know.
type Enrolment struct {
	Secret string // base 32, to type
	URL    string // otpauth://…, to scan
}

// EnrolTOTP offers a new second factor, which counts from the first code on that
// ConfirmTOTP takes. One that is there goes on until then. It needs a recent proof.
func (s *Service) EnrolTOTP(ctx context.Context, l *Live) (Enrolment, error) {
	if !s.product.SignIn.TOTP {
		return Enrolment{}, off("a second factor by authenticator app")
	}
	if err := s.NeedProof(l); err != nil {
		return Enrolment{}, err
	}
	var raw [totpSecret]byte
	rand.Read(raw[:])
	word := base32Plain.EncodeToString(raw[:])
	q := url.Values{"secret": {word}, "issuer": {s.product.Name}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + s.product.Name + ":" + l.Person.Address, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	sealed := s.box.Seal(purposeTOTP(l.Person.ID), word)
	return Enrolment{word, u.String()}, s.write(ctx, func(tx *store.Tx) error { return tx.SetTOTPNext(ctx, l.Person.ID, sealed) })
}

var errCode = identity.Errorf(identity.Invalid, "code", "that code is wrong, or was used already; wait for the next one and check that the clock of your device is right")

// ConfirmTOTP puts the offered second factor to use with its first code. It gives
// the recovery codes, which cannot be had again, and another secret of the session.
func (s *Service) ConfirmTOTP(ctx context.Context, l *Live, code string) (codes []string, f Fresh, err error) {
	p, _, err := s.store.Person(ctx, l.Person.ID)
	if err != nil {
		return nil, f, err
	}
	if p.TOTPNext == "" {
		return nil, f, identity.Errorf(identity.Invalid, "code", "no authenticator app is being added; begin again")
	}
	key, err := s.totpKey(p.ID, p.TOTPNext)
	if err != nil {
		return nil, f, err
	}
	step, ok := s.totpMatch(key, plainCode(code))
	if !ok {
		return nil, f, errCode
	}
	codes, hashes := recoveryCodes()
	err = s.write(ctx, func(tx *store.Tx) error {
		ok, err := tx.ConfirmTOTP(ctx, p.ID, p.TOTPNext, step)
		if err != nil || !ok {
			return firstError(err, errCode)
		}
		if err := tx.ReplaceRecovery(ctx, p.ID, hashes); err != nil {
			return err
		}
		if err := s.notice(ctx, tx, &p, "An authenticator app was added to your account"); err != nil {
			return err
		}
		f, err = s.rotate(ctx, tx, l, l.Session.Proved)
		return err
	})
	s.outbox.Ring()
	return codes, f, err
}

// RemoveTOTP takes the second factor and the recovery codes away. It needs a
// recent proof.
func (s *Service) RemoveTOTP(ctx context.Context, l *Live) (f Fresh, err error) {
	if err := s.NeedProof(l); err != nil {
		return f, err
	}
	err = s.write(ctx, func(tx *store.Tx) error {
		if err := tx.RemoveTOTP(ctx, l.Person.ID); err != nil {
			return err
		}
		if err := s.notice(ctx, tx, &l.Person, "The authenticator app was removed from your account"); err != nil {
			return err
		}
		f, err = s.rotate(ctx, tx, l, l.Session.Proved)
		return err
	})
	s.outbox.Ring()
	return f, err
}

// NewRecoveryCodes replaces the recovery codes, those that were used and those
// that were not. It needs a recent proof.
func (s *Service) NewRecoveryCodes(ctx context.Context, l *Live) ([]string, error) {
	if err := s.NeedProof(l); err != nil {
		return nil, err
	}
	if l.Person.TOTP == "" {
		return nil, identity.Errorf(identity.Invalid, "", "there is no authenticator app to recover from")
	}
	codes, hashes := recoveryCodes()
	return codes, s.write(ctx, func(tx *store.Tx) error { return tx.ReplaceRecovery(ctx, l.Person.ID, hashes) })
}

// RecoveryLeft counts the recovery codes that were not used.
func (s *Service) RecoveryLeft(ctx context.Context, l *Live) (int64, error) {
	return s.store.RecoveryLeft(ctx, l.Person.ID)
}

// recoveryCodes makes codes of 80 random bits: xxxx-xxxx-xxxx-xxxx.
func recoveryCodes() (codes, hashes []string) {
	for range RecoveryCodes {
		var raw [10]byte
		rand.Read(raw[:])
		word := strings.ToLower(base32Plain.EncodeToString(raw[:]))
		codes = append(codes, word[:4]+"-"+word[4:8]+"-"+word[8:12]+"-"+word[12:])
		hashes = append(hashes, digest(word))
	}
	return codes, hashes
}

// plainCode is a code without what people type between its characters.
func plainCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(code))
}

// takeCode uses up a code of the person's second factor, or a recovery code,
// inside a write.
func (s *Service) takeCode(ctx context.Context, tx *store.Tx, p *identity.Person, code string) (identity.Method, error) {
	limit := s.throttle.factor
	if !limit.Allowed(string(p.ID)) {
		return "", s.throttle.take(limit, string(p.ID))
	}
	how, ok, err := s.tryCode(ctx, tx, p, plainCode(code))
	if err == nil && !ok {
		limit.Allow(string(p.ID)) // failures only: who has the app is not slowed down
		err = errCode
	}
	return how, err
}

func (s *Service) tryCode(ctx context.Context, tx *store.Tx, p *identity.Person, code string) (how identity.Method, ok bool, err error) {
	if len(code) == recoverySize {
		ok, err = tx.UseRecovery(ctx, p.ID, digest(code), s.store.Now())
		return identity.ByRecovery, ok, err
	}
	key, err := s.totpKey(p.ID, p.TOTP)
	if err != nil {
		return "", false, err
	}
	step, ok := s.totpMatch(key, code)
	if !ok {
		return "", false, nil
	}
	ok, err = tx.TakeTOTPStep(ctx, p.ID, step)
	return identity.ByTOTP, ok, err
}

func firstError(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// notice mails somebody that what they sign in with has changed.
func (s *Service) notice(ctx context.Context, tx *store.Tx, p *identity.Person, what string) error {
	return s.outbox.Post(ctx, tx, mail.Notice(s.product, p.Address, what, s.store.Now()))
}
