package mail

import (
	"bytes"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Message is a mail on its way out.
type Message struct {
	ID                      identity.MailID
	To, Subject, Text, HTML string
	At                      time.Time
}

// Bytes gives the message as it goes over the wire (RFC 5322), with the text and
// its HTML alternative (RFC 2046 §5.1.4). Headers are encoded (RFC 2047), so
// that no value can begin another.
func (m *Message) Bytes(from *netmail.Address) ([]byte, error) {
	var out bytes.Buffer
	parts := multipart.NewWriter(&out)
	_, domain, _ := strings.Cut(from.Address, "@")
	for _, h := range [][2]string{
		{"From", from.String()},
		{"To", (&netmail.Address{Address: m.To}).String()},
		{"Subject", mime.QEncoding.Encode("utf-8", oneLine(m.Subject))},
		{"Date", m.At.UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + string(m.ID) + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834 §5
		{"MIME-Version", "1.0"},
		{"Content-Type", `multipart/alternative; boundary="` + parts.Boundary() + `"`},
	} {
		out.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	out.WriteString("\r\n")
	for _, p := range [][2]string{{"text/plain; charset=utf-8", m.Text}, {"text/html; charset=utf-8", m.HTML}} {
		if err := part(parts, p[0], p[1]); err != nil {
			return nil, err
		}
	}
	err := parts.Close()
	return out.Bytes(), err
}

func part(w *multipart.Writer, kind, text string) error {
	p, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {kind}, "Content-Transfer-Encoding": {"quoted-printable"}})
	if err != nil {
		return err
	}
	q := quotedprintable.NewWriter(p)
	if _, err := q.Write([]byte(text)); err != nil {
		return err
	}
	return q.Close()
}
