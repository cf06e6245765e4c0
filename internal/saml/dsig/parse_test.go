package dsig_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

func codeOf(err error) explain.Code {
	if refusal, ok := errors.AsType[*explain.Refusal](err); ok {
		return refusal.Code
	}
	if err != nil {
		return explain.Code("not a refusal: " + err.Error())
	}
	return ""
}

func TestS4_WhatReadersUnderstandDifferentlyIsRefused(t *testing.T) {
	for text, want := range map[string]explain.Code{
		``:                                explain.SAMLXML,
		`text`:                            explain.SAMLXML,
		`<a>`:                             explain.SAMLXML,
		`<a></b>`:                         explain.SAMLXML,
		`<a></ab>`:                        explain.SAMLXML,
		`<ab></a>`:                        explain.SAMLXML,
		`<a`:                              explain.SAMLXML,
		`<a b></a>`:                       explain.SAMLXML,
		`<a b=c></a>`:                     explain.SAMLXML,
		`<a b="c></a>`:                    explain.SAMLXML,
		`<a b="<"></a>`:                   explain.SAMLXML,
		`<a b="1"c="2"></a>`:              explain.SAMLXML,
		`<a>]]></a>`:                      explain.SAMLXML,
		`<1a/>`:                           explain.SAMLXML,
		`<:a/>`:                           explain.SAMLXML,
		`<a:/>`:                           explain.SAMLXML,
		`<a:b:c/>`:                        explain.SAMLXML,
		`<a xmlns:x="urn:x:y"><x:1/></a>`: explain.SAMLXML,
		`<ä/>`:                            explain.SAMLXML,
		`< a/>`:                           explain.SAMLXML,
		`<a/ >`:                           explain.SAMLXML,
		`<?xml encoding="UTF-8"?><a/>`:    explain.SAMLXML,
		`<?xml version="1.1"?><a/>`:       explain.SAMLXML,
		`<?xml version="1.0" standalone="maybe"?><a/>`: explain.SAMLXML,
		`<?xml version="1.0" x="y"?><a/>`:              explain.SAMLXML,
		`<?xml version="1.0"><a/>`:                     explain.SAMLXML,

		"<a>\x00</a>":         explain.SAMLCharacter,
		"<a>\x1f</a>":         explain.SAMLCharacter,
		"<a>01234567\x01</a>": explain.SAMLCharacter,
		"<a>\xff</a>":         explain.SAMLCharacter,
		"<a>\xc0\xbc</a>":     explain.SAMLCharacter,
		"<a>\uFFFE</a>":       explain.SAMLCharacter,
		"\uFEFF<a/>":          explain.SAMLCharacter,
		`<?xml version="1.0" encoding="UTF-16"?><a/>`:     explain.SAMLCharacter,
		`<?xml version="1.0" encoding="ISO-8859-1"?><a/>`: explain.SAMLCharacter,
		"\xff\xfe<\x00a\x00/\x00>\x00":                    explain.SAMLCharacter,

		`<!DOCTYPE a><a/>`:                         explain.SAMLDoctype,
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`: explain.SAMLDoctype,
		`<a><!ELEMENT b ANY></a>`:                  explain.SAMLDoctype,
		`<a/><!DOCTYPE a>`:                         explain.SAMLDoctype,
		`<!-- --><a/>`:                             explain.SAMLComment,
		`<a>ann<!-- -->@evil</a>`:                  explain.SAMLComment,
		`<a/><!-- -->`:                             explain.SAMLComment,
		`<a><![CDATA[b]]></a>`:                     explain.SAMLCDATA,
		`<?php ?><a/>`:                             explain.SAMLInstruction,
		`<a><?b c?></a>`:                           explain.SAMLInstruction,
		` <?xml version="1.0"?><a/>`:               explain.SAMLInstruction,
		`<a/><?b?>`:                                explain.SAMLInstruction,
		`<a>&nbsp;</a>`:                            explain.SAMLEntity,
		`<a>&;</a>`:                                explain.SAMLEntity,
		`<a>&amp</a>`:                              explain.SAMLEntity,
		`<a>&#0;</a>`:                              explain.SAMLEntity,
		`<a>&#x1F;</a>`:                            explain.SAMLEntity,
		`<a>&#xD800;</a>`:                          explain.SAMLEntity,
		`<a>&#xFFFF;</a>`:                          explain.SAMLEntity,
		`<a>&#x110000;</a>`:                        explain.SAMLEntity,
		`<a>&#-1;</a>`:                             explain.SAMLEntity,
		`<a>&#X41;</a>`:                            explain.SAMLEntity,
		`<a>&#000000000000000000000065;</a>`:       explain.SAMLEntity,
		`<a b="&x;"/>`:                             explain.SAMLEntity,
		`<a xmlns="b"/>`:                           explain.SAMLNamespace,
		`<a xmlns:b="../c"/>`:                      explain.SAMLNamespace,
		`<a xmlns:b=""/>`:                          explain.SAMLNamespace,
		`<a xmlns=""/>`:                            explain.SAMLNamespace,
		`<a xmlns="urn:a b"/>`:                     explain.SAMLNamespace,
		`<a xmlns="urn:a&#10;b"/>`:                 explain.SAMLNamespace,
		`<a xmlns="1urn:a"/>`:                      explain.SAMLNamespace,
		`<a xmlns:xml="http://www.w3.org/XML/1998/namespace"/>`:    explain.SAMLNamespace,
		`<a xmlns:xml="urn:x:y"/>`:                                 explain.SAMLNamespace,
		`<a xmlns:xmlns="urn:x:y"/>`:                               explain.SAMLNamespace,
		`<a xmlns:b="http://www.w3.org/2000/xmlns/"/>`:             explain.SAMLNamespace,
		`<a xmlns="http://www.w3.org/XML/1998/namespace"/>`:        explain.SAMLNamespace,
		`<a xmlns:x="urn:x:y" xmlns:y="urn:x:z" x:b="1" y:c="2"/>`: explain.SAMLNamespace,
		"<a b='1\n2'/>":                        explain.SAMLCharacter,
		"<a b='1\t2'/>":                        explain.SAMLCharacter,
		"<a b='1\r2'/>":                        explain.SAMLCharacter,
		`<a xml:id="b"/>`:                      explain.SAMLNamespace,
		`<a xml:lang="b"/>`:                    explain.SAMLNamespace,
		`<xml:a/>`:                             explain.SAMLNamespace,
		`<b:a/>`:                               explain.SAMLNamespace,
		`<a b:c="d"/>`:                         explain.SAMLNamespace,
		`<c><a xmlns:b="urn:x:y"/><b:d/></c>`:  explain.SAMLNamespace,
		`<a b="1" b="2"/>`:                     explain.SAMLRepeated,
		`<a xmlns:x="urn:x:y" b="1" x:b="2"/>`: explain.SAMLRepeated,
		`<a xmlns:x="urn:x:y" xmlns:y="urn:x:y" x:b="1" y:b="2"/>`: explain.SAMLRepeated,
		`<a xmlns="urn:x:y" xmlns="urn:x:z"/>`:                     explain.SAMLRepeated,
		`<a xmlns:x="urn:x:y" xmlns:x="urn:x:y"/>`:                 explain.SAMLRepeated,
		`<a ID="1"><b ID="1"/></a>`:                                explain.SAMLSameID,
		`<a ID="1"><b id="1"/></a>`:                                explain.SAMLSameID,
		`<a ID="1"><b AssertionID="1"/></a>`:                       explain.SAMLSameID,
		`<a xmlns:w="urn:x:y" ID="1"><b w:Id="1"/></a>`:            explain.SAMLSameID,
		`<a/>b`:       explain.SAMLTrailing,
		`<a/><b/>`:    explain.SAMLTrailing,
		`<a></a></a>`: explain.SAMLTrailing,
	} {
		if _, err := dsig.Parse([]byte(text)); codeOf(err) != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestS11_AMessageIsBounded(t *testing.T) {
	attributes, declared := "", ""
	for i := range 40 {
		attributes += fmt.Sprintf(` a%d="1"`, i)
		declared += fmt.Sprintf(` xmlns:a%d="urn:x:%d"`, i, i)
	}
	deep := ""
	for i := range 6 {
		deep += "<a"
		for j := range 12 {
			deep += fmt.Sprintf(` xmlns:a%d="urn:x:y"`, i*12+j)
		}
		deep += ">"
	}
	for name, c := range map[string]struct {
		text string
		want explain.Code
	}{
		"bytes":                 {"<a>" + strings.Repeat("x", 1<<20) + "</a>", explain.SAMLSize},
		"depth":                 {strings.Repeat("<a>", 50_000), explain.SAMLLimit},
		"elements":              {"<a>" + strings.Repeat("<a/>", 25_000) + "</a>", explain.SAMLLimit},
		"attributes":            {"<a" + attributes + "/>", explain.SAMLLimit},
		"namespaces":            {"<a" + declared + "/>", explain.SAMLLimit},
		"namespaces in force":   {deep, explain.SAMLLimit},
		"the length of a name":  {"<" + strings.Repeat("a", 300) + "/>", explain.SAMLLimit},
		"the length of an attr": {"<a " + strings.Repeat("a", 300) + `=""/>`, explain.SAMLLimit},
	} {
		if _, err := dsig.Parse([]byte(c.text)); codeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := dsig.Parse([]byte(strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40))); err != nil {
		t.Errorf("forty deep: %v", err)
	}
}

// A canonical form can be larger than the message: each element that uses a
// prefix may have to declare it.
func TestS11_ACanonicalFormIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<a xmlns:x="urn:` + strings.Repeat("x", 900) + `">`)
	for range 3000 {
		b.WriteString("<x:a/>")
	}
	b.WriteString("</a>")
	d, err := dsig.Parse([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Root.Canonical(); codeOf(err) != explain.SAMLSize {
		t.Errorf("%v", err)
	}
}

func TestARefusalSaysWhere(t *testing.T) {
	_, err := dsig.Parse([]byte("<a>\n  <b></c>\n</a>"))
	if refusal, ok := errors.AsType[*explain.Refusal](err); !ok || !strings.Contains(refusal.Got, "line 2, column 6") {
		t.Errorf("%v", err)
	}
}

func TestMetadataIsReadLessStrictly(t *testing.T) {
	const text = "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- a --><a xmlns=\"\" xml:lang=\"d\re\" xmlns:x=\"urn:x:y\" x:lang=\"e\" ID=\"1\"><b id=\"1\">one<!-- two -->, <![CDATA[<three>]]></b></a><!-- b -->\n"
	d, err := dsig.ParseLax([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if !d.Root.Has("http://www.w3.org/XML/1998/namespace", "lang", "d e") || !d.Root.Has("urn:x:y", "lang", "e") {
		t.Errorf("%+v", d.Root.Attrs)
	}
	b, n := d.Root.Child("", "b")
	if got, alone := b.Text(); n != 1 || got != "one, <three>" || !alone {
		t.Errorf("%q, %v", got, alone)
	}
	if _, err := dsig.Parse([]byte(text)); err == nil {
		t.Error("a message may not be like that")
	}
	for text, want := range map[string]explain.Code{
		`<!DOCTYPE a><a/>`:   explain.SAMLDoctype,
		`<a><?b?></a>`:       explain.SAMLInstruction,
		`<a><!-- -- --></a>`: explain.SAMLXML,
		`<a><!-- </a>`:       explain.SAMLXML,
		`<a xml:id="1"/>`:    explain.SAMLNamespace,
		`<![CDATA[x]]><a/>`:  explain.SAMLDoctype,
	} {
		if _, err := dsig.ParseLax([]byte(text)); codeOf(err) != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestElementsAreFoundByNameAndNamespace(t *testing.T) {
	d, err := dsig.Parse([]byte(`<x:a xmlns:x="urn:x:y" xmlns="urn:x:z" c="1"><x:b>one</x:b><b x:c="2">t<d/>wo</b><b/> </x:a>`))
	if err != nil {
		t.Fatal(err)
	}
	if b, n := d.Root.Child("urn:x:z", "b"); n != 2 || b.Prefix() != "" || b.Attr("c") != "" || !b.Has("urn:x:y", "c", "2") {
		t.Errorf("%d of b", n)
	} else if _, alone := b.Text(); alone {
		t.Error("there is an element in the text of b")
	}
	if b, n := d.Root.Child("urn:x:y", "b"); n != 1 || b.Prefix() != "x" || textOf(b) != "one" {
		t.Errorf("%d of x:b", n)
	}
	if _, n := d.Root.Child("", "b"); n != 0 || d.Root.Count() != 3 || d.Root.Attr("c") != "1" {
		t.Errorf("%d of b without namespace, %d children", n, d.Root.Count())
	}
	all := ""
	for e := range d.Root.Descendants() {
		all += e.Local
	}
	for range d.Root.All("urn:x:z", "b") {
		all += "!"
	}
	if all != "abbdb!!" {
		t.Error(all)
	}
}

func textOf(e *dsig.Element) string {
	text, _ := e.Text()
	return text
}
