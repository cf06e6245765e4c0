package interop_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml"
)

const simpleSAML = "/usr/share/simplesamlphp"

// php is SimpleSAMLphp as an identity provider, by PHP's own server.
type php struct {
	t         *testing.T
	dir, base string
}

// startPHP runs it, with a key, and two people: ann and bob, whose passwords are
// their names.
func startPHP(t *testing.T) *php {
	t.Helper()
	if _, err := os.Stat(simpleSAML + "/www/index.php"); err != nil {
		t.Fatal("this test needs SimpleSAMLphp; install it with: make deps")
	}
	p := &php{t: t, dir: t.TempDir()}
	number := port(t)
	p.base = "http://127.0.0.1:" + number + "/"
	write(t, p.dir, map[string]string{
		"config.php": fmt.Sprintf(phpConfig, p.base, p.dir), "authsources.php": phpPeople,
		"log/.keep": "", "data/.keep": "", "tmp/.keep": "", "sessions/.keep": "", "metadata/saml20-sp-remote.php": "<?php\n",
	})
	p.key("first", keys()[0])
	p.hosted(`'privatekey' => 'first.pem', 'certificate' => 'first.crt'`)
	p.knows("")
	start(t, p.dir, []string{"SIMPLESAMLPHP_CONFIG_DIR=" + p.dir}, "php", "-d", "opcache.enable=0", "-S", "127.0.0.1:"+number, "-t", simpleSAML+"/www")
	fetch(t, p.metadata())
	return p
}

// key gives the provider a key.
func (p *php) key(name string, k *saml.Key) {
	p.t.Helper()
	key, cert := pems(p.t, k)
	write(p.t, p.dir, map[string]string{"cert/" + name + ".pem": key, "cert/" + name + ".crt": cert})
}

// hosted says what the provider is like.
func (p *php) hosted(settings string) {
	p.t.Helper()
	write(p.t, p.dir, map[string]string{"metadata/saml20-idp-hosted.php": fmt.Sprintf(phpHosted, p.base, settings)})
}

// knows gives the provider our metadata.
func (p *php) knows(ours string) {
	p.t.Helper()
	if ours == "" {
		ours = `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>`
	}
	write(p.t, p.dir, map[string]string{"sp.xml": ours})
}

func (p *php) metadata() string { return p.base + "saml2/idp/metadata.php" }

// began is the address by which a sign-in begins at the provider.
func (p *php) began(entityID, relay string) string {
	return p.base + "saml2/idp/SSOService.php?" + url.Values{"spentityid": {entityID}, "RelayState": {relay}}.Encode()
}

// logs gives what the provider has written down.
func (p *php) logs() string {
	text, _ := os.ReadFile(filepath.Join(p.dir, "log", "simplesamlphp.log"))
	return string(text[max(0, len(text)-3000):])
}

// login types a name, which is the password too.
func (p *php) login(b *walker, at *page, name string) *page {
	p.t.Helper()
	if !strings.HasPrefix(at.At.String(), p.base) {
		p.t.Fatalf("this is not the provider's page: %s (%d) %s\n%s", at.At, at.Status, at.text(), p.logs())
	}
	return b.Fill(at, "username", "username", name, "password", name)
}

func (w *world) withPHP(settings string) *php {
	w.t.Helper()
	p := startPHP(w.t)
	if settings != "" {
		p.hosted(`'privatekey' => 'first.pem', 'certificate' => 'first.crt', ` + settings)
	}
	w.useMetadata(p.metadata())
	p.knows(w.ours())
	return p
}

func TestInterop_SimpleSAMLphp_SignInFromBothSides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.withPHP("")
	ann := newWalker(t)
	w.isIn(ann, p.login(ann, ann.Open(w.BaseURL+"/sso/acme"), "ann"), "ann@acme.example")
	if !ann.passed(w.BaseURL + "/saml/acme/acs") {
		t.Error("no response came")
	}
	// From the provider: what nobody asked for begins a fresh request.
	bob := newWalker(t)
	began := p.began(w.SignIn.EntityID(w.Acme.ID), w.BaseURL+"/account/sessions")
	at := p.login(bob, bob.Open(began), "bob")
	if at.At.Path != "/account/sessions" {
		t.Errorf("the deep link is lost: %s", at.At)
	}
	w.isIn(bob, at, "bob@acme.example")
	if n := strings.Count(strings.Join(bob.Passed, "\n"), "/acs"); n < 2 {
		t.Errorf("%d responses came, so that the one that nobody asked for was believed", n)
	}
}

func TestInterop_SimpleSAMLphp_SignedRequestsAndEncryptedAssertions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(func(o *identity.SignOn) { o.SAML.SignRequests = true })
	p := w.withPHP(`'assertion.encryption' => true`)
	// It encrypts with AES-CBC, which counts inside a signed response and where it is allowed only.
	ann := newWalker(t)
	refused := p.login(ann, ann.Open(w.BaseURL+"/sso/acme"), "ann")
	if refused.Status == 200 || !strings.Contains(refused.Body, "S66-") {
		t.Errorf("without the exception: %d %s", refused.Status, refused.text())
	}
	w.change(func(o *identity.SignOn) { o.SAML.CBC = true })
	w.isIn(ann, ann.Open(w.BaseURL+"/sso/acme"), "ann@acme.example")

	// A request that somebody else signed is not taken there: it checks.
	on, err := w.SignIn.SignOn(t.Context(), w.Acme.ID, w.connection.ID)
	w.must(err)
	r := saml.Request{ID: saml.NewID(), Issuer: w.SignIn.EntityID(w.Acme.ID), Destination: on.SAML.SSOURL, ACS: w.BaseURL + "/saml/acme/acs", At: time.Now()}
	forged, err := r.Redirect("", keys()[2])
	w.must(err)
	if at := newWalker(t).Open(forged); strings.Contains(at.Body, `name="username"`) {
		t.Error("the provider does not check our signature, so this test shows nothing of it")
	}
}

func TestInterop_SimpleSAMLphp_LogoutFromBothSides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.withPHP("")
	ann := newWalker(t)
	w.isIn(ann, p.login(ann, ann.Open(w.BaseURL+"/sso/acme"), "ann"), "ann@acme.example")
	at := w.signOut(ann)
	if !ann.passed(w.BaseURL+"/saml/acme/slo") || at.At.Path != "/signed-out" {
		t.Errorf("ends at %s (%d): %s\n%s", at.At, at.Status, at.text(), p.logs())
	}
	w.isOut(ann)
	if at := ann.Open(w.BaseURL + "/sso/acme"); !strings.Contains(at.Body, `name="username"`) {
		t.Errorf("the provider's session lives: %s", at.At)
	}

	bob, elsewhere := newWalker(t), newWalker(t)
	w.isIn(bob, p.login(bob, bob.Open(w.BaseURL+"/sso/acme"), "bob"), "bob@acme.example")
	w.isIn(elsewhere, p.login(elsewhere, elsewhere.Open(w.BaseURL+"/sso/acme"), "bob"), "bob@acme.example")
	at = bob.Open(p.base + "saml2/idp/SingleLogoutService.php?ReturnTo=" + url.QueryEscape(p.base+"saml2/idp/metadata.php"))
	if !bob.passed(w.BaseURL + "/saml/acme/slo") {
		t.Errorf("ends at %s (%d): %s", at.At, at.Status, at.text())
	}
	w.isOut(bob)
	if me := elsewhere.Open(w.BaseURL + "/account"); me.At.Path == "/login" {
		t.Error("a session of another browser has ended too")
	}
}

func TestInterop_SimpleSAMLphp_KeysOfBothSidesRollOverWithoutAFailedSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(func(o *identity.SignOn) { o.SAML.SignRequests = true })
	const encrypted = `, 'assertion.encryption' => true`
	p := w.withPHP(`'assertion.encryption' => true`)
	w.change(func(o *identity.SignOn) { o.SAML.CBC = true })
	enter := func(when string) {
		t.Helper()
		b := newWalker(t)
		at := p.login(b, b.Open(w.BaseURL+"/sso/acme"), "ann")
		if at.Status != 200 {
			t.Fatalf("%s: %s (%d) %s", when, at.At, at.Status, at.text())
		}
		w.isIn(b, at, "ann@acme.example")
	}
	enter("before")

	// Theirs: both are published, the old one signs; then the new one does.
	p.key("second", keys()[1])
	p.hosted(`'privatekey' => 'first.pem', 'certificate' => 'first.crt', 'new_privatekey' => 'second.pem', 'new_certificate' => 'second.crt'` + encrypted)
	enter("while both are published")
	w.useMetadata(p.metadata())
	on, err := w.SignIn.SignOn(t.Context(), w.Acme.ID, w.connection.ID)
	w.must(err)
	if len(on.SAML.Certificates) != 2 {
		t.Fatalf("%d keys are known", len(on.SAML.Certificates))
	}
	enter("while both are known")
	p.hosted(`'privatekey' => 'second.pem', 'certificate' => 'second.crt'` + encrypted)
	enter("with their new key")
	w.useMetadata(p.metadata())
	enter("when only the new one is known")

	// Ours: the next is published, then it signs, and what is encrypted to the old one is read.
	next, err := w.SignIn.RotateKey(t.Context(), w.Acme.ID, w.Operator)
	w.must(err)
	enter("while our next key is not known there")
	p.knows(w.ours())
	enter("while both of ours are known there")
	w.must(w.SignIn.UseKey(t.Context(), w.Acme.ID, next.ID, w.Operator))
	enter("while it still encrypts to our old key")
	p.knows(w.ours())
	enter("with our new key")
}

const phpConfig = `<?php
$config = [
    'baseurlpath' => '%[1]s', 'certdir' => '%[2]s/cert/', 'loggingdir' => '%[2]s/log/', 'datadir' => '%[2]s/data/', 'tempdir' => '%[2]s/tmp',
    'metadatadir' => '%[2]s/metadata/', 'attributenamemapdir' => '/etc/simplesamlphp/attributemap/',
    'technicalcontact_name' => 'Test', 'technicalcontact_email' => 'test@provider.example', 'timezone' => 'UTC',
    'secretsalt' => 'of a test', 'auth.adminpassword' => 'of a test, too', 'admin.checkforupdates' => false, 'trusted.url.domains' => null,
    'logging.handler' => 'file', 'logging.level' => SimpleSAML\Logger::NOTICE, 'logging.logfile' => 'simplesamlphp.log', 'statistics.out' => [],
    'enable.saml20-idp' => true, 'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'session.cookie.secure' => false, 'session.cookie.samesite' => null, 'session.phpsession.savepath' => '%[2]s/sessions',
    'language.available' => ['en'], 'language.rtl' => [], 'language.default' => 'en', 'language.cookie.secure' => false, 'language.cookie.samesite' => null,
    'theme.use' => 'default', 'authproc.idp' => [], 'authproc.sp' => [], 'store.type' => 'phpsession',
    'metadata.sources' => [['type' => 'flatfile'], ['type' => 'xml', 'file' => '%[2]s/sp.xml']],
];
`

const phpPeople = `<?php
$config = ['people' => ['exampleauth:UserPass',
    'ann:ann' => ['uid' => ['ann'], 'mail' => ['ann@acme.example'], 'givenName' => ['Ann'], 'sn' => ['Ames']],
    'bob:bob' => ['uid' => ['bob'], 'mail' => ['bob@acme.example'], 'givenName' => ['Bob'], 'sn' => ['Bell']],
]];
`

const phpHosted = `<?php
$metadata['%[1]sidp'] = [
    'host' => '__DEFAULT__', 'auth' => 'people', %[2]s,
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'saml20.sign.response' => true, 'saml20.sign.assertion' => true, 'sign.logout' => true, 'validate.logout' => true,
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    'authproc' => [3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'mail', 'Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress']],
];
`
