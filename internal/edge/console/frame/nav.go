package frame

import (
	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/product"
)

// The entries of the rail.
const (
	NavHome     = "home"
	NavMembers  = "members"
	NavGroups   = "groups"
	NavGeneral  = "general"
	NavSSO      = "sso"
	NavPlan     = "plan"
	NavTokens   = "tokens"
	NavActivity = "activity"
	NavAccount  = "account"
	NavOperator = "operator"
)

// NavEntry is one line of the rail.
type NavEntry struct {
	Key, Label, Href, Icon string
	Current                bool
	Locked                 bool // the plan does not unlock it; the page says what would
}

// entry is a line of the rail before it is known who looks.
type entry struct {
	key, label, icon string
	path             []string
	action           access.Action
	feature          product.Feature
}

// Entries is the rail's first part: what the member may see here.
func (v *View) Entries() []NavEntry {
	members, _ := v.label("members")
	all := []entry{{NavHome, "Home", "home", nil, access.ViewHome, ""}, {NavMembers, members, "users", []string{"members"}, access.ViewMembers, ""}}
	if v.Product.SCIM.Groups != product.GroupsOff {
		all = append(all, entry{NavGroups, v.Product.Console.Labels.UsersAndGroups, "group", []string{"groups"}, access.ViewGroups, ""})
	}
	return v.visible(append(all, entry{NavActivity, "Activity", "activity", []string{"activity"}, access.ViewActivity, ""}))
}

// Settings is the rail's second part.
func (v *View) Settings() []NavEntry {
	sso := entry{NavSSO, v.Product.Console.Labels.SSO, "key", []string{"settings", "sso"}, access.ViewSSO, ""}
	if !v.Can(access.ViewSSO) {
		sso.action = access.ViewSCIM
	}
	general := entry{NavGeneral, "General Configurations", "settings", []string{"settings", "workspace"}, access.ViewWorkspace, ""}
	if !v.Can(access.ViewWorkspace) {
		general.action, general.path = access.ViewRoles, []string{"settings", "roles"}
	}
	return v.visible([]entry{
		general, sso,
		{NavTokens, "Tokens", "token", []string{"settings", "tokens"}, access.ViewTokens, ""},
		{NavPlan, "Seats & plan", "plan", []string{"settings", "plan"}, access.ViewPlan, ""},
	})
}

func (v *View) visible(all []entry) (out []NavEntry) {
	for _, e := range all {
		if v.Workspace.ID == "" || !v.Can(e.action) {
			continue
		}
		out = append(out, NavEntry{
			Key: e.key, Label: e.label, Href: v.To(e.path...), Icon: e.icon, Current: v.Nav == e.key,
			Locked: e.feature != "" && !v.Unlocked(e.feature),
		})
	}
	return out
}

// FeatureName is what people call a feature.
func FeatureName(f product.Feature) string {
	names := map[product.Feature]string{
		product.FeatureSSO: "Single sign-on", product.FeatureSCIM: "SCIM provisioning", product.FeatureGroups: "Groups",
		product.FeatureDomains: "Verified domains", product.FeatureAudit: "Export of the activity log", product.FeatureAPI: "Management API",
	}
	return OrElse(names[f], string(f))
}
