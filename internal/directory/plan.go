package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Unlocked reports whether a workspace may use a feature: what an operator
// switched for it counts, then its plan. A product without plans unlocks
// everything.
func (s *Service) Unlocked(w identity.Workspace, f product.Feature) bool {
	return s.product.Unlocked(w.Plan, w.Entitlements, f)
}

// Locked is the refusal of what a workspace may not use, for people to read: the
// plan, what unlocks the feature, and whom to ask. It is nil when the workspace
// may, else identity.Forbidden with the field "plan".
func (s *Service) Locked(w identity.Workspace, f product.Feature) error {
	if s.Unlocked(w, f) {
		return nil
	}
	return identity.Errorf(identity.Forbidden, "plan", "%s", s.whyLocked(w.Plan, f))
}

// whyLocked says why a workspace on a plan may not use a feature.
func (s *Service) whyLocked(plan string, f product.Feature) string {
	own, what := s.product.PlanOf(plan), featureName(f)
	if slices.Contains(own.Unlocks, f) {
		return fmt.Sprintf("%s is switched off for this workspace by the operator of %s; %s", what, s.product.Name, s.contact())
	}
	var titles []string
	for _, p := range s.product.Unlocking(f) {
		titles = append(titles, p.Title)
	}
	unlocking := "no plan does"
	if len(titles) > 0 {
		unlocking = strings.Join(titles, " and ") + " does"
	}
	if len(titles) > 1 {
		unlocking = strings.Join(titles, " and ") + " do"
	}
	return fmt.Sprintf("the plan %s of this workspace does not include %s; %s: %s", own.Title, what, unlocking, s.contact())
}

func featureName(f product.Feature) string {
	switch f {
	case product.FeatureSSO:
		return "single sign-on"
	case product.FeatureSCIM:
		return "provisioning by a directory"
	case product.FeatureGroups:
		return "groups of a directory"
	case product.FeatureDomains:
		return "verified domains"
	case product.FeatureAudit:
		return "export of the activity log"
	case product.FeatureAPI:
		return "the management API"
	}
	return string(f)
}

func (s *Service) contact() string {
	c := s.product.Contact
	if c.URL == "" {
		return c.Text
	}
	return c.Text + " at " + strings.TrimPrefix(c.URL, "mailto:")
}

// off says why a workspace's directory may only take people out; nil when it may
// do everything. Only taking people out always goes on, so that a lapsed plan
// never keeps a leaver in.
func (s *Service) off(t *store.Tally) error {
	if !t.Provisioning {
		return errOff
	}
	return s.lockedFor(t, product.FeatureSCIM)
}

// briefly says in a few words what off or groupsOff said.
func briefly(off error) string {
	var e *identity.Error
	if errors.As(off, &e) && e.Field == "plan" {
		return "the plan does not include it"
	}
	return "provisioning is switched off"
}

// groupsOff is off for groups, which plans unlock apart from people.
func (s *Service) groupsOff(t *store.Tally) error {
	if err := s.off(t); err != nil {
		return err
	}
	return s.lockedFor(t, product.FeatureGroups)
}

func (s *Service) lockedFor(t *store.Tally, f product.Feature) error {
	set, err := identity.ReadSettings(t.Settings)
	if err != nil {
		return err
	}
	if s.product.Unlocked(t.Plan, set.Entitlements, f) {
		return nil
	}
	return identity.Errorf(identity.Forbidden, "plan", "%s. %s", s.whyLocked(t.Plan, f), leaving)
}

// SetPlan puts a workspace on one of the product's plans.
func (s *Service) SetPlan(ctx context.Context, ws identity.WorkspaceID, plan string, o identity.Origin) error {
	if err := s.checkPlan(plan); err != nil {
		return err
	}
	_, err := s.changeWorkspace(ctx, ws, 0, o, func(_ *store.Tx, w *identity.Workspace) ([]identity.Delta, error) {
		before := w.Plan
		w.Plan = plan
		return changed("plan", before, plan), nil
	})
	return err
}

func (s *Service) checkPlan(plan string) error {
	if _, ok := s.product.Plan(plan); ok {
		return nil
	}
	var names []string
	for _, p := range s.product.Plans {
		names = append(names, p.Name)
	}
	return identity.Errorf(identity.Invalid, "plan", "there is no plan %q; %s has %s", plan, s.product.Name, strings.Join(names, ", "))
}

// SetEntitlement switches a feature on or off for one workspace, whatever its
// plan says; on nil leaves it to the plan again.
func (s *Service) SetEntitlement(ctx context.Context, ws identity.WorkspaceID, f product.Feature, on *bool, o identity.Origin) error {
	if !slices.Contains(product.Features(), f) {
		return identity.Errorf(identity.Invalid, "feature", "there is no feature %q; there are %s", f, joinFeatures(product.Features()))
	}
	_, err := s.changeWorkspace(ctx, ws, 0, o, func(_ *store.Tx, w *identity.Workspace) ([]identity.Delta, error) {
		before, after := maps.Clone(w.Entitlements), maps.Clone(w.Entitlements)
		if after == nil {
			after = map[string]bool{}
		}
		if delete(after, string(f)); on != nil {
			after[string(f)] = *on
		}
		w.Entitlements = after
		return changed("entitlements."+string(f), switched(before, f), switched(after, f)), nil
	})
	return err
}

func switched(entitlements map[string]bool, f product.Feature) string {
	on, ok := entitlements[string(f)]
	switch {
	case !ok:
		return "as the plan says"
	case on:
		return "on"
	}
	return "off"
}

func joinFeatures(all []product.Feature) string {
	var names []string
	for _, f := range all {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}
