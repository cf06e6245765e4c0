package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/smtp"
	"net/textproto"
	"time"
)

// SMTP hands mail to a server (RFC 5321). Unless InsecurePlain is set it goes
// encrypted or not at all.
type SMTP struct {
	Address       string          // host:port of the server; port 465 speaks TLS from the first byte (RFC 8314 §3.3)
	From          netmail.Address // who the mail is from
	UserName      string          // "" when the server wants none
	Password      string
	Hello         string        // our own name; "" means localhost
	Timeout       time.Duration // of a whole delivery; 0 means a minute
	TLS           *tls.Config   // nil is what is usual
	InsecurePlain bool          // do without TLS when the server does not offer it
}

const (
	implicitPort = "465"
	dialTimeout  = 10 * time.Second
)

// Deliver hands one message over.
func (s *SMTP) Deliver(ctx context.Context, m *Message) error {
	if err := CheckAddress(m.To); err != nil {
		return err
	}
	message, err := m.Bytes(&s.From)
	if err != nil {
		return err
	}
	timeout := s.Timeout
	if timeout <= 0 {
		timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	c, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // after QUIT it is closed already
	if err := s.greet(c); err != nil {
		return err
	}
	return hand(c, s.From.Address, m.To, message)
}

func hand(c *smtp.Client, from, to string, message []byte) error {
	if err := c.Mail(from); err != nil {
		return fmt.Errorf("MAIL FROM: %w", err)
	}
	if err := c.Rcpt(to); err != nil {
		return refusal("RCPT TO", err)
	}
	w, err := c.Data()
	if err != nil {
		return fmt.Errorf("DATA: %w", err)
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return refusal("end of DATA", err)
	}
	_ = c.Quit() // the server has the mail, whatever becomes of the farewell
	return nil
}

// refusal says what the server answered, and whether it is about this mail for
// good: a wrong password of ours must not cost anybody's mail.
func refusal(step string, err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 500 { // RFC 5321 §4.2.1
		return fmt.Errorf("%s: %w: %w", step, ErrRefused, err)
	}
	return fmt.Errorf("%s: %w", step, err)
}

// dial connects; the connection ends with ctx.
func (s *SMTP) dial(ctx context.Context) (*smtp.Client, error) {
	host, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, fmt.Errorf("the mail server's address is host:port: %w", err)
	}
	conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return nil, err
	}
	if end, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(end); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	if port == implicitPort {
		conn = tls.Client(conn, s.config(host))
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return c, nil
}

func (s *SMTP) config(host string) *tls.Config {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		conf = s.TLS.Clone()
	}
	if conf.ServerName == "" {
		conf.ServerName = host
	}
	return conf
}

var errPlain = errors.New("the mail server does not offer STARTTLS, and mail is not sent in the clear")

// greet says hello, turns encryption on, and signs in.
func (s *SMTP) greet(c *smtp.Client) error {
	if s.Hello != "" {
		if err := c.Hello(s.Hello); err != nil {
			return fmt.Errorf("EHLO: %w", err)
		}
	}
	host, _, _ := net.SplitHostPort(s.Address)
	if _, encrypted := c.TLSConnectionState(); !encrypted {
		offered, _ := c.Extension("STARTTLS") // RFC 3207
		switch {
		case offered:
			if err := c.StartTLS(s.config(host)); err != nil {
				return fmt.Errorf("STARTTLS: %w", err)
			}
		case !s.InsecurePlain:
			return errPlain
		}
	}
	if s.UserName == "" {
		return nil
	}
	if err := c.Auth(smtp.PlainAuth("", s.UserName, s.Password, host)); err != nil { // RFC 4954
		return fmt.Errorf("AUTH: %w", err)
	}
	return nil
}
