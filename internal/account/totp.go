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
	"strconv"
	"strings"
	"time"

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

// totpKey gives the key of a second factor, and until when its first code is taken.
func (s *Service) totpKey(p identity.PersonID, sealed string) (key []byte, until time.Time, err error) {
	text, err := s.box.Open(purposeTOTP(p), sealed)
	if err != nil {
		return nil, until, err
	}
	word, end, _ := strings.Cut(text, " ")
	if us, err := strconv.ParseInt(end, 10, 64); err == nil {
		until = time.UnixMicro(us)
	}
	key, err = base32Plain.DecodeString(word)
	return key, until, err
}

// Enrolment is what an authenticator app has to know.
type Enrolment struct {
	Secret string // base 32, to type
	URL    string // otpauth://…, to scan
}

const enrolmentLife = 15 * time.Minute // from the offer of a second factor to its first code

// EnrolTOTP offers a new second factor, which counts from the first code on that
// ConfirmTOTP takes, within a quarter of an hour. One that is there goes on until
// then. It needs a recent proof.
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
	sealed := s.box.Seal(purposeTOTP(l.Person.ID), word+" "+strconv.FormatInt(s.store.Now().Add(enrolmentLife).UnixMicro(), 10))
	return Enrolment{word, u.String()}, s.change(ctx, l, func(tx *store.Tx, p *identity.Person) error { return tx.SetTOTPNext(ctx, p.ID, sealed) })
}

var errCode = identity.Errorf(identity.Invalid, "code", "that code is wrong, or was used already; wait for the next one and check that the clock of your device is right")

// ConfirmTOTP puts the offered second factor to use with its first code. It gives
// the recovery codes, which cannot be had again, and another secret of the session.
// It needs a recent proof.
func (s *Service) ConfirmTOTP(ctx context.Context, l *Live, code string) (codes []string, f Fresh, err error) {
	if err := s.NeedProof(l); err != nil {
		return nil, f, err
	}
	if err := s.throttle.take(s.throttle.session, "confirm "+string(l.Session.ID)); err != nil {
		return nil, f, err
	}
	codes, hashes := recoveryCodes()
	err = s.change(ctx, l, func(tx *store.Tx, p *identity.Person) error {
		if err := s.confirm(ctx, tx, p, plainCode(code)); err != nil {
			return err
		}
		if err := tx.ReplaceRecovery(ctx, p.ID, hashes); err != nil {
			return err
		}
		if err := s.notice(ctx, tx, p, "An authenticator app was added to your account"); err != nil {
			return err
		}
		f, err = s.rotate(ctx, tx, l, l.Session.Proved)
		return err
	})
	s.outbox.Ring()
	if err != nil {
		return nil, Fresh{}, err
	}
	return codes, f, nil
}

// confirm takes the first code of the second factor that waits.
func (s *Service) confirm(ctx context.Context, tx *store.Tx, p *identity.Person, code string) error {
	var key []byte
	var until time.Time
	var err error
	if p.TOTPNext != "" {
		if key, until, err = s.totpKey(p.ID, p.TOTPNext); err != nil {
			return err
		}
	}
	if !s.store.Now().Before(until) {
		return identity.Errorf(identity.Invalid, "code", "no authenticator app is being added, or that took too long; begin again")
	}
	step, ok := s.totpMatch(key, code)
	if ok {
		ok, err = tx.ConfirmTOTP(ctx, p.ID, p.TOTPNext, step)
	}
	if err == nil && !ok {
		err = errCode
	}
	return err
}

// RemoveTOTP takes the second factor and the recovery codes away. It needs a
// recent proof.
func (s *Service) RemoveTOTP(ctx context.Context, l *Live) (f Fresh, err error) {
	if err := s.NeedProof(l); err != nil {
		return f, err
	}
	err = s.change(ctx, l, func(tx *store.Tx, p *identity.Person) error {
		if err := tx.RemoveTOTP(ctx, p.ID); err != nil {
			return err
		}
		if err := s.notice(ctx, tx, p, "The authenticator app was removed from your account"); err != nil {
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
	codes, hashes := recoveryCodes()
	err := s.change(ctx, l, func(tx *store.Tx, p *identity.Person) error {
		if p.TOTP == "" {
			return identity.Errorf(identity.Invalid, "", "there is no authenticator app to recover from")
		}
		return tx.ReplaceRecovery(ctx, p.ID, hashes)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// RecoveryLeft counts the recovery codes that were not used.
func (s *Service) RecoveryLeft(ctx context.Context, l *Live) (int64, error) {
	if l.Session.Within != "" {
		return 0, nil
	}
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

// How many wrong codes are taken: 288 a day, of 333,333 that would do. They are
// counted in the database, for all copies of the server and over its restarts.
const (
	codeGap   = 5 * time.Minute
	codeBurst = 5
)

// withCode runs a write that a code of the second factor, or a recovery code, is
// needed for. Held reads the person inside the write; then runs with the method
// that the code amounts to. A wrong code is counted, and nothing else is done.
func (s *Service) withCode(ctx context.Context, ws identity.WorkspaceID, code string, held func(*store.Tx) (identity.Person, error), then func(*store.Tx, *identity.Person, identity.Method) error) error {
	code = plainCode(code)
	var wrong error
	err := s.store.Write(ctx, ws, func(tx *store.Tx) error {
		p, err := held(tx)
		if err != nil {
			return err
		}
		if code == "" {
			return errCode
		}
		now := s.store.Now()
		until := p.WrongCodes
		if until.Before(now) {
			until = now
		}
		if wait := until.Add(codeGap).Sub(now) - codeBurst*codeGap; wait > 0 {
			return tooMany(wait, "there were too many wrong codes")
		}
		how, ok, err := s.tryCode(ctx, tx, &p, code)
		if err != nil {
			return err
		}
		if wrong = nil; !ok { // failures only: who has the app is not slowed down
			wrong = errCode
			return tx.CountWrongCodes(ctx, p.ID, until.Add(codeGap))
		}
		return then(tx, &p, how)
	})
	return firstError(err, wrong)
}

func (s *Service) tryCode(ctx context.Context, tx *store.Tx, p *identity.Person, code string) (how identity.Method, ok bool, err error) {
	if len(code) == recoverySize {
		ok, err = tx.UseRecovery(ctx, p.ID, digest(code), s.store.Now())
		return identity.ByRecovery, ok, err
	}
	key, _, err := s.totpKey(p.ID, p.TOTP)
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
	all, err := tx.Memberships(ctx, p.ID)
	if err != nil {
		return err
	}
	return s.outbox.Post(ctx, tx, mail.Notice(s.product, letterbox(p, all), what, s.store.Now()))
}
