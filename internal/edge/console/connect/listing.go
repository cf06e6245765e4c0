package connect

import (
	"net/http"
	"strconv"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/listing"
)

// pack is what the catalogues of identity providers want to know of the product
// (W19). It holds nothing of any workspace.
func pack(q *frame.Request) []listing.File {
	return listing.Pack(q.Product, listing.Address{Base: q.BaseURL, SCIM: q.SCIMURL(listing.Placeholder)})
}

func showListing(q *frame.Request) error {
	return q.Render(frame.Page{
		Title: "Catalogue listing", State: "What the catalogues of identity providers ask about " + q.Product.Name + ", filled in from its definition.",
		Nav: frame.NavSSO, Tabs: homeTabs(q, "listing"), Template: "connect/listing", Data: pack(q),
	})
}

// sendListing sends one of the texts, or all of them as pack.zip.
func sendListing(q *frame.Request) error {
	name := q.Part("file")
	if name == "pack.zip" {
		return sendPack(q)
	}
	for _, f := range pack(q) {
		if f.Name == name {
			return send(q, f.Name, "text/plain; charset=utf-8", []byte(f.Text))
		}
	}
	return identity.Errorf(identity.NotFound, "", "there is no such file")
}

func sendPack(q *frame.Request) error {
	body, err := listing.Zip(pack(q))
	if err != nil {
		return err
	}
	return send(q, "pack.zip", "application/zip", body)
}

func send(q *frame.Request, name, kind string, body []byte) error {
	h := q.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	q.W.WriteHeader(http.StatusOK)
	_, _ = q.W.Write(body) // that it did not arrive is no failure of ours
	return nil
}
