package store

import (
	"context"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// explainer answers every query with nothing, after asking SQLite how it would
// have gone about it.
type explainer struct {
	t    *testing.T
	on   querier
	plan []string
}

// exec explains changes; what is only inserted looks nothing up.
func (e *explainer) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if strings.HasPrefix(text, "INSERT") {
		return 1, nil
	}
	_, err := e.query(ctx, text, args...)
	return 1, err
}

func (e *explainer) query(ctx context.Context, text string, args ...any) (rows, error) {
	steps, err := many(ctx, e.on, func(s scanner) (detail string, err error) {
		err = s.Scan(new(int), new(int), new(int), &detail)
		return detail, err
	}, "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		e.t.Errorf("%s: %v", text, err)
	}
	e.plan = append(e.plan, steps...)
	return nothing{}, nil
}

// Costs stay flat only while every look-up is answered by the index that has
// its value: a planner that walks another index for the sake of its order is
// right on ten people and wrong on 100,000.
func TestEveryLookUpIsAnsweredByItsOwnIndex(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Database: t.TempDir(), InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ws := identity.WorkspaceID("ws_1")
	key := func(name string) func(r *Reader) {
		return func(r *Reader) { _, _ = r.Users(ctx, Key{Name: name, Value: "v"}, 10) }
	}
	for name, c := range map[string]struct {
		ask  func(r *Reader)
		want []string
	}{
		"user by id":              {func(r *Reader) { _, _, _ = r.User(ctx, "x") }, []string{"member_resource (workspace_id=? AND resource_id=?)"}},
		"by userName":             {key(KeyUserName), []string{"member_user (workspace_id=? AND user_key=?)"}},
		"by externalId":           {key(KeyExternalID), []string{"member_external (workspace_id=? AND external_id=?)"}},
		"by displayName":          {key(KeyDisplayName), []string{"member_display (workspace_id=? AND display_key=?)"}},
		"by address":              {key(KeyAddress), []string{"member_address (workspace_id=? AND address_key=?)", "(workspace_id=? AND name=? AND value=?)"}},
		"by a match attribute":    {key("microsoftId"), []string{"(workspace_id=? AND name=? AND value=?)", "(workspace_id=? AND id=?)"}},
		"member by a held name":   {func(r *Reader) { _, _, _ = r.MemberByHeldName(ctx, "x") }, []string{"member_held (workspace_id=? AND held_key=?)"}},
		"ids of a member":         {func(r *Reader) { _, _ = r.RetiredOf(ctx, "m") }, []string{"retired_member (workspace_id=? AND member_id=?)"}},
		"members by a key":        {func(r *Reader) { _, _ = r.MembersByKey(ctx, Key{Name: "microsoftId"}) }, []string{"(workspace_id=? AND name=? AND value=?)"}},
		"members by externalId":   {func(r *Reader) { _, _ = r.MembersByKey(ctx, Key{Name: KeyExternalID}) }, []string{"member_external (workspace_id=? AND external_id=?)"}},
		"member by userName":      {func(r *Reader) { _, _, _ = r.MemberByUserName(ctx, "x") }, []string{"member_user (workspace_id=? AND user_key=?)"}},
		"member by address":       {func(r *Reader) { _, _, _ = r.MemberByAddress(ctx, "x") }, []string{"member_address (workspace_id=? AND address_key=?)"}},
		"a page behind an anchor": {func(r *Reader) { _, _, _ = r.UsersAfter(ctx, "x", 10) }, []string{"member_resource (workspace_id=? AND resource_id>?)"}},
		"groups of a member":      {func(r *Reader) { _, _ = r.GroupsOf(ctx, "m") }, []string{"membership_member (workspace_id=? AND member_id=?)", "(workspace_id=? AND id=?)"}},
		"members of a group":      {func(r *Reader) { _, _ = r.MembersOf(ctx, "g") }, []string{"(workspace_id=? AND group_id=?)", "(workspace_id=? AND id=?)"}},
		"group by name":           {func(r *Reader) { _, _ = r.Groups(ctx, Key{Name: KeyDisplayName}, 1) }, []string{"user_group_display (workspace_id=? AND display_key=?)"}},
		"group by externalId":     {func(r *Reader) { _, _ = r.Groups(ctx, Key{Name: KeyExternalID}, 1) }, []string{"user_group_external (workspace_id=? AND external_id=?)"}},
		"parked under a value":    {func(r *Reader) { _, _ = r.ParkedFor(ctx, "x") }, []string{"parked_value (workspace_id=? AND value_key=?)"}},
		"history of a subject":    {func(r *Reader) { _, _ = r.ChangesOf(ctx, "x", 1) }, []string{"change_log_subject (workspace_id=? AND subject_id=?)", "(workspace_id=? AND seq=?)"}},
		"changes behind a number": {func(r *Reader) { _, _ = r.Changes(ctx, 1, 1) }, []string{"(workspace_id=? AND seq>?)", "(workspace_id=? AND seq=?)"}},
		"older requests":          {func(r *Reader) { _, _ = r.Requests(ctx, "x", 1) }, []string{"(workspace_id=? AND id<?)"}},

		"whose subject it is":    {func(r *Reader) { _, _, _ = r.Subject(ctx, "c", "i", "s") }, []string{"(workspace_id=? AND connection_id=? AND issuer=? AND subject=?)"}},
		"subjects of a member":   {func(r *Reader) { _, _ = r.SubjectsOf(ctx, "m") }, []string{"subject_member (workspace_id=? AND member_id=?)"}},
		"how a member is linked": {func(r *Reader) { _, _, _ = r.Linking(ctx, "m") }, []string{"(workspace_id=? AND member_id=?)", "(workspace_id=? AND connection_id=?)"}},
		"a sign-on request":      {func(r *Reader) { _, _, _ = r.SignOnRequest(ctx, "x") }, []string{"(workspace_id=? AND id=?)"}},
		"a trace":                {func(r *Reader) { _, _, _ = r.Trace(ctx, "x") }, []string{"(workspace_id=? AND code=?)"}},
		"traces of late":         {func(r *Reader) { _, _ = r.Traces(ctx, TraceFilter{}, 10) }, []string{"trace_at (workspace_id=? AND (at,code)<(?,?))"}},
		"sessions at a provider": {func(r *Reader) { _, _ = r.SessionsAtProvider(ctx, "c", "s", "") }, []string{"session_provider (connection_id=? AND subject=?)"}},
		"where a person is":      {func(r *Reader) { _, _ = memberships(ctx, r.q, "p") }, []string{"member_person_person (person_id=?)", "(workspace_id=? AND id=?)", "(workspace_id=? AND connection_id=?)"}},
		"a session":              {func(r *Reader) { _, _, _ = sessionByHash(ctx, r.q, "h") }, []string{"(hash=?)", "connection_once (id=?)"}},
		"whose a connection is":  {func(r *Reader) { _, _, _ = connectionPlace(ctx, r.q, "c") }, []string{"connection_once (id=?)"}},
	} {
		e := &explainer{t: t, on: s.engine.reader()}
		c.ask(&Reader{ws: ws, q: e, s: s})
		e.judge(name, c.want)
	}
}

// judge fails when what was explained does not use the indexes, or scans, or sorts.
func (e *explainer) judge(name string, want []string) {
	e.t.Helper()
	plan := strings.Join(e.plan, "\n")
	for _, want := range want {
		if !strings.Contains(plan, want) {
			e.t.Errorf("%s: the plan does not use %s:\n%s", name, want, plan)
		}
	}
	chosen := strings.ReplaceAll(plan, "SCAN u", "") // u is what a subquery chose
	if strings.Contains(chosen, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
		e.t.Errorf("%s: the plan scans or sorts:\n%s", name, plan)
	}
}

// explained is an engine whose every reader explains.
type explained struct {
	engine
	e *explainer
}

func (x explained) reader() querier { return x.e }

// What people sign in with is asked of the deployment, not of a workspace.
func TestEveryLookUpOfAnAccountIsAnsweredByItsOwnIndex(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Database: t.TempDir(), InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := s.Now()
	for name, c := range map[string]struct {
		ask  func(s *Store, tx *Tx)
		want []string
	}{
		"person by id":         {func(s *Store, _ *Tx) { _, _, _ = s.Person(ctx, "p") }, []string{"(id=?)"}},
		"person by address":    {func(s *Store, _ *Tx) { _, _, _ = s.PersonByAddress(ctx, "a") }, []string{"(address_key=?)"}},
		"person by reset":      {func(s *Store, _ *Tx) { _, _, _ = s.PersonByReset(ctx, "h", now) }, []string{"(hash=?)", "(id=?)"}},
		"recovery codes left":  {func(s *Store, _ *Tx) { _, _ = s.RecoveryLeft(ctx, "p") }, []string{"(person_id=?"}},
		"session by secret":    {func(s *Store, _ *Tx) { _, _, _ = s.SessionByHash(ctx, "h") }, []string{"(hash=?)"}},
		"sessions of a person": {func(s *Store, _ *Tx) { _, _ = s.Sessions(ctx, "p") }, []string{"session_person (person_id=?)"}},
		"workspaces of a person": {func(s *Store, _ *Tx) { _, _ = s.Memberships(ctx, "p") },
			[]string{"member_person_person (person_id=?)", "(workspace_id=? AND id=?)"}},
		"person of a member":   {func(_ *Store, tx *Tx) { _, _, _ = tx.PersonOf(ctx, "m") }, []string{"(workspace_id=? AND member_id=?)"}},
		"members of a person":  {func(_ *Store, tx *Tx) { _, _ = tx.MembersOfPerson(ctx, "p") }, []string{"(person_id=? AND workspace_id=?)"}},
		"passkeys of a person": {func(s *Store, _ *Tx) { _, _ = s.Passkeys(ctx, "p") }, []string{"passkey_person (person_id=?)"}},
		"link by secret":       {func(s *Store, _ *Tx) { _, _, _ = s.LinkByHash(ctx, "h") }, []string{"link_hash (hash=?)"}},
		"links":                {func(_ *Store, tx *Tx) { _, _ = tx.Links(ctx) }, []string{"(workspace_id=?)"}},
		"mail that is due":     {func(s *Store, _ *Tx) { _, _ = s.MailsDue(ctx, now, 1) }, []string{"mail_due (due<?)"}},
		"mails":                {func(s *Store, _ *Tx) { _, _ = s.Mails(ctx, "", 1) }, []string{"(id<?)"}},
		"set a password":       {func(_ *Store, tx *Tx) { _, _ = tx.SetPassword(ctx, "p", "a", "b") }, []string{"(id=?)"}},
		"use a recovery code":  {func(_ *Store, tx *Tx) { _, _ = tx.UseRecovery(ctx, "p", "h", now) }, []string{"(person_id=? AND hash=?)"}},
		"use a reset":          {func(_ *Store, tx *Tx) { _, _ = tx.UseReset(ctx, "h", "p", now) }, []string{"(hash=?)", "password_reset_person (person_id=?)"}},
		"end sessions":         {func(_ *Store, tx *Tx) { _, _ = tx.EndSessions(ctx, "p", "") }, []string{"session_person (person_id=?"}},
		"people by their members": {func(s *Store, _ *Tx) { _, _ = s.PeopleByMember(ctx, "a") },
			[]string{"member_person_address (address_key=?)", "(workspace_id=? AND id=?)"}},
		"hold a person":   {func(_ *Store, tx *Tx) { _, _, _ = tx.HoldPerson(ctx, "p", "x") }, []string{"(id=?)"}},
		"hold a session":  {func(_ *Store, tx *Tx) { _, _, _ = tx.HoldSession(ctx, "p", "h") }, []string{"(id=?)", "(hash=?)"}},
		"move an address": {func(_ *Store, tx *Tx) { _, _ = tx.MoveAddress(ctx, "p", "a") }, []string{"(id=?)", "(address_key=?)"}},
		"count passkeys":  {func(_ *Store, tx *Tx) { _, _ = tx.CountPasskeys(ctx, "p") }, []string{"passkey_person (person_id=?)"}},
		"a member who moves": {func(_ *Store, tx *Tx) {
			_ = tx.turnMember(ctx, &identity.Member{Address: "a"}, &identity.Member{ID: "m"})
		},
			[]string{"(workspace_id=? AND member_id=?)", "link_member"}},
		"bar a member":      {func(_ *Store, tx *Tx) { _ = tx.BarMember(ctx, "m") }, []string{"(workspace_id=? AND member_id=?)"}},
		"links of a member": {func(_ *Store, tx *Tx) { _ = tx.RevokeLinksOf(ctx, "m", now) }, []string{"link_member (workspace_id=? AND member_id=?)"}},
		"use a link":        {func(_ *Store, tx *Tx) { _, _ = tx.UseLink(ctx, "l", now) }, []string{"(workspace_id=? AND id=?)"}},
		"tidy":              {func(_ *Store, tx *Tx) { _ = tx.TidyAccounts(ctx, now) }, []string{"session_expires", "password_reset_expires", "spent_expires"}},
		"tidy mails":        {func(_ *Store, tx *Tx) { _ = tx.TidyMails(ctx, "mail_0") }, []string{"(id<?)"}},
	} {
		e := &explainer{t: t, on: s.engine.reader()}
		other := &Store{engine: explained{s.engine, e}, now: s.now}
		c.ask(other, &Tx{Reader: Reader{ws: "ws_1", q: e, s: other}, tally: &Tally{}})
		e.judge(name, c.want)
	}
}
