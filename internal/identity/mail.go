package identity

import "time"

// Mail is a message in the outbox.
type Mail struct {
	ID      MailID
	To      string
	Subject string
	Body    string // sealed; "" once it is of no more use
	Created time.Time
	Due     time.Time // when to try, or to try again
	Tries   int64
	Sent    time.Time // zero: not yet
	Failed  time.Time // zero: not given up
	Error   string    // of the last try
}
