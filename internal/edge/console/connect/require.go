package connect

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// requirePage is the page that says who has to sign in through the provider.
type requirePage struct {
	signin.Requirement
	Provider string // what people call it
	Stages   []stage
	People   string // the named ones' addresses, one a line
	Left     string // of the time to confirm
	Start    string // where to sign in through the provider
	Would    []refusable
	Older    string
	Exempted []exempted
	Days     []days
	For      string // whom the form of an exemption is for
}

// stage is one of the choices.
type stage struct {
	Mode        identity.RequireMode
	Title, Hint string
	On, Shut    bool
}

// refusable is somebody who signs in here today.
type refusable struct {
	signin.Refusable
	Name, Href, Why, Exempt string
}

// exempted is somebody who need not sign in through the provider for a time.
type exempted struct {
	signin.Exemption
	Name, Href, By string
}

// days is how long an exemption can last.
type days struct{ Name, Title, Hint string }

const wouldAtOnce = 25

func showRequire(q *frame.Request) error {
	r, err := q.SignIn.Requirement(q.Context(), q.Workspace.ID)
	if err != nil {
		return err
	}
	d := requirePage{Requirement: r, Start: "/sso/" + q.Workspace.Slug, For: q.Query("exempt")}
	if d.Provider, err = providerOf(q); err != nil {
		return err
	}
	d.Stages = stagesOf(q, &r, d.Provider)
	d.People = peopleOf(q, r.Named)
	d.Left = frame.Counted(int64((r.Rule.Until.Sub(q.Store.Now())+time.Minute-1)/time.Minute), "minute", "minutes")
	for _, n := range []int{1, 7, 30, 90} {
		d.Days = append(d.Days, days{Name: strconv.Itoa(n), Title: frame.Counted(int64(n), "day", "days")})
	}
	if err := d.list(q); err != nil {
		return err
	}
	return q.Render(frame.Page{Title: "Require SSO", State: requireState(q, &d), Nav: frame.NavSSO, Tabs: homeTabs(q, "require"), Template: "connect/require", Data: d})
}

// list fills in who would be refused and who is exempt.
func (d *requirePage) list(q *frame.Request) error {
	tell := told.New(q.Product, q.Store.Read(q.Workspace.ID))
	would, next, err := q.SignIn.WouldBeRefused(q.Context(), q.Workspace.ID, false, identity.MemberID(q.Query("after")), wouldAtOnce)
	if err != nil {
		return err
	}
	for _, w := range would {
		row := refusable{Refusable: w, Name: nameOf(&w.Member), Href: q.To("members", string(w.Member.ID)), Why: "has never signed in through it"}
		if w.Unlinked {
			row.Why = "signed in through a connector that is not in use now"
		}
		if w.Member.Address != "" {
			row.Exempt = w.Member.Address
		}
		d.Would = append(d.Would, row)
	}
	if next != "" {
		d.Older = q.To("settings", "sso", "require") + "?after=" + string(next) + "#would"
	}
	for _, e := range d.Exempt {
		by, err := tell.Actor(q.Context(), e.SetBy)
		if err != nil {
			return err
		}
		d.Exempted = append(d.Exempted, exempted{Exemption: e, Name: nameOf(&e.Member), Href: q.To("members", string(e.Member.ID)), By: by})
	}
	return nil
}

func nameOf(m *identity.Member) string { return cmp.Or(m.Name(), m.Address, "(no name)") }

// providerOf is what people call the provider that they sign in through.
func providerOf(q *frame.Request) (string, error) {
	all, err := q.SignIn.Choices(q.Context(), q.Workspace.ID)
	if err != nil || len(all) != 1 {
		return "your identity provider", err
	}
	if name := told.Connection(q.Product, &all[0].Connection); name != "the directory" {
		return name, nil
	}
	return "your identity provider", nil
}

func stagesOf(q *frame.Request, r *signin.Requirement, provider string) []stage {
	now := r.Rule.Mode
	if q.Has("mode") {
		now = identity.RequireMode(q.Field("mode"))
	}
	people := q.Product.Words.Members
	all := []stage{
		{Mode: identity.RequireOff, Title: "Off", Hint: "Who has signed in through " + provider + " goes on doing so. Everybody else may use a password or passkey."},
		{Mode: identity.RequireReport, Title: "Report only", Hint: "As off. It says that you are about to; below you see who would be refused."},
		{Mode: identity.RequirePeople, Title: "These " + people, Hint: "Only those named below have to. Begin with yourself."},
		{Mode: identity.RequireEveryone, Title: "Everyone", Hint: "No password or passkey counts in this " + q.Product.Words.Workspace + " any more, but of those who are exempt."},
	}
	for i := range all {
		all[i].On = all[i].Mode == now
		all[i].Shut = all[i].Mode.Enforced() && r.Proof == nil && !all[i].On
	}
	return all
}

// peopleOf writes the addresses of the named people, one's own when nobody is named.
func peopleOf(q *frame.Request, named []identity.Member) string {
	if q.Has("people") {
		return q.Field("people")
	}
	if len(named) == 0 {
		return q.Member.Address
	}
	var lines []string
	for i := range named {
		lines = append(lines, cmp.Or(named[i].Address, string(named[i].ID)))
	}
	return strings.Join(lines, "\n")
}

// requireState says in a line how it is.
func requireState(q *frame.Request, d *requirePage) string {
	local := frame.Counted(d.Locals, q.Product.Words.Member, q.Product.Words.Members)
	who := "Everyone has"
	if d.Rule.Mode == identity.RequirePeople {
		who = many(q, int64(len(d.Named)), "has", "have")
	}
	switch {
	case d.Pending:
		return who + " to sign in through " + d.Provider + ", which is settled once an administrator has done so."
	case d.Rule.Mode.Enforced():
		return who + " to sign in through " + d.Provider + "."
	case d.Rule.Mode == identity.RequireReport:
		return "Nobody is refused. " + local + " would be."
	}
	return "Nobody has to sign in through " + d.Provider + ". " + local + " could not without it."
}

// asked reads what the form asks for.
func asked(q *frame.Request) (mode identity.RequireMode, people []identity.Member, err error) {
	mode = identity.RequireMode(q.Field("mode"))
	if mode != identity.RequirePeople {
		return mode, nil, nil
	}
	r := q.Store.Read(q.Workspace.ID)
	lines := strings.FieldsFunc(q.Field("people"), func(c rune) bool { return c == '\n' || c == ',' || c == ';' })
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		m, found, err := r.MemberByAddress(q.Context(), identity.Fold(q.Product.Address(line)))
		if err == nil && !found {
			m, found, err = r.Member(q.Context(), identity.MemberID(line))
		}
		if err != nil {
			return mode, nil, err
		}
		if !found || m.State == identity.Inactive {
			return mode, nil, identity.Errorf(identity.Invalid, "people", "%s is no active %s here; write e-mail addresses, one on each line", line, q.Product.Words.Member)
		}
		if !slices.ContainsFunc(people, func(o identity.Member) bool { return o.ID == m.ID }) {
			people = append(people, m)
		}
	}
	if len(people) == 0 {
		err = identity.Errorf(identity.Invalid, "people", "Name at least one %s; yourself is a good beginning.", q.Product.Words.Member)
	}
	return mode, people, err
}

// review is the page that says what a stage changes, before it does.
type review struct {
	Mode   identity.RequireMode
	Button string
	Tight  bool // somebody is refused by it
	People string
	Lines  []line
}

// line is one thing that changes, with its icon.
type line struct{ Icon, Text string }

func reviewRequire(q *frame.Request) error {
	mode, people, err := asked(q)
	if err != nil {
		return q.Again(err, showRequire)
	}
	r, err := q.SignIn.Requirement(q.Context(), q.Workspace.ID)
	if err != nil {
		return err
	}
	provider, err := providerOf(q)
	if err != nil {
		return err
	}
	if mode.Enforced() && r.Proof == nil {
		return q.Again(identity.Errorf(identity.Invalid, "mode", "no administrator has signed in through a connector as it is set up now; do that once, then choose this"), showRequire)
	}
	d := review{Mode: mode, People: q.Field("people"), Tight: mode.Enforced(), Lines: effects(q, &r, mode, people, provider)}
	d.Button = map[identity.RequireMode]string{
		identity.RequireReport: "Report only", identity.RequirePeople: "Require it of them", identity.RequireEveryone: "Require it of everyone",
	}[mode]
	d.Button = cmp.Or(d.Button, "Switch it off")
	return q.Render(frame.Page{Title: d.Button, State: "Nothing is changed yet. This is what will happen.", Nav: frame.NavSSO,
		Trail: append(trail(q), frame.Link{Label: "Require SSO", Href: q.To("settings", "sso", "require")}), Template: "connect/review", Data: d})
}

// effects says in words what a stage changes for whom.
func effects(q *frame.Request, r *signin.Requirement, mode identity.RequireMode, people []identity.Member, provider string) (out []line) {
	add := func(icon, text string) { out = append(out, line{icon, text}) }
	switch mode {
	case identity.RequireEveryone:
		add("users", many(q, r.Locals, "signs", "sign")+" in by password or passkey today and will have to use "+provider+".")
		if r.Linked > 0 {
			add("done", many(q, r.Linked, "uses", "use")+" "+provider+" already, so nothing changes there.")
		}
		if n := int64(len(r.Exempt)); n > 0 {
			add("clock", many(q, n, "is", "are")+" exempt, so nothing changes there until that ends.")
		}
	case identity.RequirePeople:
		add("users", "Only these will have to use "+provider+": "+namesOf(people)+".")
	case identity.RequireReport:
		add("info", "Nobody is refused, and nobody is signed out. The page goes on listing who would be.")
		return out
	default:
		add("users", "Passwords and passkeys count again for everybody who has not signed in through "+provider+" yet. Who has, goes on doing so.")
		return out
	}
	added := slices.ContainsFunc(people, func(m identity.Member) bool {
		return !slices.ContainsFunc(r.Named, func(o identity.Member) bool { return o.ID == m.ID })
	})
	if mode == r.Rule.Mode && !r.Pending && !added {
		add("info", "It counts at once.")
		return out
	}
	add("info", "Nobody is signed out now. New sign-ins by password or passkey are refused at once, with the reason.")
	add("clock", "Within 15 minutes an administrator has to sign in through "+provider+". If nobody does, this takes itself back and you are mailed. Once somebody has, older sessions by password end.")
	if r.Codes == 0 {
		add("warn", "There are no recovery codes. Make some first: with one of them an owner gets in while "+provider+" is out of order.")
	}
	return out
}

// many is a number of people with what they do.
func many(q *frame.Request, n int64, one, several string) string {
	if n == 1 {
		several = one
	}
	return frame.Counted(n, q.Product.Words.Member, q.Product.Words.Members) + " " + several
}

const mostTitled = 8 // names that are written out

func namesOf(people []identity.Member) string {
	var names []string
	for i := range people {
		if i == mostTitled {
			names = append(names, "and "+frame.Number(int64(len(people)-i))+" more")
			break
		}
		names = append(names, nameOf(&people[i]))
	}
	return strings.Join(names, ", ")
}

func setRequire(q *frame.Request) error {
	mode, people, err := asked(q)
	var ids []identity.MemberID
	for i := range people {
		ids = append(ids, people[i].ID)
	}
	var r identity.RequireSSO
	if err == nil {
		r, err = q.SignIn.SetRequire(q.Context(), q.Workspace.ID, mode, ids, q.Origin())
	}
	if err != nil {
		return q.Again(err, showRequire)
	}
	notice := "Saved. Nobody is refused."
	switch {
	case r.Pending(q.Store.Now()):
		notice = "It counts now. Sign in through the identity provider within 15 minutes, so that it stays."
	case r.Mode.Enforced():
		notice = "Saved. It counts from now on."
	}
	return q.Redirect(q.To("settings", "sso", "require"), notice)
}

func exempt(q *frame.Request) error {
	m, found, err := q.Store.Read(q.Workspace.ID).MemberByAddress(q.Context(), identity.Fold(q.Product.Address(q.Field("address"))))
	if err == nil && !found {
		err = identity.Errorf(identity.Invalid, "address", "no %s has this address", q.Product.Words.Member)
	}
	n, aerr := strconv.Atoi(q.Field("days"))
	if err == nil && (aerr != nil || n < 1 || n > 90) {
		err = identity.Errorf(identity.Invalid, "days", "choose one of the times that are shown")
	}
	if err == nil {
		err = q.SignIn.Exempt(q.Context(), q.Workspace.ID, m.ID, q.Store.Now().Add(time.Duration(n)*24*time.Hour), q.Field("reason"), q.Origin())
	}
	if err != nil {
		return q.Again(err, showRequire)
	}
	return q.Redirect(q.To("settings", "sso", "require")+"#exempt", nameOf(&m)+" may use a password or passkey for "+frame.Counted(int64(n), "day", "days")+".")
}

func endExemption(q *frame.Request) error {
	err := q.SignIn.EndExemption(q.Context(), q.Workspace.ID, identity.MemberID(q.Part("member")), q.Origin())
	if err != nil {
		return q.Again(err, showRequire)
	}
	return q.Redirect(q.To("settings", "sso", "require")+"#exempt", "The exemption has ended.")
}

const onceRecovery = "workspace-recovery"

func issueCodes(q *frame.Request) error {
	codes, err := q.SignIn.IssueRecoveryCodes(q.Context(), q.Workspace.ID, q.Origin())
	if err != nil {
		return q.Again(err, showRequire)
	}
	q.ShowOnce(onceRecovery, strings.Join(codes, "\n"))
	return q.Redirect(q.To("settings", "sso", "require", "codes"), "")
}

// codesPage shows recovery codes that have just been made, once.
type codesPage struct {
	Codes []string
	Use   string // where one is used
}

func showCodes(q *frame.Request) error {
	text := q.Once(onceRecovery)
	if text == "" {
		return q.Redirect(q.To("settings", "sso", "require")+"#codes", "")
	}
	d := codesPage{Codes: strings.Split(text, "\n"), Use: q.BaseURL + "/login/recovery-code"}
	return q.Render(frame.Page{Title: "Recovery codes", State: "Shown this once.", Nav: frame.NavSSO,
		Trail: append(trail(q), frame.Link{Label: "Require SSO", Href: q.To("settings", "sso", "require")}), Template: "connect/codes", Data: d})
}
