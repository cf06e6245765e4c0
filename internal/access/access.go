// Package access says who may do what in a workspace's console: one table of
// action and right, which the roles of the product's catalogue are held against.
package access

import (
	"slices"

	"github.com/anteroom-id/anteroom/internal/product"
)

// Action is something that a page or a button does.
type Action string

// What can be done in the console.
const (
	ViewHome          Action = "home.view"
	ViewMembers       Action = "members.view"
	ViewMember        Action = "member.view"
	InviteMember      Action = "member.invite"
	EditMember        Action = "member.edit" // the profile, as far as no directory manages it
	SetRole           Action = "member.set_role"
	Deactivate        Action = "member.deactivate"
	Restore           Action = "member.restore"
	EndSessions       Action = "member.end_sessions" // that reach the workspace
	ViewGroups        Action = "groups.view"
	MapGroup          Action = "group.set_role"
	SetDefaultRole    Action = "roles.set_default"
	ViewRoles         Action = "roles.view"
	ViewSSO           Action = "sso.view"
	ChangeConnection  Action = "connection.change"
	RemoveConnection  Action = "connection.remove"
	RequireSSO        Action = "sso.require"
	HandOffSetup      Action = "setup_link.issue"
	ViewSCIM          Action = "scim.view"
	ChangeSCIM        Action = "scim.change"
	IssueSCIMToken    Action = "scim.issue_token"
	AnswerHeld        Action = "held.answer" // accept or refuse what a directory asked of an owner
	ViewDomains       Action = "domains.view"
	ChangeDomains     Action = "domains.change"
	ViewWorkspace     Action = "workspace.view"
	ChangeWorkspace   Action = "workspace.change"
	ViewTokens        Action = "tokens.view"
	RevokeToken       Action = "token.revoke"
	IssuePersonal     Action = "personal_token.issue"
	ViewActivity      Action = "activity.view"
	ExportActivity    Action = "activity.export"
	ViewPlan          Action = "plan.view"
	ViewOwnSettings   Action = "own.view"   // profile, sessions, security: everybody's own
	ChangeOwnSettings Action = "own.change" // of oneself only
)

// everybody marks what needs no right but to be an active member.
const everybody product.Permission = ""

// entry says which right an action needs.
type entry struct {
	action Action
	needs  product.Permission
}

// table is the whole of it.
func table() []entry {
	return []entry{
		{ViewHome, product.MayViewMembers},
		{ViewMembers, product.MayViewMembers},
		{ViewMember, product.MayViewMembers},
		{InviteMember, product.MayManageMembers},
		{EditMember, product.MayManageMembers},
		{SetRole, product.MayManageMembers},
		{Deactivate, product.MayManageMembers},
		{Restore, product.MayManageMembers},
		{EndSessions, product.MayManageMembers},
		{ViewGroups, product.MayViewMembers},
		{MapGroup, product.MayManageRoles},
		{SetDefaultRole, product.MayManageRoles},
		{ViewRoles, product.MayManageRoles},
		{ViewSSO, product.MayManageSSO},
		{ChangeConnection, product.MayManageSSO},
		{RemoveConnection, product.MayManageSSO},
		{RequireSSO, product.MayManageSSO},
		{HandOffSetup, product.MayManageSSO},
		{ViewSCIM, product.MayManageSCIM},
		{ChangeSCIM, product.MayManageSCIM},
		{IssueSCIMToken, product.MayManageSCIM},
		{AnswerHeld, product.MayManageSCIM},
		{ViewDomains, product.MayManageDomains},
		{ChangeDomains, product.MayManageDomains},
		{ViewWorkspace, product.MayManageWorkspace},
		{ChangeWorkspace, product.MayManageWorkspace},
		{ViewTokens, product.MayManageTokens},
		{RevokeToken, product.MayManageTokens},
		{IssuePersonal, product.MayIssueTokens},
		{ViewActivity, product.MayViewActivity},
		{ExportActivity, product.MayViewActivity},
		{ViewPlan, product.MayViewPlan},
		{ViewOwnSettings, everybody},
		{ChangeOwnSettings, everybody},
	}
}

// Actions lists every action, in the order of the table.
func Actions() []Action {
	var out []Action
	for _, e := range table() {
		out = append(out, e.action)
	}
	return out
}

// Needs gives the right that an action needs, "" for none but to be an active
// member; false means that there is no such action.
func Needs(a Action) (product.Permission, bool) {
	all := table()
	i := slices.IndexFunc(all, func(e entry) bool { return e.action == a })
	if i < 0 {
		return "", false
	}
	return all[i].needs, true
}

// Allowed reports whether an active member of a role may do something in the own
// workspace. An action that the table does not have is nobody's.
func Allowed(role product.Role, a Action) bool {
	needs, known := Needs(a)
	return known && (needs == everybody || role.Can(needs))
}

// AnyAllowed reports the same of a member of several roles; of none, what
// everybody may.
func AnyAllowed(roles []product.Role, a Action) bool {
	if len(roles) == 0 {
		return Allowed(product.Role{}, a)
	}
	return slices.ContainsFunc(roles, func(r product.Role) bool { return Allowed(r, a) })
}
