package mail_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

// world is an outbox, a mail server, and a clock that a test moves.
type world struct {
	t      *testing.T
	db     *store.Store
	outbox *mail.Outbox
	server *server
	sender *mail.Sender
	smtp   *mail.SMTP
	mu     sync.Mutex
	at     time.Time
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(time.Millisecond)
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func onBoth(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, begin(t, t.TempDir())) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); story(t, begin(t, storetest.Postgres(t))) })
}

func begin(t *testing.T, where string) *world {
	t.Helper()
	w := &world{t: t, server: serve(t), at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	db, err := store.Open(ctx, store.Options{Database: where, InsecureNoFlush: true, Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w.db, w.outbox = db, mail.NewOutbox(db, product.Default(), box)
	w.smtp = &mail.SMTP{Address: w.server.addr, From: netmail.Address{Name: "Grüße", Address: "no-reply@id.example"}, TLS: &tls.Config{RootCAs: w.server.roots, MinVersion: tls.VersionTLS12}, Timeout: 5 * time.Second}
	w.sender = &mail.Sender{Outbox: w.outbox, Transport: w.smtp, Log: slog.New(slog.DiscardHandler)}
	return w
}

func (w *world) post(l mail.Letter) error {
	return w.db.Write(ctx, "", func(tx *store.Tx) error { return w.outbox.Post(ctx, tx, l) })
}

func (w *world) invite(to string) {
	w.t.Helper()
	if err := w.post(mail.Invitation(product.Default(), to, "Acme & Söhne", "https://id.example/invite/SECRET", w.now())); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) deliver() {
	w.t.Helper()
	if err := w.sender.Deliver(ctx); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) only() identity.Mail {
	w.t.Helper()
	all, err := w.db.Mails(ctx, "", 10)
	if err != nil || len(all) != 1 {
		w.t.Fatalf("%d mails, %v", len(all), err)
	}
	return all[0]
}

// parts reads a message as a mail program would.
func parts(t *testing.T, data string) (netmail.Header, map[string]string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	out, r := map[string]string{}, multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			return m.Header, out
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";")
		out[kind] = string(text)
	}
}

func TestAMailGoesEncryptedAsTextAndHTMLAndIsErasedWhenItHasGone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.smtp.UserName, w.smtp.Password = "robot", "pass"
		w.invite("ann@x.example")
		waiting := w.only()
		if waiting.Body == "" || strings.Contains(waiting.Body, "SECRET") {
			t.Errorf("while it waits the text is sealed, not %q", waiting.Body)
		}
		w.deliver()
		got := w.server.mails()
		if len(got) != 1 || !got[0].encrypted || got[0].from != "FROM:<no-reply@id.example> BODY=8BITMIME" || got[0].to != "TO:<ann@x.example>" || got[0].user != " robot pass" {
			t.Fatalf("got %+v", got)
		}
		h, p := parts(t, got[0].data)
		subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
		if err != nil || subject != "Join Acme & Söhne on Anteroom demo" {
			t.Errorf("subject %q %v", subject, err)
		}
		if !strings.Contains(p["text/plain"], "https://id.example/invite/SECRET") || !strings.Contains(p["text/plain"], "workspace Acme & Söhne") {
			t.Errorf("text:\n%s", p["text/plain"])
		}
		if !strings.Contains(p["text/html"], `href="https://id.example/invite/SECRET"`) || !strings.Contains(p["text/html"], "Acme &amp; Söhne") {
			t.Errorf("html:\n%s", p["text/html"])
		}
		if h.Get("Auto-Submitted") != "auto-generated" || h.Get("Message-Id") == "" || h.Get("Date") == "" {
			t.Errorf("header %v", h)
		}
		if m := w.only(); m.Sent.IsZero() || m.Body != "" || m.Tries != 1 {
			t.Errorf("after it went: %+v", m)
		}
		w.deliver()
		if n := len(w.server.mails()); n != 1 {
			t.Errorf("it went %d times", n)
		}
	})
}

func TestNoValueCanBeginAnotherHeaderOrAnotherRecipient(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for _, to := range []string{
			"ann@x.example\r\nBcc: eve@x.example", "ann@x.example, eve@x.example", "Ann <ann@x.example>", "", "ann", "ann@x.example\n",
			"ann@" + strings.Repeat("x", 260) + ".example", "<ann@x.example>", "ann@x.example>\r\nRCPT TO:<eve@x.example",
		} {
			if err := w.post(mail.Letter{To: to, Subject: "s"}); identity.KindOf(err) != identity.Invalid {
				t.Errorf("%q was taken: %v", to, err)
			}
		}
		if err := w.post(mail.Letter{To: "ann@x.example", Subject: "Join\r\nBcc: eve@x.example\r\n\r\nbody\u2028", Paragraphs: []string{"one\r\n.\r\ntwo <b>"}}); err != nil {
			t.Fatal(err)
		}
		w.deliver()
		got := w.server.mails()
		if len(got) != 1 {
			t.Fatalf("%d mails", len(got))
		}
		h, p := parts(t, got[0].data)
		if h.Get("Bcc") != "" || h.Get("Subject") != "Join  Bcc: eve@x.example    body" {
			t.Errorf("header %v", h)
		}
		if !strings.Contains(p["text/plain"], "\r\n.\r\ntwo <b>") || strings.Contains(p["text/html"], "<b>") {
			t.Errorf("parts %v", p)
		}
	})
}

func TestWhatCannotBeDeliveredNowIsTriedForDaysAndThenGivenUpVisibly(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.server.answers("RCPT", "451 later")
		w.invite("ann@x.example")
		begun := w.now()
		w.deliver()
		if m := w.only(); m.Tries != 1 || !m.Failed.IsZero() || !strings.Contains(m.Error, "451") || m.Due.Sub(m.Created) < 50*time.Second {
			t.Fatalf("after the first try: %+v", m)
		}
		w.deliver()
		if m := w.only(); m.Tries != 1 {
			t.Errorf("it is not tried before it is due, and was: %+v", m)
		}
		for m := w.only(); m.Failed.IsZero(); m = w.only() {
			w.pass(m.Due.Sub(w.now()) + time.Second)
			w.deliver()
			if w.now().Sub(begun) > 10*24*time.Hour {
				t.Fatalf("it is never given up: %+v", m)
			}
		}
		m := w.only()
		if d := m.Failed.Sub(begun); d < 4*24*time.Hour || d > 5*24*time.Hour || m.Tries < 15 || m.Tries > 40 || m.Body != "" || m.Error == "" {
			t.Errorf("given up after %v: %+v", d, m)
		}
	})
}

func TestADelayedMailArrivesWhenTheServerIsBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		address := w.smtp.Address
		w.smtp.Address = "127.0.0.1:1"
		w.invite("ann@x.example")
		w.deliver()
		if m := w.only(); !m.Sent.IsZero() || m.Error == "" {
			t.Fatalf("%+v", m)
		}
		w.smtp.Address = address
		w.pass(2 * time.Minute)
		w.deliver()
		if m := w.only(); m.Sent.IsZero() || m.Error != "" || m.Tries != 2 || len(w.server.mails()) != 1 {
			t.Errorf("%+v", m)
		}
	})
}

func TestOnlyARefusalOfThisMailIsForGood(t *testing.T) {
	for command, final := range map[string]bool{"RCPT": true, "MAIL": false, "AUTH": false, "DATA": false} {
		w := begin(t, t.TempDir())
		w.smtp.UserName, w.smtp.Password = "robot", "pass"
		w.server.answers(command, "550 no")
		w.invite("ann@x.example")
		w.deliver()
		if m := w.only(); m.Failed.IsZero() == final || !strings.Contains(m.Error, "550") {
			t.Errorf("%s: %+v", command, m)
		}
	}
}

func TestMailIsNotSentInTheClearUnlessThatIsAskedFor(t *testing.T) {
	w := begin(t, t.TempDir())
	w.server.plain = true
	w.invite("ann@x.example")
	w.deliver()
	if m := w.only(); len(w.server.mails()) != 0 || !strings.Contains(m.Error, "STARTTLS") {
		t.Errorf("%+v", m)
	}
	w.smtp.InsecurePlain = true
	w.pass(2 * time.Minute)
	w.deliver()
	if got := w.server.mails(); len(got) != 1 || got[0].encrypted {
		t.Errorf("%+v", got)
	}
}

func TestACertificateOfSomebodyElseIsNotTrusted(t *testing.T) {
	w := begin(t, t.TempDir())
	w.smtp.TLS = nil
	w.invite("ann@x.example")
	w.deliver()
	if m := w.only(); len(w.server.mails()) != 0 || !strings.Contains(m.Error, "certificate") {
		t.Errorf("%+v", m)
	}
}

func TestASilentServerDoesNotHoldTheSenderUp(t *testing.T) {
	w := begin(t, t.TempDir())
	w.smtp.Timeout = 200 * time.Millisecond
	w.server.answers("EHLO", "250-more follows, and never comes")
	w.invite("ann@x.example")
	began := time.Now()
	w.deliver()
	if m := w.only(); time.Since(began) > 5*time.Second || m.Error == "" {
		t.Errorf("%v, %+v", time.Since(began), m)
	}
}

func TestTwoSendersSendAMailOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range 10 {
			w.invite("ann@x.example")
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { _ = w.sender.Deliver(ctx) })
		}
		all.Wait()
		if n := len(w.server.mails()); n != 10 {
			t.Errorf("10 mails went %d times", n)
		}
	})
}

func TestInDevelopmentMailsCanBeReadInstead(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.sender.Transport = nil
		w.invite("ann@x.example")
		w.deliver()
		all, err := w.outbox.Read(ctx, "", 10)
		if err != nil || len(all) != 1 || all[0].Sent.IsZero() || !strings.Contains(all[0].Text, "SECRET") || !strings.Contains(all[0].HTML, "SECRET") {
			t.Errorf("%+v %v", all, err)
		}
		listed, err := w.outbox.List(ctx, "", 10)
		if err != nil || len(listed) != 1 || listed[0].Body != "" {
			t.Errorf("operators see no text: %+v %v", listed, err)
		}
		w.pass(40 * 24 * time.Hour)
		if err := w.sender.Tidy(ctx); err != nil {
			t.Fatal(err)
		}
		if all, _ := w.outbox.Read(ctx, "", 10); len(all) != 0 {
			t.Errorf("old mails stay: %+v", all)
		}
	})
}

func TestAMailIsOfTheCommitThatCausesIt(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		err := w.db.Write(ctx, "", func(tx *store.Tx) error {
			if err := w.outbox.Post(ctx, tx, mail.Notice(product.Default(), "ann@x.example", "Your password was changed", w.now())); err != nil {
				return err
			}
			return identity.Errorf(identity.Invalid, "", "no")
		})
		if all, _ := w.db.Mails(ctx, "", 10); err == nil || len(all) != 0 {
			t.Errorf("a mail of what never happened: %+v", all)
		}
	})
}

func TestTheSenderRunsUntilItIsStoppedAndWakesAtOnce(t *testing.T) {
	w := begin(t, t.TempDir())
	running, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { w.sender.Run(running) })
	w.invite("ann@x.example")
	w.outbox.Ring()
	for end := time.Now().Add(5 * time.Second); len(w.server.mails()) == 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	done.Wait()
	if len(w.server.mails()) != 1 {
		t.Error("nothing was sent within five seconds")
	}
}

func TestANameOfAWorkspaceIsNoMoreThanANameInALetter(t *testing.T) {
	name := "Acme.\r\n\r\nYour account is locked.\u2028Sign in at https://evil.example/login \u202egnol " + strings.Repeat("and on ", 100)
	l := mail.Invitation(product.Default(), "ann@x.example", name, "https://id.example/link/SECRET", time.Now())
	for what, text := range map[string]string{"subject": l.Subject, "button": l.Button, "text": l.Paragraphs[0]} {
		if strings.ContainsAny(text, "\r\n\u2028\u202e") || len([]rune(text)) > 80+80 || !strings.Contains(text, "Acme.") {
			t.Errorf("%s: %q", what, text)
		}
	}
}

func TestWhatIsFeignedIsNotMailed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		l := mail.Reset(product.Default(), "ann@x.example", "https://id.example/reset/SECRET", w.now())
		if err := w.db.Write(ctx, "", func(tx *store.Tx) error { return w.outbox.Feign(ctx, tx, l) }); err != nil {
			t.Fatal(err)
		}
		w.deliver()
		if all, err := w.db.Mails(ctx, "", 10); err != nil || len(all) != 0 || len(w.server.mails()) != 0 {
			t.Errorf("%+v %v", all, err)
		}
	})
}
