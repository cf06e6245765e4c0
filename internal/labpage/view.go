package labpage

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// How much the page shows of what may be long.
const (
	shownPeople  = 200
	shownGroups  = 200
	shownMembers = 200
)

// frame is what every page shows around its own content.
type frame struct {
	Title         string
	Here          string // this page's path, for its forms
	Section       string // "people" or "groups"
	Name          string
	Target        string
	Members       string
	People        string // how many, in digits
	Groups        string
	Clock         string
	Version, Last int64
	Note          note
	Job           jobView
	Talk          talkView
}

// Initial is the letter that stands for the provider.
func (f *frame) Initial() string {
	words := strings.Fields(f.Name)
	for i := len(words) - 1; i >= 0; i-- {
		if w := words[i]; len(words) == 1 || len(w) > 2 {
			return strings.ToUpper(w[:1])
		}
	}
	return "L"
}

// Host is where the target is, without what everybody knows.
func (f *frame) Host() string {
	if u, err := url.Parse(f.Target); err == nil && u.Host != "" {
		return u.Host + u.Path
	}
	return f.Target
}

func (p *Page) frame(r *http.Request, section, title string) frame {
	f := frame{
		Title: title, Here: here(r), Section: section, Name: p.Name, Target: p.Target.URL, Members: p.Members,
		People: number(len(p.Directory.People())), Groups: number(len(p.Directory.Groups())),
		Clock: clockTime(p.Directory.Clock().Now()), Note: p.notes.read(r),
	}
	f.Job, f.Version = p.job.view() // first: what a job says that it did is in the conversation
	f.Talk = p.talk.view()
	f.Last = f.Talk.Last
	if f.Job.Never() {
		f.Job.Scope = p.scope()
	}
	return f
}

// here gives the path of the page that is shown; for the answer to a form, that
// of the page that the form stands on.
func here(r *http.Request) string {
	if r.Method == http.MethodPost {
		return back(r)
	}
	u := *r.URL
	q := u.Query()
	q.Del("note")
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// scope tells in words what a first cycle would send.
func (p *Page) scope() string {
	world, n := p.world(), 0
	for i := range world.people {
		if world.reach(&world.people[i]).inScope() && world.people[i].AccountEnabled && !world.people[i].SoftDeleted {
			n++
		}
	}
	g := len(world.assigned)
	return counted(n, "person", "people") + " and " + counted(g, "group", "groups") + " are assigned"
}

// world is the whole directory at one moment, with what follows from it.
type world struct {
	page     *Page
	people   []lab.Person
	groups   []lab.Group
	in       map[string][]*lab.Group // groups by member
	assigned map[string]bool         // groups that are assigned
}

func (p *Page) world() *world {
	w := &world{page: p, people: p.Directory.People(), groups: p.Directory.Groups(), in: map[string][]*lab.Group{}, assigned: map[string]bool{}}
	for i := range w.groups {
		g := &w.groups[i]
		if _, ok := p.Directory.Assignment(g.ObjectID); ok {
			w.assigned[g.ObjectID] = true
		}
		for _, m := range g.Members {
			w.in[m] = append(w.in[m], g)
		}
	}
	return w
}

// reach is how a person comes to the application.
type reach struct {
	direct bool
	roles  []lab.AppRole
	groups []string // names of assigned groups
}

func (r reach) inScope() bool { return r.direct || len(r.groups) > 0 }

func (w *world) reach(p *lab.Person) reach {
	var r reach
	r.roles, r.direct = w.page.Directory.Assignment(p.ObjectID)
	for _, g := range w.in[p.ObjectID] {
		if w.assigned[g.ObjectID] {
			r.groups = append(r.groups, g.DisplayName)
		}
	}
	return r
}

// personRow is a person as the list shows it.
type personRow struct {
	ID, Name, UserName string
	Groups, Brief      string // all, and the first
	States             []badge
	Assigned, Enabled  bool // directly assigned; account enabled
	Deleted            bool
}

func (w *world) row(p *lab.Person) personRow {
	reach := w.reach(p)
	row := personRow{
		ID: p.ObjectID, Name: nameOf(p), UserName: p.UserPrincipalName, Groups: listed(groupNames(w.in[p.ObjectID])), Brief: brief(groupNames(w.in[p.ObjectID])),
		Assigned: reach.direct, Enabled: p.AccountEnabled, Deleted: p.SoftDeleted,
	}
	row.States = states(p, reach)
	return row
}

func states(p *lab.Person, r reach) []badge {
	if p.SoftDeleted {
		return []badge{{"Deleted", "off", "In the recycle bin, from where it can be restored until " + day(p.DeletedAt.Add(lab.PurgeAfter)) + "."}}
	}
	var all []badge
	switch {
	case r.direct:
		all = append(all, badge{"Assigned", "good", ""})
	case r.inScope():
		all = append(all, badge{"Assigned by group", "good", "Through " + listed(r.groups) + "."})
	default:
		all = append(all, badge{"Not assigned", "off", "The application is not for this person."})
	}
	if !p.AccountEnabled {
		all = append(all, badge{"Disabled", "wait", "The account is disabled, and so it is to be at the server."})
	}
	return all
}

func day(t time.Time) string { return t.Format("2 January 2006") }

func nameOf(p *lab.Person) string {
	if strings.TrimSpace(p.DisplayName) == "" {
		return p.UserPrincipalName
	}
	return p.DisplayName
}

func groupNames(all []*lab.Group) []string {
	names := make([]string, len(all))
	for i, g := range all {
		names[i] = g.DisplayName
	}
	return names
}

// groupRow is a group as lists show it.
type groupRow struct {
	ID, Name string
	Members  string // "12 members"
	Assigned bool
	State    badge
}

func (w *world) groupRow(g *lab.Group) groupRow {
	row := groupRow{ID: g.ObjectID, Name: g.DisplayName, Members: counted(len(g.Members), "member", "members"), Assigned: w.assigned[g.ObjectID], State: badge{"Not assigned", "off", "The application is not for this group."}}
	if row.Assigned {
		row.State = badge{"Assigned", "good", ""}
	}
	return row
}

// show serves a page, whole or not at all.
func (p *Page) show(w http.ResponseWriter, status int, name string, content any) error {
	var out bytes.Buffer
	if err := p.pages[name].ExecuteTemplate(&out, "page", content); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(out.Len()))
	w.WriteHeader(status)
	_, _ = out.WriteTo(w) // that it did not arrive is no failure of ours
	return nil
}

// parse reads the templates: each page together with the frame.
func parse() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, name := range []string{"people", "person", "groups", "group", "missing"} {
		all[name] = template.Must(template.ParseFS(files, "pages/frame.html", "pages/job.html", "pages/talk.html", "pages/parts.html", "pages/"+name+".html"))
	}
	return all
}

// cutOff gives the first n of a list and what to say of the rest, "" for nothing.
func cutOff[T any](all []T, n int, one, many string) ([]T, string) {
	if len(all) <= n {
		return all, ""
	}
	return slices.Clip(all[:n]), "The first " + number(n) + " of " + counted(len(all), one, many) + " are shown."
}
