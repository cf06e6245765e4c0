package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// digits are those of a code that is read out: without look-alikes.
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newCode makes the code of a trace: the rule, or OK, and five digits by chance.
func newCode(rule explain.Code) string {
	var b [5]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = digits[b[i]%32]
	}
	if rule == "" {
		rule = "OK"
	}
	return string(rule) + "-" + string(b[:])
}

// Trace finds one of a workspace's sign-ins, or refusals, by the code that was
// shown; "" is the operator's workspace. False means that no such code is kept.
func (s *Service) Trace(ctx context.Context, ws identity.WorkspaceID, code string) (identity.Trace, bool, error) {
	return s.conf.Store.Read(ws).Trace(ctx, strings.ToUpper(strings.TrimSpace(code)))
}

// TraceFilter says which sign-ins are listed; what is zero does not narrow.
type TraceFilter struct {
	Refused    bool // only those that were refused
	Good       bool // only those that went well
	Connection identity.ConnectionID
	Member     identity.MemberID
	Rule       string
}

// mostTraces is how many are listed at once.
const mostTraces = 200

// Traces lists up to limit sign-ins of a workspace, newest first, from behind a
// cursor, "" for the newest; next is that of the following page, "" when there is
// none. A cursor that is not ours begins anew.
func (s *Service) Traces(ctx context.Context, ws identity.WorkspaceID, f TraceFilter, limit int, cursor string) (all []identity.Trace, next string, err error) {
	limit = min(max(limit, 1), mostTraces)
	in := store.TraceFilter{Refused: f.Refused, Good: f.Good, Connection: f.Connection, Member: f.Member, Rule: f.Rule}
	at, code, _ := strings.Cut(cursor, ".")
	if t, err := time.Parse(time.RFC3339Nano, strings.ReplaceAll(at, "_", ".")); err == nil {
		in.Before, in.BeforeCode = t, code
	}
	all, err = s.conf.Store.Read(ws).Traces(ctx, in, limit+1)
	if err != nil || len(all) <= limit {
		return all, "", err
	}
	last := &all[limit-1]
	return all[:limit], strings.ReplaceAll(last.At.Format(time.RFC3339Nano), ".", "_") + "." + last.Code, nil
}

const tidyEvery = time.Hour

// tidy removes, once an hour, what is kept no longer: traces, requests, and the
// memory of assertions that could not be shown again anyway.
func (s *Service) tidy(ctx context.Context) error {
	now := s.conf.Store.Now()
	if last := s.tidied.Load(); now.UnixMicro()-last < tidyEvery.Microseconds() || !s.tidied.CompareAndSwap(last, now.UnixMicro()) {
		return nil
	}
	const step = 500
	for n := int64(step); n == step; {
		err := s.conf.Store.Write(ctx, "", func(tx *store.Tx) (err error) {
			n, err = tx.TidyTraces(ctx, now.Add(-s.conf.TraceKept), step)
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.conf.Store.Write(ctx, "", func(tx *store.Tx) error { return tx.TidySignOns(ctx, now.Add(-time.Hour)) })
}

// flow is one sign-in on its way, and the trace of it.
type flow struct {
	s          *Service
	w          identity.Workspace // zero when nobody knows whose it is
	connection identity.Connection
	on         identity.SignOn
	client     account.Client
	trace      identity.Trace

	request  store.SignOnRequest
	asked    asked
	spent    bool // the request was used up already
	verified bool // what came is what the provider has said
	said     identity.Assertion
	token    string          // the ID token, as it came
	stale    []store.Subject // of a member who was deleted
	out      Outcome
	report   Report
}

// newFlow begins a trace.
func (s *Service) newFlow(w identity.Workspace, p identity.Protocol, c account.Client) *flow {
	now := s.conf.Store.Now()
	return &flow{
		s: s, w: w, client: c,
		trace: identity.Trace{Workspace: w.ID, Protocol: p, At: now, RequestID: identity.NewRequestID(now)},
	}
}

// step notes that something went well.
func (f *flow) step(what string, show ...identity.Field) {
	f.trace.Steps = append(f.trace.Steps, identity.TraceStep{At: f.s.conf.Store.Now(), What: what, Good: true, Show: shown(show)})
}

// shown leaves out what is empty, and makes the rest fit on a line.
func shown(fields []identity.Field) (out []identity.Field) {
	for _, v := range fields {
		if v.Value != "" {
			out = append(out, identity.Field{Name: v.Name, Value: cut(v.Value)})
		}
	}
	return out
}

const longestShown = 300 // bytes

func cut(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return '·'
		}
		return r
	}, text)
	if len(text) > longestShown {
		text = strings.ToValidUTF8(text[:longestShown], "") + "…"
	}
	return text
}

// masked shows enough of a name to be known again by who knows it: a…@acme.example,
// 4f2c….
func masked(name string) string {
	if name == "" {
		return ""
	}
	if at := strings.LastIndexByte(name, '@'); at > 0 {
		first, _ := utf8.DecodeRuneInString(name)
		return string(first) + "…" + name[at:]
	}
	if r := []rune(name); len(r) > 8 {
		return string(r[:4]) + "…"
	}
	first, _ := utf8.DecodeRuneInString(name)
	return string(first) + "…"
}

// refuse ends a flow: the error is a *Refused when a rule has refused it, with its
// trace kept, and the error itself when it is our own failure.
func (f *flow) refuse(ctx context.Context, err error) error {
	var r *explain.Refusal
	if !errors.As(err, &r) {
		return err
	}
	rule, _ := explain.Find(r.Code)
	f.trace.Rule, f.trace.Expected, f.trace.Got = string(r.Code), r.Expected, r.Got
	f.trace.Steps = append(f.trace.Steps, identity.TraceStep{At: f.s.conf.Store.Now(), What: rule.Title, Show: shown([]identity.Field{{Name: "Expected", Value: r.Expected}, {Name: "Got", Value: r.Got}})})
	if r.Err != nil {
		f.s.conf.Log.Info("a sign-in was refused", "rule", r.Code, "workspace", f.w.ID, "error", r.Err)
	}
	f.trace.Code = newCode(r.Code)
	f.s.tries.Allow(keyOf(f.client))
	if f.worthKeeping() {
		if err := f.s.conf.Store.Write(ctx, f.w.ID, func(tx *store.Tx) error { return f.keepRefused(ctx, tx, r) }); err != nil {
			return err
		}
	}
	return &Refused{Workspace: f.w, Connection: f.trace.Connection, Code: f.trace.Code, Rule: string(r.Code), Test: f.trace.Test, Verified: f.verified, err: err}
}

// worthKeeping bounds how many traces strangers can fill a workspace's list with:
// what neither answers a request of this browser nor was signed counts little.
func (f *flow) worthKeeping() bool {
	if f.verified || f.request.ID != "" {
		return true
	}
	_, ok := f.s.noise.Allow(string(f.w.ID))
	return ok
}

// keepRefused keeps the trace of a refusal. What was verified counts as shown:
// neither the request nor the assertion is taken again.
func (f *flow) keepRefused(ctx context.Context, tx *store.Tx, r *explain.Refusal) error {
	if f.verified && r.Code != explain.AssertionReplayed {
		if err := f.spend(ctx, tx); err != nil && !errors.As(err, new(*explain.Refusal)) {
			return err
		}
	}
	if err := f.alarm(ctx, tx, r); err != nil {
		return err
	}
	return f.keep(ctx, tx)
}

// alarm writes into the change log what an operator has to look at: that the two
// verifiers of signatures disagree.
func (f *flow) alarm(ctx context.Context, tx *store.Tx, r *explain.Refusal) error {
	if r.Code != explain.SAMLDisagree {
		return nil
	}
	f.s.conf.Log.Error("the two verifiers of SAML signatures disagree; the response was refused", "workspace", f.w.ID, "connection", f.connection.ID, "code", f.trace.Code)
	o := identity.Origin{Actor: identity.Actor{Kind: identity.ActorSystem, ID: "verifier"}, Source: "signin", RequestID: f.trace.RequestID, At: f.trace.At}
	return tx.Log(ctx, o, identity.VerifiersDisagreed, identity.Subject{Kind: "connection", ID: string(f.connection.ID)}, []identity.Delta{{Field: "code", After: f.trace.Code}})
}

// keep writes the trace, under another code when its own is taken.
func (f *flow) keep(ctx context.Context, tx *store.Tx) error {
	for range 5 {
		ok, err := tx.InsertTrace(ctx, &f.trace)
		if ok || err != nil {
			return err
		}
		f.trace.Code = newCode(explain.Code(f.trace.Rule))
	}
	return fmt.Errorf("no free code was found for a trace")
}

// RefuseLoop is the refusal of a response that nobody asked for in a browser that
// a short while ago was sent to the provider because of one.
func (s *Service) RefuseLoop(ctx context.Context, u *Unasked) error {
	w, err := s.conf.Store.Read(u.Start.Workspace).Details(ctx)
	if err != nil {
		return err
	}
	f := s.newFlow(w, identity.SAML, u.Start.Client)
	f.trace.Connection = u.Start.Connection
	f.step("A response came that nobody asked for, again")
	return f.refuse(ctx, explain.Refuse(explain.ResponseLoop, "the provider's answer to our request", "another response that answers none"))
}
