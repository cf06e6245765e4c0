package identity

import "time"

// Protocol is how people sign in at an identity provider.
type Protocol string

// The protocols.
const (
	SAML Protocol = "saml" // SAML 2.0
	OIDC Protocol = "oidc" // OpenID Connect
)

// How a session began at the customer's identity provider, and by a workspace's
// sealed recovery code.
const (
	BySAML         Method = "saml"
	ByOIDC         Method = "oidc"
	ByRecoveryCode Method = "recovery code"
)

// SignOn is how the people of a workspace sign in through a connection. It may be
// half set up: a draft has what is known so far.
type SignOn struct {
	Connection ConnectionID
	Enabled    bool     // people may sign in by it
	Protocol   Protocol // which of both is used; "" while nobody chose
	JustInTime string   // "on" and "off"; "" as the product says
	Unasked    bool     // a SAML response that nobody asked for begins a sign-in, where the product allows it
	SAML       SAMLSettings
	OIDC       OIDCSettings
	// Proven is when an administrator signed in through exactly this; a change of
	// what matters takes it away.
	Proven   time.Time
	ProvenBy MemberID
	Version  int64 // rises with every change; 0 while nothing was ever saved
	// Trust rises whenever somebody who lacks a right of the catalogue changes what
	// decides who is believed, and Limit holds the rights that all of those have who
	// did so since somebody with every right switched the connection on; nil for no
	// limit. A member with more rights proves the old credential once for each Trust.
	Trust int64   `json:",omitempty"`
	Limit *Rights `json:",omitempty"`
}

// Rights is what somebody may: the rights of the catalogue by their names, and
// whether the workspace is theirs.
type Rights struct {
	Owner bool     `json:"owner,omitempty"`
	May   []string `json:"may,omitempty"`
}

// SAMLSettings is an identity provider that speaks SAML 2.0.
type SAMLSettings struct {
	EntityID     string    // of the identity provider
	SSOURL       string    // takes requests by the redirect binding
	SSOPostURL   string    // takes requests by the POST binding; "" when it does not
	SLOURL       string    // takes logout requests by redirect; "" for no single logout
	SLOReturnURL string    // takes logout responses; "" for SLOURL
	Certificates []string  // that it signs with: base64 of DER, without line breaks
	MetadataURL  string    // where these values come from; "" when they were typed or uploaded
	Fetched      time.Time // when they last came from there
	ValidUntil   time.Time // as the metadata says; zero: it says nothing
	FetchError   string    // why the last try to fetch them failed; "" when it did not
	Found        string    // what the last fetch brought that needs an administrator's word: another entity id; "" for nothing
	// Gone says since when certificates of the list are not in the metadata any
	// more: they are taken for a while, so that a rollover refuses nobody.
	Gone map[string]time.Time
	// Failing is since when the metadata cannot be fetched, zero when they can, and
	// FailingTold that the administrators were told.
	Failing     time.Time
	FailingTold bool
	// Slug is the workspace's slug in the address that the provider was given for
	// responses, so that a rename breaks nothing (T08); "" for the present one.
	Slug         string
	SignRequests bool      // requests carry our signature
	ForceAuthn   bool      // people show their credentials anew each time
	Context      string    // the authentication context that is asked for; "" for any
	NameID       string    // the format of the subject that is asked for; "" leaves it to the provider
	SHA1Until    time.Time // until when signatures with SHA-1 are taken; zero: never
	CBC          bool      // AES-CBC may encrypt an assertion, inside a signed response only
	// Attributes says which attribute of the assertion is which of ours; what is not
	// here is found by the names that providers use.
	Attributes map[string]string
}

// OIDCSettings is an identity provider that speaks OpenID Connect.
type OIDCSettings struct {
	Issuer        string // as it stands in ID tokens
	ClientID      string
	Secret        string    `json:"secret,omitempty"`    // sealed; "" for none
	OldSecret     string    `json:"oldSecret,omitempty"` // sealed; still tried while a new one is brought in
	SecretExpires time.Time // as an administrator noted it; zero: unknown
	Scopes        []string  // beside openid; none: profile and email
	Algorithms    []string  // that ID tokens may be signed with; none: RS256
	// What the provider's discovery document said.
	AuthURL, TokenURL, KeysURL, EndURL, UserInfoURL string
	AuthMethod                                      string // how it takes the secret: "client_secret_basic", "client_secret_post"; "" for the first
	IssInAnswer                                     bool   // its answers say who it is (RFC 9207)
	Discovered                                      time.Time
	FetchError                                      string
	Attributes                                      map[string]string // as of SAML
}

// Assertion is what an identity provider has said of somebody, after everything
// about it was checked that can be checked without knowing our own people.
type Assertion struct {
	Protocol Protocol
	ID       string // of the assertion, or of the ID token; counts once
	Issuer   string
	Subject  string // NameID, or sub; of Entra's ID tokens the object id
	// Stable says that the subject stays when the person is renamed: a persistent
	// NameID, an OpenID Connect subject. An address never is.
	Stable bool
	Format string // of the NameID
	// Qualifier and SPQualifier stand beside the NameID; a logout request repeats them.
	Qualifier, SPQualifier string
	Address                string              // e-mail, as it came; "" when there was none
	UserName               string              // a name to sign in with, as a UPN; "" when there was none
	GivenName              string              // "" when it did not come
	FamilyName             string              // "" when it did not come
	Name                   string              // displayed; "" when it did not come
	Attributes             map[string][]string // everything that came, by the names that it came under
	Session                string              // SessionIndex, or sid
	Context                string              // AuthnContextClassRef, or acr
	AuthnAt                time.Time           // zero when it is not said
	SessionEnd             time.Time           // when the provider wants the session to end; zero: not said
	Expires                time.Time           // until when the assertion could be shown again
}

// RequireMode says for whom signing in through the identity provider is required.
type RequireMode string

// The stages of requiring it.
const (
	RequireOff      RequireMode = ""
	RequireReport   RequireMode = "report" // nobody; who would be refused is listed
	RequirePeople   RequireMode = "people" // those who are named
	RequireEveryone RequireMode = "everyone"
)

// RequireSSO is how far a workspace requires its people to sign in through its
// identity provider.
type RequireSSO struct {
	Mode  RequireMode `json:"mode,omitempty"`
	Since time.Time   `json:"since,omitzero"`
	By    MemberID    `json:"by,omitempty"`
	// Confirmed is when an administrator signed in through the provider after it was
	// switched on. Without that it reverts at Until.
	Confirmed time.Time `json:"confirmed,omitzero"`
	Until     time.Time `json:"until,omitzero"`
	// Before is the confirmed stage that it reverts to; nil for none. It has none
	// of its own.
	Before *RequireSSO `json:"before,omitempty"`
	// Added are the named people who are so by this step: unless it is confirmed,
	// they are named no longer.
	Added []MemberID `json:"added,omitempty"`
}

// Domain is a domain of e-mail addresses that a workspace says is its own.
type Domain struct {
	Workspace WorkspaceID
	Name      string // lower case, in ASCII: "acme.example"
	Token     string // what the TXT record holds
	Created   time.Time
	Verified  time.Time // zero: not yet, or it has lapsed
	Checked   time.Time // last; zero: never
	Missing   time.Time // since when the record of a verified domain is not found; zero: it is
	Captures  bool      // an address of it leads to the workspace's provider on the sign-in page
}

// What happens around signing in through an identity provider.
const (
	SignOnChanged      Verb = "connection.sign_on_changed"
	SignOnProven       Verb = "connection.proven"           // an administrator signed in through this very configuration
	MetadataRefreshed  Verb = "connection.metadata_changed" // the provider's own metadata brought other values
	KeyRotated         Verb = "connection.key_rotated"      // of ours
	MemberLinked       Verb = "member.linked"               // signs in through a connection from now on
	MemberUnlinked     Verb = "member.unlinked"
	MemberSignedIn     Verb = "member.signed_in" // only where it changed something of the member
	DomainAdded        Verb = "domain.added"
	DomainVerified     Verb = "domain.verified"
	DomainLapsed       Verb = "domain.lapsed"
	DomainChanged      Verb = "domain.changed"
	DomainRemoved      Verb = "domain.removed"
	RequireChanged     Verb = "sso.require_changed"
	RequireConfirmed   Verb = "sso.require_confirmed"
	RequireReverted    Verb = "sso.require_reverted"
	MemberExempted     Verb = "member.exempted"
	MemberNotExempted  Verb = "member.not_exempted"
	RecoveryIssued     Verb = "recovery_codes.issued"
	RecoveryUsed       Verb = "recovery_code.used"
	VerifiersDisagreed Verb = "connection.verifiers_disagreed" // on a response, which was refused
)
