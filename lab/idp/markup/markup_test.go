package markup_test

import (
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

func TestTheCanonicalFormDeclaresWhatItUsesAndNoMore(t *testing.T) {
	inner := markup.New("urn:b", "b", "in", "z", "1", "a", "2").Say("x < y & \"z\"\r")
	inner.Attrs = append(inner.Attrs, markup.Attr{Prefix: "c", Local: "a", Space: "urn:c", Value: "\"\t\n"})
	inner.Declares = []markup.Declaration{{Prefix: "unused", Space: "urn:u"}}
	outer := markup.New("urn:a", "", "out").Add(inner, markup.New("urn:a", "", "same"), markup.New("", "", "none"))
	const in = `<b:in xmlns:b="urn:b" xmlns:c="urn:c" a="2" z="1" c:a="&quot;&#x9;&#xA;">x &lt; y &amp; "z"&#xD;</b:in>`
	if got := inner.Canonical(); got != in {
		t.Errorf("the inner one:\n%s, want\n%s", got, in)
	}
	if got, want := outer.Canonical(), `<out xmlns="urn:a">`+in+`<same></same><none xmlns=""></none></out>`; got != want {
		t.Errorf("the outer one:\n%s, want\n%s", got, want)
	}
	if got := inner.Canonical("unused"); !strings.Contains(got, `xmlns:unused="urn:u"`) {
		t.Errorf("a prefix that is to be kept: %s", got)
	}
	if got := inner.String(); !strings.Contains(got, `xmlns:unused="urn:u"`) {
		t.Errorf("the document leaves a declaration out: %s", got)
	}
}

func TestASignatureStandsWhereItIsPutAndCopiesDoNotShare(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e := markup.New(markup.Assertion, "", "Assertion", "ID", "_1").Add(markup.New(markup.Assertion, "", "Issuer"), markup.New(markup.Assertion, "", "Subject"))
	c := e.Clone()
	if err := markup.Sign(e, markup.Signing{Key: key, At: 1}); err != nil {
		t.Fatal(err)
	}
	if len(e.Kids) != 3 || e.Kids[1].Local != "Signature" || e.Find("Reference").Get("URI") != "#_1" {
		t.Errorf("the signature stands elsewhere: %s", e)
	}
	if len(c.Kids) != 2 {
		t.Error("the copy was signed too")
	}
	c.Set("ID", "_2")
	if e.Get("ID") != "_1" {
		t.Error("the copy shares its attributes")
	}
}

func TestWhatCameIsReadAndADocumentTypeIsNot(t *testing.T) {
	e, err := markup.Read(`<a:r xmlns:a="urn:a" ID="_1"> <a:k>text</a:k> </a:r>`)
	if err != nil || e.Local != "r" || e.Space != "urn:a" || e.Get("ID") != "_1" || e.Find("k").Text != "text" {
		t.Errorf("%v %v", e, err)
	}
	for _, text := range []string{`<!DOCTYPE r><r></r>`, `<r>`, ``, `text`} {
		if _, err := markup.Read(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}
