package product

// What each part of the file may hold.

func productFields(r *reader, p *Product) fields {
	return fields{
		"name":       text(r, &p.Name).says("what people call the product"),
		"brand":      section(r, brandFields(r, &p.Brand)).says("how the product looks"),
		"words":      section(r, wordsFields(r, &p.Words)).says("what the product calls things; only what differs"),
		"contact":    section(r, contactFields(r, &p.Contact)).says("whom to ask for what the plan does not unlock"),
		"plans":      list(r, &p.Plans, func(o *Plan) field { return section(r, planFields(r, o)) }).says("the plans, and what each unlocks; without it everything is unlocked"),
		"new_plan":   text(r, &p.NewPlan).says("the plan of a new workspace; the first, when not given"),
		"scim":       section(r, scimFields(r, &p.SCIM)).says("where directories provision to"),
		"sign_in":    section(r, signInFields(r, &p.SignIn)).says("how people come in"),
		"channels":   list(r, &p.Channels, func(c *Channel) field { return section(r, channelFields(r, c)) }).says("the ways into the product, for instance its app and its web portal"),
		"tokens":     section(r, tokensFields(r, &p.Tokens)).says("what directories may provision with"),
		"console":    section(r, consoleFields(r, &p.Console)).says("the administrators' pages"),
		"attributes": list(r, &p.Attributes, func(a *Attribute) field { return section(r, attributeFields(r, a)) }).says("attributes of people beyond, or with rules on, the standard ones"),
		"match":      texts(r, &p.Match).says("by what directories may look people up, best first; userName and id always work"),
		"roles":      section(r, rolesFields(r, &p.Roles)).says("what a member may be, and who may say so"),
		"members":    section(r, membersFields(r, &p.Members)).says("rules for every member"),
	}
}

func brandFields(r *reader, b *Brand) fields {
	return fields{
		"accent":      text(r, &b.Accent).says("the colour of links and buttons, like #2f54eb; its contrast is checked"),
		"accent_dark": text(r, &b.AccentDark).says("the same on a dark ground; made from accent when not given"),
		"logo":        text(r, &b.Logo).says("an SVG document"),
	}
}

func scimFields(r *reader, s *SCIM) fields {
	return fields{
		"prefix":            text(r, &s.Prefix),
		"form":              choice(r, &s.Form, FormToken, FormPath, FormHost),
		"host":              text(r, &s.Host),
		"groups":            choice(r, &s.Groups, GroupsOff, GroupsGroups, GroupsRoles),
		"groups_off_detail": text(r, &s.GroupsOffDetail),
	}
}

func attributeFields(r *reader, a *Attribute) fields {
	return fields{
		"name":        text(r, &a.Name),
		"schema":      text(r, &a.Schema),
		"type":        choice(r, &a.Type, TypeString, TypeBoolean, TypeInteger, TypeDecimal, TypeDateTime, TypeReference),
		"multi":       flag(r, &a.Multi),
		"case_exact":  flag(r, &a.CaseExact),
		"required":    flag(r, &a.Required),
		"match":       flag(r, &a.Match),
		"immutable":   flag(r, &a.Immutable),
		"rule":        choice(r, &a.Rule, RuleLowercase, RulePlainName),
		"default":     scalar(r, &a.Default),
		"description": text(r, &a.Description),
	}
}

func rolesFields(r *reader, s *Roles) fields {
	return fields{
		"catalogue":   list(r, &s.Catalogue, func(role *Role) field { return section(r, roleFields(r, role)) }),
		"default":     text(r, &s.Default),
		"many":        flag(r, &s.Many),
		"sources":     list(r, &s.Sources, func(o *Source) field { return choice(r, o, sources()...) }),
		"attributes":  texts(r, &s.Attributes),
		"grant_owner": flag(r, &s.GrantOwner),
		"adopt_owner": flag(r, &s.AdoptOwner),
		"unknown":     choice(r, &s.Unknown, UnknownDefault, UnknownRefuse),
		"case_exact":  flag(r, &s.CaseExact),
	}
}

func roleFields(r *reader, role *Role) fields {
	return fields{
		"name":     text(r, &role.Name),
		"title":    text(r, &role.Title),
		"hint":     text(r, &role.Hint).says("what one may do with it, in one sentence"),
		"owner":    flag(r, &role.Owner).says("the workspace's owner: protected from directories, the last one stays"),
		"may":      list(r, &role.May, func(m *Permission) field { return choice(r, m, permissionWords()...) }).says("rights in the console; an owner has them all"),
		"channels": texts(r, &role.Channels).says("the ways into the product that this role opens; all, when not given"),
	}
}

func membersFields(r *reader, m *Members) fields {
	return fields{
		"pending":       flag(r, &m.Pending).says("a provisioned member is shown as pending until the first sign-in"),
		"seat":          choice(r, &m.Seat, SeatAtProvisioning, SeatAtSignIn).says("when a member takes a seat"),
		"address_scope": choice(r, &m.AddressScope, ScopeWorkspace, ScopeDeployment).says("where an e-mail address is unique: in its workspace, or everywhere"),
		"address_rule":  choice(r, &m.AddressRule, RuleNone, RuleLowercase),
		"name_rule":     choice(r, &m.NameRule, RuleNone, RulePlainName),
		"required":      texts(r, &m.Required),
	}
}

func texts(r *reader, into *[]string) field {
	return list(r, into, func(s *string) field { return text(r, s) })
}

// sources lists every source of a role in the order that applies when the file
// gives none: the directory over by hand over the default.
func sources() []Source {
	return []Source{SourceGroup, SourceAppRole, SourceAttribute, SourceAssertion, SourceHand, SourceDefault}
}
