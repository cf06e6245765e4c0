package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Provider is an identity provider in a box, whichever. What some can do beyond
// it are interfaces of their own: [Comparer], [OnDemand], [Discoverer],
// [Importer], [Restarter], [Credentialed].
type Provider interface {
	// Name is the provider's name as [New] knows it.
	Name() string
	// TestConnection does what the button in the provider's portal does.
	TestConnection(ctx context.Context) error
	// Cycle sends what differs from what was last sent.
	Cycle(ctx context.Context) (*Summary, error)
}

// Comparer reads the server back and says where its state is not the
// directory's. All providers do.
type Comparer interface {
	Compare(ctx context.Context) (*Comparison, error)
}

// OnDemand provisions one person or group at once, outside the cycles (Entra).
type OnDemand interface {
	ProvisionOnDemand(ctx context.Context, objectID string) (*Summary, error)
}

// Discoverer lists the accounts that the server has, and whose they are (Entra).
type Discoverer interface {
	DiscoverAccounts(ctx context.Context) (*Accounts, error)
}

// Importer brings the server's people into the directory (Entra, Okta,
// SailPoint).
type Importer interface {
	Import(ctx context.Context) (*ImportSummary, error)
}

// Restarter forgets how far provisioning has come, so that the next cycle looks
// at everything again (Entra).
type Restarter interface {
	Restart()
}

// Credentialed takes a new token, as when the old one has expired or was rotated.
// All providers do.
type Credentialed interface {
	SetToken(token string)
}

// Options says how a provider made by [New] behaves. The zero value is its usual
// configuration with one worker.
type Options struct {
	// Workers is how many requests run at the same time; 0 means 1.
	Workers int
	// OnProgress is called after every step, from one goroutine at a time.
	OnProgress func(Progress)
	// Mapping is the table of user attributes for Entra, PingFederate and
	// SailPoint; nil means the directory's own ([Directory.SetMappings]), or else
	// the provider's default. The other providers' is fixed: giving one is an
	// error.
	Mapping []Mapping
	// NoGroups switches groups off.
	NoGroups bool
	// NoCompare ends a cycle without reading the server back.
	NoCompare bool
	// NoCreate, NoUpdate and NoDeactivate clear the boxes that most portals
	// have. For Entra NoDeactivate means that nobody is deleted.
	NoCreate, NoUpdate, NoDeactivate bool
	// Backoff lets Entra wait before it tries again what has failed: see
	// [EntraOptions].
	Backoff bool
	// MaxRemovals is how many people and groups one cycle of Entra may disable or
	// delete; 0 means any number.
	MaxRemovals int

	// Template is OneLogin's SCIM JSON template; "" means [OneLoginTemplate].
	Template string
	// Updates is http.MethodPut or http.MethodPatch where the administrator can
	// choose (Google, OneLogin, PingFederate); "" means PUT.
	Updates string
	// Filter is PingFederate's expression for finding a person, with %s for the
	// user name; "" means userName eq "%s".
	Filter string
	// Deprovision says what happens with those who lose the application, where
	// the administrator can choose (Google, OneLogin, PingFederate, SailPoint).
	// nil means the provider's default.
	Deprovision *Triggers
}

// Description is a provider's name and what it does, in one line.
type Description struct {
	Name string `json:"name"`
	Does string `json:"does"`
}

// Providers lists the providers that [New] makes.
func Providers() []Description {
	return []Description{
		{"entra", "Microsoft Entra ID: finds, then PATCHes with capitalised operations; soft and hard delete; every 40 minutes"},
		{"entra-062020", "Microsoft Entra ID with the flag aadOptscim062020: the same, with PATCH closer to the standard"},
		{"okta", "Okta, an application of the catalogue: GET and PUT for profiles, PATCH for activation and groups"},
		{"okta-custom", "Okta, an application made with the wizard: PUT for everything"},
		{"google", "Google Workspace: people only, a fixed mapping; suspends or deletes after a delay of each trigger"},
		{"onelogin", "OneLogin: a JSON template, PUT or PATCH; DELETE or active false"},
		{"jumpcloud", "JumpCloud: tries a throw-away person and group when it is activated; PUT for people, PATCH for members"},
		{"pingfederate", "PingFederate: a filter of the administrator's own, PUT or PATCH; disables or deletes"},
		{"sailpoint", "SailPoint: reads everything in pages first, then PATCHes; roles are taken away by value path"},
	}
}

// New makes a provider by its name, one of [Providers]. What is wrong with the
// name, the options or a mapping is an error; what is wrong with the target is
// told by the first call.
func New(name string, dir *Directory, t Target, o Options) (Provider, error) {
	fixed := !slices.Contains([]string{"entra", "entra-062020", "pingfederate", "sailpoint"}, name)
	if fixed && o.Mapping != nil {
		return nil, fmt.Errorf("the mapping of %s is fixed", name)
	}
	switch name {
	case "entra", "entra-062020":
		e := NewEntra(dir, t, EntraOptions{
			OptSCIM062020: name != "entra", Workers: o.Workers, OnProgress: o.OnProgress, Mapping: o.Mapping, NoGroups: o.NoGroups,
			NoCompare: o.NoCompare, NoCreate: o.NoCreate, NoUpdate: o.NoUpdate, NoDelete: o.NoDeactivate, Backoff: o.Backoff, MaxRemovals: o.MaxRemovals,
		})
		if e.err != nil {
			return nil, e.err
		}
		return e, nil
	case "okta", "okta-custom":
		return NewOkta(dir, t, OktaOptions{
			Custom: name != "okta", Workers: o.Workers, OnProgress: o.OnProgress, NoGroups: o.NoGroups, NoCompare: o.NoCompare,
			NoCreate: o.NoCreate, NoUpdate: o.NoUpdate, NoDeactivate: o.NoDeactivate,
		}), nil
	}
	for _, h := range habits() {
		if h.name == name {
			c, err := newConnector(h, dir, t, o)
			if err != nil {
				return nil, err
			}
			if h.lists {
				return aggregator{c}, nil
			}
			return c, nil
		}
	}
	var names []string
	for _, d := range Providers() {
		names = append(names, d.Name)
	}
	return nil, fmt.Errorf("there is no provider %q; there are %s", name, strings.Join(names, ", "))
}

// rhythm is how a provider's service runs it. See [Schedule].
type rhythm struct {
	every      time.Duration // from the beginning of one cycle to the next
	probes     bool          // tests the connection before each cycle
	quarantine bool          // slows down what keeps failing
}

// rhythmic is a provider whose rhythm is known.
type rhythmic interface{ rhythm() rhythm }
