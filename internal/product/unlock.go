package product

import "slices"

// PlanOf gives the plan of that name; the plan of new workspaces when the
// product has none of that name, or none any more.
func (p *Product) PlanOf(name string) Plan {
	if plan, ok := p.Plan(name); ok {
		return plan
	}
	plan, _ := p.Plan(p.NewPlan)
	return plan
}

// Unlocked reports whether a workspace may use a feature: what an operator
// switched for it counts, then its plan.
func (p *Product) Unlocked(plan string, switched map[string]bool, f Feature) bool {
	if on, ok := switched[string(f)]; ok {
		return on
	}
	return slices.Contains(p.PlanOf(plan).Unlocks, f)
}
