package store

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// RequestFilter says which requests of the provisioning log to list. The zero
// filter means all of them.
type RequestFilter struct {
	Failed     bool                  // only those with a status of 400 or more
	Connection identity.ConnectionID // only its tokens'
	Subject    string                // only those about this SCIM id
	ClientID   string                // only those with this id of the directory's own (P08)
	Before     identity.RequestID    // only older ones than this: the last page's Next
	Since      time.Time             // only those that came in at this time or later
}

// RequestPage is a part of the provisioning log, newest first.
type RequestPage struct {
	Requests []identity.Request
	Next     identity.RequestID // where older ones may begin; "" when there are none
}

// maxLooked bounds the entries that are looked at for one page: more of them are
// the next page's, which may then be empty.
const maxLooked = 20_000

// aboveRequests is above every id of a request, in any collation.
const aboveRequests = identity.RequestID("req_zzzzzzzzzzzzzzzzzzzzzzzzzzz")

// RequestsWhere lists up to limit requests that a filter lets through. It takes
// the same time however long the log is; a page may be shorter than the limit
// and still name a next one.
func (r *Reader) RequestsWhere(ctx context.Context, f RequestFilter, limit int) (RequestPage, error) {
	if f.Before == "" {
		f.Before = aboveRequests
	}
	actors, err := r.actorsOf(ctx, f.Connection)
	if err != nil || f.Connection != "" && len(actors) == 0 {
		return RequestPage{}, err
	}
	since := identity.RequestID("")
	if !f.Since.IsZero() {
		since = identity.RequestIDAt(f.Since)
	}
	switch pattern := f.pattern(); {
	case pattern != "":
		return r.searchedPage(ctx, f, since, pattern, actors, limit)
	case actors != nil:
		return r.siftedPage(ctx, f, since, actors, limit)
	}
	return r.plainPage(ctx, f, since, limit)
}

// plainPage is answered by an index alone.
func (r *Reader) plainPage(ctx context.Context, f RequestFilter, since identity.RequestID, limit int) (p RequestPage, err error) {
	text := `SELECT id, status, entry FROM request_log WHERE workspace_id = $1 AND id < $2 AND id >= $3 ORDER BY id DESC LIMIT $4 + 0`
	if f.Failed {
		text = `SELECT id, status, entry FROM request_log WHERE workspace_id = $1 AND id < $2 AND id >= $3 AND status >= 400 ORDER BY id DESC LIMIT $4 + 0`
	}
	p.Requests, err = many(ctx, r.q, scanRequest, text, r.ws, f.Before, since, limit+1)
	p.cut(limit)
	return p, err
}

// cut leaves limit requests, and says where the others begin.
func (p *RequestPage) cut(limit int) {
	if len(p.Requests) > limit {
		p.Requests = p.Requests[:limit]
		p.Next = p.Requests[limit-1].ID
	}
}

// siftedPage reads plain pages until enough of their requests are let through.
func (r *Reader) siftedPage(ctx context.Context, f RequestFilter, since identity.RequestID, actors []string, limit int) (p RequestPage, err error) {
	const step = 500
	for looked := 0; ; looked += step {
		part, err := r.plainPage(ctx, f, since, step)
		if err != nil {
			return p, err
		}
		for i := range part.Requests {
			if f.lets(&part.Requests[i], actors) {
				p.Requests = append(p.Requests, part.Requests[i])
			}
		}
		if p.cut(limit); p.Next != "" {
			return p, nil
		}
		if f.Before = part.Next; part.Next == "" || looked+step >= maxLooked {
			p.Next = part.Next
			return p, nil
		}
	}
}

// searchedPage has the database look for entries with a text in them.
func (r *Reader) searchedPage(ctx context.Context, f RequestFilter, since identity.RequestID, pattern string, actors []string, limit int) (p RequestPage, err error) {
	newest := `(SELECT id, status, entry FROM request_log WHERE workspace_id = $1 AND id < $2 AND id >= $3 ORDER BY id DESC LIMIT $4 + 0) u`
	if f.Failed {
		newest = `(SELECT id, status, entry FROM request_log WHERE workspace_id = $1 AND id < $2 AND id >= $3 AND status >= 400 ORDER BY id DESC LIMIT $4 + 0) u`
	}
	all, err := many(ctx, r.q, scanRequest, `SELECT id, status, entry FROM `+newest+` WHERE entry LIKE $5 ESCAPE '!' ORDER BY id DESC`,
		r.ws, f.Before, since, maxLooked, "%"+pattern+"%")
	if err != nil {
		return p, err
	}
	for i := range all {
		if f.lets(&all[i], actors) {
			p.Requests = append(p.Requests, all[i])
		}
	}
	if p.cut(limit); p.Next != "" {
		return p, nil
	}
	last, _, err := one(ctx, r.q, scanText, `SELECT coalesce(min(id), '') FROM `+newest+` HAVING count(*) >= `+strconv.Itoa(maxLooked), r.ws, f.Before, since, maxLooked)
	p.Next = identity.RequestID(last)
	return p, err
}

// pattern is the text that every entry has which the filter lets through, made
// fit for LIKE; "" when there is none.
func (f *RequestFilter) pattern() string {
	for _, t := range []struct{ name, value string }{{"client_id", f.ClientID}, {"subject", f.Subject}} {
		if t.value != "" {
			value, _ := json.Marshal(t.value) // text always marshals
			return likeLiteral(`"` + t.name + `":` + string(value))
		}
	}
	return ""
}

var likeLiteral = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace

func (f *RequestFilter) lets(q *identity.Request, actors []string) bool {
	return (f.ClientID == "" || q.ClientID == f.ClientID) && (f.Subject == "" || q.Subject == f.Subject) && (actors == nil || slices.Contains(actors, q.Actor))
}

// actorsOf gives the tokens of a connection as the log names them; nil when none
// is asked for.
func (r *Reader) actorsOf(ctx context.Context, id identity.ConnectionID) ([]string, error) {
	if id == "" {
		return nil, nil
	}
	out, err := many(ctx, r.q, scanText, `SELECT id FROM token WHERE workspace_id = $1 AND connection_id = $2 ORDER BY id`, r.ws, id)
	for i := range out {
		out[i] = identity.Actor{Kind: identity.ActorToken, ID: out[i]}.String()
	}
	return out, err
}

// Request finds a request by its id, or by the id that the directory gave it,
// among the newest 20,000 (P08).
func (r *Reader) Request(ctx context.Context, id string) (identity.Request, bool, error) {
	q, found, err := one(ctx, r.q, scanRequest, requestByID, r.ws, id)
	if err != nil || found || id == "" {
		return q, found, err
	}
	p, err := r.RequestsWhere(ctx, RequestFilter{ClientID: id}, 1)
	if err != nil || len(p.Requests) == 0 {
		return q, false, err
	}
	return p.Requests[0], true, nil
}

const requestByID = `SELECT id, status, entry FROM request_log WHERE workspace_id = $1 AND id = $2`
