package product

import (
	"fmt"
	"slices"
	"strings"
)

// Explain tells in plain sentences what the definition means for people, a
// paragraph for each part. It is for the person who wrote the file: what was
// left out is told as well.
func (p *Product) Explain() string {
	parts := []string{
		p.explainPlace(), p.explainPlans(), p.explainPeople(), p.explainRoles(), p.explainGroups(),
		p.explainTokens(), p.explainSignIn(), p.explainConsole(),
	}
	return p.Name + "\n\n" + strings.Join(parts, "\n\n") + "\n"
}

func (p *Product) explainPlace() string {
	var b strings.Builder
	switch p.SCIM.Form {
	case FormPath:
		fmt.Fprintf(&b, "A directory provisions to %s, where {workspace} is the %s's name in addresses.", p.SCIM.Prefix, p.Words.Workspace)
	case FormHost:
		fmt.Fprintf(&b, "A directory provisions to https://%s%s: the host says which %s is meant.", p.SCIM.Host, p.SCIM.Prefix, p.Words.Workspace)
	default:
		fmt.Fprintf(&b, "Every directory provisions to the one address %s: the token says which %s is meant.", p.SCIM.Prefix, p.Words.Workspace)
	}
	fmt.Fprintf(&b, " It may look people up by %s.", series(append(slices.Clone(p.Match), "userName", "id"), "or"))
	return b.String()
}

func (p *Product) explainPlans() string {
	var b strings.Builder
	for _, plan := range p.Plans {
		if len(plan.Unlocks) == 0 {
			fmt.Fprintf(&b, "The plan %s unlocks nothing of this. ", plan.Title)
			continue
		}
		fmt.Fprintf(&b, "The plan %s unlocks %s. ", plan.Title, series(plain(plan.Unlocks), "and"))
	}
	var never []string
	for _, f := range Features() {
		if len(p.Unlocking(f)) == 0 {
			never = append(never, string(f))
		}
	}
	if len(never) > 0 {
		fmt.Fprintf(&b, "No plan unlocks %s: an operator does, for one %s at a time. ", series(never, "and"), p.Words.Workspace)
	}
	fmt.Fprintf(&b, "A new %s is on %s.", p.Words.Workspace, p.NewPlan)
	return b.String()
}

func (p *Product) explainPeople() string {
	var b strings.Builder
	fmt.Fprintf(&b, "One of the %s's people is called %s. ", p.Words.Workspace, article(p.Words.Member))
	if p.Members.Pending {
		fmt.Fprintf(&b, "Whoever a directory provisions is shown as %s until the first sign-in", p.Words.Pending)
	} else {
		b.WriteString("Whoever a directory provisions is at work at once")
	}
	fmt.Fprintf(&b, ", and takes a seat at %s. Whoever it takes out is %s: without access and seat, with everything known kept.",
		map[Seat]string{SeatAtProvisioning: "provisioning", SeatAtSignIn: "the first sign-in"}[p.Members.Seat], p.Words.Inactive)
	if len(p.Members.Required) > 0 {
		fmt.Fprintf(&b, " Without %s nobody is taken in.", series(p.Members.Required, "and"))
	}
	if p.Members.NameRule == RulePlainName {
		b.WriteString(" A name with special characters is refused.")
	}
	if p.Members.AddressRule == RuleLowercase {
		b.WriteString(" Addresses become lower case.")
	}
	if p.Members.AddressScope == ScopeDeployment {
		fmt.Fprintf(&b, " An address belongs to one person across all %s.", p.Words.Workspaces)
	}
	for _, a := range p.Attributes {
		if a.Default != "" {
			fmt.Fprintf(&b, " Whoever comes without %s gets %q.", a.Name, a.Default)
		}
	}
	return b.String()
}

// Notes lists what is sound in the definition and has a consequence that whoever
// wrote it should have meant.
func (p *Product) Notes() []string {
	notes := []string{}
	if text := p.GrantsOwner(); text != "" {
		notes = append(notes, "roles.grant_owner is on. "+text)
	}
	return notes
}

// GrantsOwner says what it means that a directory may make owners; "" where it
// may not.
func (p *Product) GrantsOwner() string {
	i := slices.IndexFunc(p.Roles.Catalogue, func(r Role) bool { return r.Owner })
	if !p.Roles.GrantOwner || i < 0 {
		return ""
	}
	return fmt.Sprintf("Whoever has a token of the directory's, or may issue one, can make anybody %s, and so themselves.", p.Roles.Catalogue[i].Title)
}

func (p *Product) explainRoles() string {
	var b strings.Builder
	def, _ := p.Role(p.Roles.Default)
	fmt.Fprintf(&b, "Whoever comes without a role becomes %s.", def.Title)
	if len(p.Roles.Attributes) > 0 {
		fmt.Fprintf(&b, " A directory names the role in %s.", series(p.Roles.Attributes, "or"))
	}
	if p.Roles.Unknown == UnknownRefuse {
		b.WriteString(" A value that names no role is refused.")
	} else {
		b.WriteString(" A value that names no role gives that one, and a warning that can be seen.")
	}
	for _, role := range p.Roles.Catalogue {
		if role.Owner && p.Roles.GrantOwner {
			fmt.Fprintf(&b, " A directory may make somebody %s. %s", role.Title, p.GrantsOwner())
		} else if role.Owner {
			fmt.Fprintf(&b, " A directory cannot make anybody %s.", role.Title)
		}
	}
	for _, channel := range p.Channels {
		var who []string
		for _, role := range p.Roles.Catalogue {
			if slices.Contains(role.Channels, channel.Name) {
				who = append(who, role.Title)
			}
		}
		fmt.Fprintf(&b, " The %s is open to %s.", channel.Title, series(who, "and"))
	}
	return b.String()
}

func (p *Product) explainGroups() string {
	switch p.SCIM.Groups {
	case GroupsOff:
		return "Groups are not provisioned; a directory that pushes one is told: " + p.SCIM.GroupsOffDetail
	case GroupsRoles:
		return "A directory's group becomes a role of its name, without rights until an administrator gives it some."
	}
	return "A directory's groups stay groups, and an administrator says which role a group gives."
}

func (p *Product) explainTokens() string {
	var out []string
	for _, k := range []struct {
		who  string
		kind TokenKind
	}{
		{"administrators issue", p.Tokens.Workspace}, {"people issue in their own settings", p.Tokens.Personal},
		{"only support issues", p.Tokens.Support}, {"a user name comes with", p.Tokens.Basic},
	} {
		if !k.kind.Offered {
			continue
		}
		life := "until it is revoked"
		if k.kind.Days > 0 {
			life = fmt.Sprintf("for %d days", k.kind.Days)
		}
		out = append(out, fmt.Sprintf("the %s, which %s, %s", k.kind.Title, k.who, life))
	}
	return "A directory shows one of these, each seen once: " + strings.Join(out, "; ") + "."
}

func (p *Product) explainSignIn() string {
	var own []string
	for _, m := range []struct {
		on   bool
		name string
	}{{p.SignIn.Password, "a password"}, {p.SignIn.Passkey, "a passkey"}} {
		if m.on {
			own = append(own, m.name)
		}
	}
	s := fmt.Sprintf("People press %q, or go to %s#acme, where acme is the %s; %s asks for the address instead.", p.SignIn.Button, p.SignIn.SlugPath, p.Words.Slug, p.SignIn.AddressPath)
	if len(own) == 0 {
		return s + " There is no other way in."
	}
	return s + " Whoever is not on single sign-on has " + series(own, "or") + "."
}

func (p *Product) explainConsole() string {
	can := func(may Permission) string {
		var who []string
		for _, role := range p.Roles.Catalogue {
			if role.Can(may) {
				who = append(who, role.Title)
			}
		}
		if len(who) == 0 {
			return "nobody but the vendor"
		}
		return series(who, "and")
	}
	return fmt.Sprintf("Single sign-on is set up by %s, provisioning by %s; %s are managed by %s.",
		can(MayManageSSO), can(MayManageSCIM), p.Words.Members, can(MayManageMembers))
}

// series lists words: "a, b and c".
func series(words []string, last string) string {
	switch n := len(words); n {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
	}
}

// article is good for the words that stand for people: a user, an employee.
func article(s string) string {
	if s != "" && strings.ContainsRune("aeio", rune(s[0])) {
		return "an " + s
	}
	return "a " + s
}
