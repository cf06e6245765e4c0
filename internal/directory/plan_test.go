package directory_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// tiers is a product whose first plan unlocks sign-on alone.
const tiers = `name: Tiers
plans:
  - {name: pro, title: PRO, unlocks: [sso]}
  - {name: plus, title: Plus, unlocks: [sso, scim]}
  - {name: enterprise, title: ENTERPRISE, unlocks: [sso, scim, groups, domains, audit, api]}
contact: {text: get in touch, url: "mailto:sales@tiers.example"}
`

func (w *world) plan(name string) {
	w.t.Helper()
	if err := w.service.SetPlan(ctx, w.ws, name, operator); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) entitle(f product.Feature, on *bool) {
	w.t.Helper()
	if err := w.service.SetEntitlement(ctx, w.ws, f, on, operator); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) workspace() identity.Workspace {
	w.t.Helper()
	d, err := w.db.Read(w.ws).Details(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func TestE01_AWorkspaceWhosePlanLacksProvisioningLearnsWhyAndWhatUnlocksIt(t *testing.T) {
	onBoth(t, tiers, func(t *testing.T, w *world) {
		other := w.neighbour()
		other.plan("enterprise")
		const reason = "the plan PRO of this workspace does not include provisioning by a directory; Plus and ENTERPRISE do: get in touch at sales@tiers.example"
		_, err := w.post(`{"userName":"ann@x.example"}`)
		mustForbid(t, err, reason)
		other.person(`{"userName":"ann@x.example"}`)
		w.plan("plus")
		ann := w.person(`{"userName":"ann@x.example"}`)
		_, err = w.postGroup(`{"displayName":"Team"}`)
		mustForbid(t, err, "does not include groups of a directory; ENTERPRISE does")
		w.plan("enterprise")
		team := w.group(`{"displayName":"Team","members":` + list(ann) + `}`)
		equal(t, "the other's people", other.tally().Users, 1)

		w.plan("pro")
		_, err = w.patch(ann, `{"op":"replace","path":"title","value":"Lead"}`)
		mustForbid(t, err, reason)
		mustForbid(t, w.patchGroup(team, `{"op":"replace","path":"displayName","value":"Crew"}`), reason)
		sameIDs(t, "found to be taken out", w.find("/Users", `userName eq "ann@x.example"`), ann)
		w.change(ann, `{"op":"replace","path":"active","value":false}`)
		equal(t, "the leaver", w.member(ann).State, identity.Inactive)
		equal(t, "what stays", w.tally().Groups, 1)
	})
}

func TestOfGroupsThatAPlanLocksOnlyRemovalsAct(t *testing.T) {
	onBoth(t, tiers, func(t *testing.T, w *world) {
		w.plan("enterprise")
		ann, bob := w.person(`{"userName":"ann@x.example"}`), w.person(`{"userName":"bob@x.example"}`)
		team := w.group(`{"displayName":"Team","members":` + list(ann, bob) + `}`)
		w.plan("plus")
		const reason = "does not include groups of a directory"
		mustForbid(t, w.patchGroup(team, `{"op":"replace","path":"displayName","value":"Crew"}`), reason)
		mustForbid(t, w.patchGroup(team, `{"op":"remove","path":"members","value":`+list(bob)+`},{"op":"replace","path":"displayName","value":"Crew"}`), reason)
		sameIDs(t, "members", w.members(team), ann)
		w.changeGroup(team, `{"op":"remove","path":"members","value":`+list(ann)+`}`)
		sameIDs(t, "members after all left", w.members(team))
		w.change(ann, `{"op":"replace","path":"title","value":"Lead"}`)
	})
}

func TestAnOperatorsSwitchCountsMoreThanThePlan(t *testing.T) {
	on, off := true, false
	onBoth(t, tiers, func(t *testing.T, w *world) {
		other := w.neighbour()
		seq := w.tally().Seq
		w.entitle(product.FeatureSCIM, &on)
		w.person(`{"userName":"ann@x.example"}`)
		_, err := other.post(`{"userName":"ann@x.example"}`)
		mustForbid(t, err, "does not include provisioning")
		w.plan("enterprise")
		w.entitle(product.FeatureSCIM, &off)
		_, err = w.post(`{"userName":"bob@x.example"}`)
		mustForbid(t, err, "switched off for this workspace by the operator of Tiers; get in touch")
		w.entitle(product.FeatureSCIM, nil)
		w.person(`{"userName":"bob@x.example"}`)
		w.entitle(product.FeatureSCIM, nil)
		equal(t, "log", w.verbs(seq), "workspace.changed member.provisioned workspace.changed workspace.changed workspace.changed member.provisioned")
		d := w.log(seq)[0].Values[0]
		equal(t, "the switch in the log", d.Field+": "+d.Before.(string)+" to "+d.After.(string), "entitlements.scim: as the plan says to on")
		for _, err := range []error{w.service.SetPlan(ctx, w.ws, "gold", operator), w.service.SetEntitlement(ctx, w.ws, "gold", &on, operator)} {
			if identity.KindOf(err) != identity.Invalid || !strings.Contains(err.Error(), `"gold"`) {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestAProductWithoutPlansUnlocksEverything(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		for _, f := range product.Features() {
			if err := w.service.Locked(w.workspace(), f); err != nil || !w.service.Unlocked(w.workspace(), f) {
				t.Errorf("%s is locked: %v", f, err)
			}
		}
		later := w.under(tiers) // the plan "standard" is none of this product's: that of new workspaces counts
		equal(t, "scim under another definition", later.service.Unlocked(w.workspace(), product.FeatureSCIM), false)
		equal(t, "sso under another definition", later.service.Unlocked(w.workspace(), product.FeatureSSO), true)
	})
}
