package product

// What each part of the file may hold.

func productFields(r *reader, p *Product) fields {
	return fields{
		"name":       text(r, &p.Name),
		"scim":       section(r, scimFields(r, &p.SCIM)),
		"attributes": list(r, &p.Attributes, func(a *Attribute) field { return section(r, attributeFields(r, a)) }),
		"match":      texts(r, &p.Match),
		"roles":      section(r, rolesFields(r, &p.Roles)),
		"members":    section(r, membersFields(r, &p.Members)),
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
		"name":  text(r, &role.Name),
		"title": text(r, &role.Title),
		"hint":  text(r, &role.Hint),
		"owner": flag(r, &role.Owner),
	}
}

func membersFields(r *reader, m *Members) fields {
	return fields{
		"pending":      flag(r, &m.Pending),
		"address_rule": choice(r, &m.AddressRule, RuleNone, RuleLowercase),
		"name_rule":    choice(r, &m.NameRule, RuleNone, RulePlainName),
		"required":     texts(r, &m.Required),
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
