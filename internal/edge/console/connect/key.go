package connect

import (
	"encoding/pem"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// key is one of our own keys in SAML.
type key struct {
	signin.ServiceKey
	Text  string // its certificate, PEM
	Word  string // what it does
	Until time.Time
}

func keysOf(q *frame.Request, ws identity.WorkspaceID) (out []key, err error) {
	words := map[signin.KeyState]string{
		signin.KeyNext: "Signs next", signin.KeyCurrent: "Signs and decrypts", signin.KeyOld: "Decrypts only",
	}
	all, err := q.SignIn.ServiceKeys(q.Context(), ws)
	for _, k := range all {
		if k.State != signin.KeyRetired {
			text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate.Raw}))
			out = append(out, key{ServiceKey: k, Text: text, Word: words[k.State], Until: k.Certificate.NotAfter})
		}
	}
	return out, err
}

// rotateKey makes our next key, has the one that waits sign now, or ends an old
// one. They are the workspace's: every connector of it has the same.
func rotateKey(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	ctx, ws, id := q.Context(), q.Workspace.ID, q.Field("key")
	var said string
	switch q.Field("do") {
	case "use":
		err, said = q.SignIn.UseKey(ctx, ws, id, q.Origin()), "The new key signs from now on. The old one still decrypts."
	case "retire":
		err, said = q.SignIn.RetireKey(ctx, ws, id, q.Origin()), "The old key is retired."
	default:
		_, err = q.SignIn.RotateKey(ctx, ws, q.Origin())
		said = "The next key is published in our metadata. It signs in a day, or as soon as you say so."
	}
	if err != nil {
		return q.Again(err, showSAML)
	}
	return q.Redirect(to(q, p.ID, "saml")+"#ours", said)
}
