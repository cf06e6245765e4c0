package scim

// GroupType returns a fresh Group resource type at /Groups, whose PATCH answers 204. RFC 7643 §4.2.
func GroupType() *ResourceType {
	return &ResourceType{
		Name: "Group", Endpoint: "/Groups", Description: "Group",
		Schema:    GroupSchema(),
		NoContent: true,
	}
}

// GroupSchema returns a fresh copy of the core Group schema. RFC 7643 §4.2 and §8.7.1.
// As §4.2 says and §8.7.1 forgot, displayName is required. Ids compare exactly.
func GroupSchema() *Schema {
	return &Schema{ID: GroupURN, Name: "Group", Description: "Group", Attributes: []Attribute{
		{Name: "displayName", Required: true, Uniqueness: UniqueServer, Description: "The name of the group."},
		{Name: "members", Type: Complex, MultiValued: true, Description: "The members of the group.", SubAttributes: []Attribute{
			{Name: "value", CaseExact: true, Mutability: Immutable, Description: "The id of the member."},
			{Name: "$ref", Type: Reference, CaseExact: true, Mutability: Immutable, ReferenceTypes: []string{"User", "Group"}, Description: "The address of the member."},
			{Name: "type", Mutability: Immutable, CanonicalValues: []string{"User", "Group"}, Description: "The resource type of the member."},
			{Name: "display", Mutability: ReadOnly, Unlisted: true, Description: "The member's name for display."},
		}},
	}}
}
