package product

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Feature is what a plan unlocks, or an operator for one workspace. Each is a
// gate of its own.
type Feature string

// The features that plans gate.
const (
	FeatureSSO     Feature = "sso"     // sign-in through the customer's identity provider
	FeatureSCIM    Feature = "scim"    // provisioning by the customer's directory
	FeatureGroups  Feature = "groups"  // the directory's groups
	FeatureDomains Feature = "domains" // verified domains
	FeatureAudit   Feature = "audit"   // export of the activity log
	FeatureAPI     Feature = "api"     // the management API for the workspace's own people
)

// Features lists every feature.
func Features() []Feature {
	return []Feature{FeatureSSO, FeatureSCIM, FeatureGroups, FeatureDomains, FeatureAudit, FeatureAPI}
}

// Plan is one of the product's plans.
type Plan struct {
	Name    string // in data and in the API: "business"
	Title   string // for people: "Business"
	Unlocks []Feature
}

// Contact is where a customer asks for what the plan does not unlock.
type Contact struct {
	Text string // "get in touch"
	URL  string // mailto: or https:
}

// Plan returns the plan with exactly this name.
func (p *Product) Plan(name string) (Plan, bool) {
	i := slices.IndexFunc(p.Plans, func(o Plan) bool { return o.Name == name })
	if i < 0 {
		return Plan{}, false
	}
	return p.Plans[i], true
}

// Unlocking lists the plans that unlock a feature, in the order of the file.
func (p *Product) Unlocking(f Feature) (plans []Plan) {
	for _, plan := range p.Plans {
		if slices.Contains(plan.Unlocks, f) {
			plans = append(plans, plan)
		}
	}
	return plans
}

// completePlans gives a product without plans one that unlocks everything.
func completePlans(r *reader, p *Product) {
	if !r.given("plans") {
		p.Plans = []Plan{{Name: "standard", Unlocks: Features()}}
	}
	for i := range p.Plans {
		p.Plans[i].Title = either(p.Plans[i].Title, Title(p.Plans[i].Name))
	}
	if p.NewPlan == "" && len(p.Plans) > 0 {
		p.NewPlan = p.Plans[0].Name
	}
	p.Contact.Text = either(p.Contact.Text, "get in touch")
}

func planFields(r *reader, o *Plan) fields {
	return fields{
		"name":    text(r, &o.Name).says("the plan in data and in the API: business"),
		"title":   text(r, &o.Title).says("the plan as people read it: Business"),
		"unlocks": list(r, &o.Unlocks, func(f *Feature) field { return choice(r, f, Features()...) }).says("what workspaces on this plan may use"),
	}
}

func contactFields(r *reader, c *Contact) fields {
	return fields{
		"text": text(r, &c.Text).says("the words of the link: get in touch"),
		"url":  text(r, &c.URL).says("mailto:sales@example.com or a page"),
	}
}

func checkPlans(r *reader, p *Product) {
	if r.given("plans") && len(p.Plans) == 0 && !r.faulty("plans") {
		r.fault("plans", "remove the key, or add a plan", "the list of plans is empty")
	}
	for i, o := range p.Plans {
		at := fmt.Sprintf("plans[%d]", i)
		same := func(other Plan) bool { return strings.EqualFold(other.Name, o.Name) }
		switch {
		case o.Name == "":
			r.fault(at, `add a line like "name: business"`, "a plan needs a name")
		case !word(o.Name):
			r.fault(at+".name", "use lower-case letters, digits and hyphens, at most 40", "%q cannot be a plan's name", o.Name)
		case slices.IndexFunc(p.Plans, same) < i:
			r.fault(at+".name", "choose another name", "the plan %q is there already", o.Name)
		case len(o.Title) > 60 || !printable(o.Title):
			r.fault(at+".title", "write at most 60 bytes on one line", "the title is too long or holds control characters")
		}
	}
	if _, ok := p.Plan(p.NewPlan); !ok && p.NewPlan != "" {
		r.fault("new_plan", "write the name of one of the plans", "there is no plan %q", p.NewPlan)
	}
	checkContact(r, p)
}

func checkContact(r *reader, p *Product) {
	if p.Contact.URL == "" {
		locked := slices.ContainsFunc(p.Plans, func(o Plan) bool { return len(o.Unlocks) < len(Features()) })
		if locked && r.given("plans") {
			r.fault("contact", `add "contact: {url: mailto:sales@example.com}"`, "a plan leaves something locked, and the locked page would name nobody to ask")
		}
		return
	}
	u, err := url.Parse(p.Contact.URL)
	if err != nil || u.Scheme != "mailto" && (u.Scheme != "https" || u.Host == "") || u.Scheme == "mailto" && !strings.Contains(u.Opaque, "@") {
		r.fault("contact.url", `write "mailto:sales@example.com" or "https://example.com/contact"`, "%q is no address to ask at", p.Contact.URL)
	}
}

// word reports whether s is a plain name for data: lower-case letters, digits
// and hyphens, beginning with a letter.
func word(s string) bool {
	for i, c := range s {
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || c != '-' && !('0' <= c && c <= '9')) {
			return false
		}
	}
	return s != "" && len(s) <= 40
}
