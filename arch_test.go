package anteroom_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/anteroom-id/anteroom"

// layer is a height in the house. A package imports only packages of lower
// layers, or of a lower rank within its own, so that every arrow points down and
// no edge knows another.
type layer int

const (
	pure    layer = iota // no I/O of their own: protocol, nouns, rules, plumbing
	product              // the definition: what makes it this product
	store                // the only SQL
	verbs                // decide by the rules, write once
	edges                // translate a protocol to verbs; never import each other
	tools                // stand outside and use the protocol only, as a stranger would
	command              // main packages; wire everything
)

// place is where a package stands.
type place struct {
	layer   layer
	rank    int      // within the layer: higher may import lower
	outside []string // modules beyond the standard library that it may import
	only    []string // when not empty: the only packages that may import it
	why     string
}

// places has a line for every package. A new package gets its line here, with
// its reason, before it gets its second file.
func places() map[string]place {
	return map[string]place{
		"scim/filter":              {pure, 0, nil, nil, "public: the filter language, to be taken alone; standard library only"},
		"internal/identity":        {pure, 0, nil, nil, "nouns and rules of the domain, without I/O; standard library only"},
		"internal/explain":         {pure, 0, nil, nil, "every reason to refuse, by its code; standard library only"},
		"internal/web":             {pure, 0, []string{"golang.org/x/time"}, nil, "HTTP plumbing that knows no domain"},
		"internal/web/browsertest": {pure, 0, []string{"github.com/chromedp/chromedp"}, []string{"tests", "internal/edge/console/consoletest"}, "a browser, for tests only"},
		"internal/web/outbound":    {pure, 1, []string{"code.dny.dev/ssrf"}, nil, "goes to addresses that customers typed"},
		"scim":                     {pure, 1, []string{"github.com/go-json-experiment/json"}, nil, "public: the protocol over the filter language; one import until encoding/json/v2 is standard"},
		"internal/oidc":            {pure, 1, []string{"github.com/coreos/go-oidc", "github.com/go-jose/go-jose", "golang.org/x/oauth2"}, nil, "OpenID Connect relying party: a provider's answer becomes an assertion, or a rule says why not"},
		"internal/oidc/attack":     {pure, 2, nil, []string{"tests", "attacks/play"}, "a provider that lies, for tests and make attacks only"},
		"internal/saml/dsig":       {pure, 1, nil, nil, "strict XML, canonical form, signatures, decryption; standard library only"},
		"internal/saml/second":     {pure, 2, []string{"github.com/beevik/etree", "github.com/russellhaering/goxmldsig"}, nil, "the second verifier; shares nothing with the first but the question"},
		"internal/saml":            {pure, 3, nil, nil, "SAML service provider: messages, and what a response is worth"},
		"internal/saml/samltest":   {pure, 2, nil, []string{"tests", "bench"}, "responses with knobs, for tests and measuring only"},

		"internal/guide":   {product, 1, nil, nil, "how a provider is set up, told from the definition"},
		"internal/listing": {product, 2, nil, nil, "what catalogues of providers ask, told from the definition"},
		"internal/product": {product, 0, []string{"go.yaml.in/yaml/v4"}, nil, "reads one YAML file"},

		"internal/store":           {store, 0, []string{"github.com/jackc/pgx/v5", "modernc.org/libc", "modernc.org/sqlite"}, nil, "the only package that knows SQL and its drivers"},
		"internal/store/storetest": {store, 0, []string{"github.com/jackc/pgx/v5"}, []string{"internal/store/storetest/pgtemp", "bench"}, "a throwaway PostgreSQL, for tests only"},

		"internal/token":     {verbs, 0, nil, nil, "verbs on secrets"},
		"internal/seal":      {verbs, 0, nil, nil, "keeps secrets that are needed again unreadable in the database"},
		"internal/access":    {verbs, 0, nil, nil, "who may do what in the console: one table"},
		"internal/mail":      {verbs, 1, nil, nil, "the outbox, and SMTP"},
		"internal/directory": {verbs, 1, nil, nil, "verbs on people; the only writer of members, groups and roles"},
		"internal/account":   {verbs, 2, []string{"github.com/go-webauthn/webauthn", "golang.org/x/crypto", "golang.org/x/text"}, nil, "verbs on people who sign in here: links, passwords, passkeys, second factors, sessions"},

		"internal/signin":         {verbs, 3, []string{"golang.org/x/net"}, nil, "verbs on signing in through customers' identity providers, on domains and on requiring it"},
		"internal/signin/dnstest": {verbs, 0, []string{"golang.org/x/net"}, []string{"tests", "internal/edge/console/consoletest"}, "a name server on loopback, for tests only"},

		"internal/edge/scimapi":          {edges, 0, []string{"github.com/go-json-experiment/json"}, nil, "directories push people and groups"},
		"internal/edge/console/frame":    {edges, 0, nil, nil, "what every page stands in: pipeline, session, gates, layout, forms"},
		"internal/edge/console/told":     {edges, 0, nil, nil, "puts the change log into words"},
		"internal/edge/console/hosted":   {edges, 1, nil, nil, "pages: sign-in, links, the own account"},
		"internal/edge/console/people":   {edges, 1, nil, nil, "pages: home, members, groups"},
		"internal/edge/console/connect":  {edges, 2, nil, nil, "pages: connectors, provisioning, the set-up guide; a test sign-in leaves by the pages of signon"},
		"internal/edge/console/settings": {edges, 1, nil, nil, "pages: the workspace, roles, tokens, plan"},
		"internal/edge/console/activity": {edges, 1, nil, nil, "pages: what the directory asked, every change, exports"},
		"internal/edge/console/operator": {edges, 1, nil, nil, "pages of the vendor"},
		"internal/edge/console/signon":   {edges, 1, nil, nil, "pages: signing in through an identity provider"},
		"internal/edge/samlsp":           {edges, 2, nil, nil, "SAML identity providers answer; what became of it is shown by the pages of signon"},
		"internal/edge/oidcrp":           {edges, 2, nil, nil, "OpenID Connect providers answer; as above"},
		"internal/edge/console":          {edges, 3, nil, nil, "all pages together, and the live page"},

		"internal/edge/console/consoletest": {edges, 4, nil, []string{"tests", "internal/edge/console/providertest"}, "a deployment with people who are signed in, for tests only"},

		"scim/scimtest":    {tools, 0, nil, nil, "public: points at any SCIM server, so it must know none; standard library only"},
		"lab":              {tools, 0, nil, nil, "public: directories in a box; they know of us what a real directory knows; standard library only"},
		"lab/idp/markup":   {tools, 0, nil, nil, "public: writes, signs and encrypts XML, sharing nothing with what verifies it; standard library only"},
		"lab/idp/attack":   {tools, 2, nil, nil, "public: what attackers send to a service provider, and what honest providers do; standard library only"},
		"lab/idp":          {tools, 1, nil, nil, "public: identity providers in a box that sign people in; standard library only"},
		"internal/labpage": {tools, 1, nil, nil, "a page for a long-running lab: knows the lab and HTTP plumbing, nothing of the server"},

		"cmd/anteroom":                       {command, 0, []string{"github.com/alecthomas/kong", "github.com/schollz/progressbar/v3", "go.yaml.in/yaml/v4"}, nil, "the one binary"},
		"internal/proven":                    {command, 0, nil, nil, "reads the tests' results and holds the rows of the help pages against them"},
		"internal/edge/console/providertest": {command, 0, nil, []string{"tests"}, "a lab's identity provider beside that deployment, for tests only"},
		"internal/store/storetest/pgtemp":    {command, 0, nil, nil, "a throwaway PostgreSQL for make test"},
		"attacks":                            {command, 1, nil, nil, "prints what became of every attack on sign-ins"},
		"attacks/play":                       {command, 0, nil, []string{"attacks"}, "plays attacks and faults against messages, verbs and edges, and counts"},
		"bench":                              {command, 0, []string{"github.com/jackc/pgx/v5", "github.com/russellhaering/gosaml2", "github.com/russellhaering/goxmldsig", "modernc.org/sqlite"}, nil, "measures against floors made of the bare drivers"},
	}
}

// rule keeps a part of the standard library out of some packages.
type rule struct {
	imports string
	keptOut func(name string, p place) bool
	why     string
}

func rules() []rule {
	noIO := func(name string, p place) bool {
		return name == "scim/filter" || name == "internal/identity" || p.layer == product
	}
	return []rule{
		{"database/sql", func(name string, p place) bool { return p.layer != store && name != "bench" }, "only store knows SQL"},
		{"net/http", func(name string, p place) bool { return noIO(name, p) || p.layer == store }, "edges translate; rules and store do not know HTTP"},
		{"net", noIO, "rules do no I/O"},
		{"os", noIO, "rules do no I/O"},
		{"testing", func(name string, _ place) bool { return !strings.HasSuffix(name, "test") }, "tests stay out of what ships"},
		{"unsafe", func(name string, _ place) bool { return name != "internal/store" }, "only the way to SQLite needs it, in one file"},
	}
}

func TestEveryPackageHasAPlace(t *testing.T) {
	all, found := places(), packages(t)
	for name := range found {
		if _, ok := all[name]; !ok {
			t.Errorf("%s has no place: give it a layer and a reason in arch_test.go, and a line in ARCHITECTURE.md", name)
		}
	}
	for name, p := range all {
		if _, ok := found[name]; !ok {
			t.Errorf("%s (%s) has a place but no code: remove its line", name, p.why)
		}
	}
}

func TestPackagesImportOnlyWhatIsBelowThem(t *testing.T) {
	all := places()
	for name, imports := range packages(t) {
		for _, i := range imports {
			if err := allowed(all, name, i); err != nil {
				t.Error(err)
			}
		}
	}
}

// allowed says why a package may not import another, or nil.
func allowed(all map[string]place, name, imported string) error {
	p := all[name]
	own, inside := strings.CutPrefix(imported, module+"/")
	switch {
	case inside:
		return below(all, name, own)
	case standard(imported):
		for _, r := range rules() {
			if r.imports == imported && r.keptOut(name, p) {
				return fmt.Errorf("%s imports %s: %s", name, imported, r.why)
			}
		}
	case !slices.ContainsFunc(p.outside, func(m string) bool { return imported == m || strings.HasPrefix(imported, m+"/") }):
		return fmt.Errorf("%s (%s) imports %s: a dependency has one home; name it in arch_test.go if this is a second one", name, p.why, imported)
	}
	return nil
}

func below(all map[string]place, name, imported string) error {
	from, to := all[name], all[imported]
	switch {
	case from.layer == tools && !(from.rank > 0 && (to.layer == tools && to.rank < from.rank || imported == "internal/web")):
		return fmt.Errorf("%s imports %s: %s", name, imported, from.why)
	case len(to.only) > 0 && !slices.Contains(to.only, name):
		return fmt.Errorf("%s imports %s: %s", name, imported, to.why)
	case to.layer > from.layer, to.layer == from.layer && to.rank >= from.rank && len(to.only) == 0:
		return fmt.Errorf("%s (%s) imports %s (%s), which does not stand below it", name, from.why, imported, to.why)
	}
	return nil
}

// standard reports whether an import is of the standard library: its first
// element has no dot.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// packages maps each package of the module to what its files import, tests left out.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, file := range goFiles(t) {
		name := path.Dir(file)
		if strings.HasSuffix(file, "_test.go") || name == "." {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = append(all[name], []string{}...)
		for _, i := range parsed.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(all[name], imported) {
				all[name] = append(all[name], imported)
			}
		}
	}
	return all
}
