package scim

// UserType returns a fresh User resource type at /Users with the enterprise extension. RFC 7643 §4.1, §4.3.
func UserType() *ResourceType {
	return &ResourceType{
		Name: "User", Endpoint: "/Users", Description: "User account",
		Schema:     UserSchema(),
		Extensions: []Extension{{Schema: EnterpriseUserSchema()}},
	}
}

// UserSchema returns a fresh copy of the core User schema. RFC 7643 §4.1 and §8.7.1.
//
// Two sub-attributes that clients send are known but not listed: emails.display, which
// Entra ID's gallery tests refuse in a listing, and addresses.primary, which RFC 7643 §8.7.1 forgot.
func UserSchema() *Schema {
	return &Schema{ID: UserURN, Name: "User", Description: "User account", Attributes: []Attribute{
		{Name: "userName", Required: true, Uniqueness: UniqueServer, Description: "Unique name by which the person signs in."},
		{Name: "name", Type: Complex, Description: "The parts of the person's name.", SubAttributes: []Attribute{
			{Name: "formatted", Description: "The full name, for display."},
			{Name: "familyName", Description: "The family name."},
			{Name: "givenName", Description: "The given name."},
			{Name: "middleName", Description: "The middle names."},
			{Name: "honorificPrefix", Description: "The title, such as Dr."},
			{Name: "honorificSuffix", Description: "The suffix, such as III."},
		}},
		{Name: "displayName", Description: "The name to show."},
		{Name: "nickName", Description: "The casual name."},
		{Name: "profileUrl", Type: Reference, CaseExact: true, ReferenceTypes: []string{"external"}, Description: "Address of the person's profile page."},
		{Name: "title", Description: "The job title."},
		{Name: "userType", Description: "The relation to the organization, such as Employee."},
		{Name: "preferredLanguage", Description: "Preferred languages, as in Accept-Language."},
		{Name: "locale", Description: "The region for dates, numbers and currency."},
		{Name: "timezone", Description: "The time zone, such as Europe/Berlin."},
		{Name: "active", Type: Boolean, Description: "Whether the person may sign in."},
		{Name: "password", Mutability: WriteOnly, Returned: ReturnedNever, CaseExact: true, Description: "Accepted and dropped."},
		plural("emails", "E-mail addresses.", String, true, "work", "home", "other"),
		plural("phoneNumbers", "Telephone numbers.", String, false, "work", "home", "mobile", "fax", "pager", "other"),
		plural("ims", "Instant messaging addresses.", String, false, "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
		photos(),
		addresses(),
		groupsOfUser(),
		plural("entitlements", "Things the person may use.", String, false),
		plural("roles", "Roles the person holds.", String, false),
		plural("x509Certificates", "X.509 certificates, DER in base64.", Binary, false),
	}}
}

// EnterpriseUserSchema returns a fresh copy of the enterprise extension. RFC 7643 §4.3 and §8.7.1.
func EnterpriseUserSchema() *Schema {
	return &Schema{ID: EnterpriseUserURN, Name: "EnterpriseUser", Description: "Enterprise User", Attributes: []Attribute{
		{Name: "employeeNumber", Description: "The identifier that the organization gave the person."},
		{Name: "costCenter", Description: "The cost center."},
		{Name: "organization", Description: "The organization."},
		{Name: "division", Description: "The division."},
		{Name: "department", Description: "The department."},
		{Name: "manager", Type: Complex, Description: "The person's manager.", SubAttributes: []Attribute{
			{Name: "value", CaseExact: true, Description: "The id of the manager's User resource."},
			{Name: "$ref", Type: Reference, CaseExact: true, ReferenceTypes: []string{"User"}, Description: "The address of the manager's User resource."},
			{Name: "displayName", Mutability: ReadOnly, Description: "The manager's display name."},
		}},
	}}
}

// plural is the usual multi-valued attribute with the default sub-attributes. RFC 7643 §2.4.
func plural(name, description string, value Kind, hideDisplay bool, types ...string) Attribute {
	return Attribute{Name: name, Type: Complex, MultiValued: true, Description: description, SubAttributes: []Attribute{
		{Name: "value", Type: value, CaseExact: value == Binary, Description: "The value."},
		{Name: "display", Unlisted: hideDisplay, Description: "A name for display."},
		{Name: "type", CanonicalValues: types, Description: "What it is for."},
		{Name: "primary", Type: Boolean, Description: "Whether it is the preferred one; at most one is."},
	}}
}

func photos() Attribute {
	a := plural("photos", "Addresses of photos.", Reference, false, "photo", "thumbnail")
	a.SubAttributes[0].CaseExact = true
	a.SubAttributes[0].ReferenceTypes = []string{"external"}
	return a
}

func addresses() Attribute {
	return Attribute{Name: "addresses", Type: Complex, MultiValued: true, Description: "Physical addresses.", SubAttributes: []Attribute{
		{Name: "formatted", Description: "The full address, for display or a label."},
		{Name: "streetAddress", Description: "Street and number."},
		{Name: "locality", Description: "The city."},
		{Name: "region", Description: "The state or region."},
		{Name: "postalCode", Description: "The postal code."},
		{Name: "country", Description: "The country, ISO 3166-1 alpha-2."},
		{Name: "type", CanonicalValues: []string{"work", "home", "other"}, Description: "What it is for."},
		{Name: "primary", Type: Boolean, Unlisted: true, Description: "Whether it is the preferred one; at most one is."},
	}}
}

func groupsOfUser() Attribute {
	return Attribute{Name: "groups", Type: Complex, MultiValued: true, Mutability: ReadOnly, Description: "Groups the person belongs to.", SubAttributes: []Attribute{
		{Name: "value", CaseExact: true, Mutability: ReadOnly, Description: "The id of the Group resource."},
		{Name: "$ref", Type: Reference, CaseExact: true, Mutability: ReadOnly, ReferenceTypes: []string{"User", "Group"}, Description: "The address of the Group resource."},
		{Name: "display", Mutability: ReadOnly, Description: "The group's display name."},
		{Name: "type", Mutability: ReadOnly, CanonicalValues: []string{"direct", "indirect"}, Description: "How the person belongs to it."},
	}}
}
