package filter_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/scim/filter"
)

var examples = []struct{ name, text string }{
	{"eq", `userName eq "a@b.c"`},
	{"urn", enterprise + `:manager.value eq "26118915"`},
	{"work", `emails[type eq "work"].value eq "ann@example.com"`},
	{"contains", `displayName co "müll"`},
	{"instant", `meta.lastModified gt "2011-05-13T04:42:34Z"`},
	{"logic", `title pr and userName sw "b" or not (active eq false) and emails[type eq "home" and value ew ".example"]`},
}

func BenchmarkParse(b *testing.B) {
	for _, x := range examples {
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := filter.Parse(x.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	var o filter.Object = ann()
	for _, x := range examples {
		e, err := bind(x.text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				filter.Match(e, o)
			}
		})
	}
}

func BenchmarkString(b *testing.B) {
	e, err := filter.Parse(examples[2].text)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = e.String()
	}
}
