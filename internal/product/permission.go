package product

import (
	"fmt"
	"slices"
	"strings"
)

// Permission is a right in the console. What a role of the catalogue may do in
// the product itself is the product's own affair.
type Permission string

// The rights in the console.
const (
	MayViewMembers     Permission = "members.view"
	MayManageMembers   Permission = "members.manage"   // roles by hand, deactivate, restore, invite
	MayManageRoles     Permission = "roles.manage"     // default role, what a group becomes
	MayManageSSO       Permission = "sso.manage"       // connections and who must use them
	MayManageSCIM      Permission = "scim.manage"      // provisioning, its tokens, what is held
	MayManageDomains   Permission = "domains.manage"   // verified domains
	MayManageWorkspace Permission = "workspace.manage" // name, address, logo, defaults
	MayManageTokens    Permission = "tokens.manage"    // all of the workspace's tokens
	MayIssueTokens     Permission = "tokens.issue"     // personal tokens of one's own
	MayViewActivity    Permission = "activity.view"    // provisioning log, sign-ins, changes
	MayViewPlan        Permission = "plan.view"        // seats and plan
)

// everything is the word for all rights.
const everything = "everything"

// Permissions lists every right.
func Permissions() []Permission {
	return []Permission{
		MayViewMembers, MayManageMembers, MayManageRoles, MayManageSSO, MayManageSCIM, MayManageDomains,
		MayManageWorkspace, MayManageTokens, MayIssueTokens, MayViewActivity, MayViewPlan,
	}
}

// Can reports whether a role has a right in the console.
func (r *Role) Can(may Permission) bool { return slices.Contains(r.May, may) }

// completeMay spells out "everything", and gives an owner everything when the
// file does not say what the owner may.
func (r *Role) completeMay(given bool) {
	if r.Owner && !given || slices.Contains(r.May, everything) {
		r.May = Permissions()
	}
}

// Channel is a way into the product: its app, its web portal.
type Channel struct {
	Name  string // in tokens and events: "web"
	Title string // for people: "web portal"
}

// Channel returns the channel with exactly this name.
func (p *Product) Channel(name string) (Channel, bool) {
	i := slices.IndexFunc(p.Channels, func(c Channel) bool { return c.Name == name })
	if i < 0 {
		return Channel{}, false
	}
	return p.Channels[i], true
}

func channelFields(r *reader, c *Channel) fields {
	return fields{
		"name":  text(r, &c.Name).says("the channel in tokens and events: web"),
		"title": text(r, &c.Title).says("the channel as people read it: web portal"),
	}
}

// completeChannels lets roles that name none in by every channel.
func completeChannels(p *Product) {
	var all []string
	for i := range p.Channels {
		p.Channels[i].Title = either(p.Channels[i].Title, p.Channels[i].Name)
		all = append(all, p.Channels[i].Name)
	}
	for i := range p.Roles.Catalogue {
		if role := &p.Roles.Catalogue[i]; role.Channels == nil {
			role.Channels = slices.Clone(all)
		}
	}
}

func checkChannels(r *reader, p *Product) {
	for i, c := range p.Channels {
		at := fmt.Sprintf("channels[%d]", i)
		switch {
		case !word(c.Name):
			r.fault(at+".name", `write a name like "web"`, "%q cannot be a channel's name", c.Name)
		case slices.IndexFunc(p.Channels, func(o Channel) bool { return o.Name == c.Name }) < i:
			r.fault(at+".name", "remove one of the two", "the channel %q is there already", c.Name)
		case len(c.Title) > 60 || !printable(c.Title):
			r.fault(at+".title", "write at most 60 bytes on one line", "the title is too long or holds control characters")
		}
	}
	for i, role := range p.Roles.Catalogue {
		for j, name := range role.Channels {
			if _, ok := p.Channel(name); !ok {
				r.fault(fmt.Sprintf("roles.catalogue[%d].channels[%d]", i, j), p.channelRemedy(), "there is no channel %q", name)
			}
		}
	}
}

func (p *Product) channelRemedy() string {
	var names []string
	for _, c := range p.Channels {
		names = append(names, c.Name)
	}
	if len(names) == 0 {
		return `declare it: "channels: [{name: web}]"`
	}
	return "write one of " + quoted(names)
}

func permissionWords() []Permission { return append(Permissions(), everything) }

// String is the permission in words: "manage members".
func (m Permission) String() string {
	what, how, _ := strings.Cut(string(m), ".")
	return how + " " + what
}
