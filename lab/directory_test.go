package lab_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/anteroom-id/anteroom/lab"
)

func TestGenerateGivesTheSameDirectoryForTheSameSeed(t *testing.T) {
	a, b, c := lab.Generate(42, 200, 10), lab.Generate(42, 200, 10), lab.Generate(43, 200, 10)
	if !reflect.DeepEqual(a.People(), b.People()) || !reflect.DeepEqual(a.Groups(), b.Groups()) {
		t.Error("the same seed gave two directories")
	}
	if reflect.DeepEqual(a.People(), c.People()) {
		t.Error("another seed gave the same people")
	}
	if n := lab.Generate(1, -5, -5); len(n.People()) != 0 || len(n.Groups()) != 0 {
		t.Error("negative numbers gave somebody")
	}
}

func TestGenerateIsRealistic(t *testing.T) {
	d := lab.Generate(1, 1000, 30)
	seen, mails := map[string]bool{}, map[string]bool{}
	var beyondASCII, apostrophes, capitals, managed, incomplete int
	for _, p := range d.People() {
		if seen[p.UserPrincipalName] || seen[p.ObjectID] || mails[strings.ToLower(p.Mail)] {
			t.Errorf("%s is there twice", p.UserPrincipalName)
		}
		seen[p.UserPrincipalName], seen[p.ObjectID], mails[strings.ToLower(p.Mail)] = true, true, true
		count := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		count(&beyondASCII, utf8.RuneCountInString(p.DisplayName) != len(p.DisplayName))
		count(&apostrophes, strings.ContainsAny(p.DisplayName, "'’"))
		count(&capitals, p.Mail != strings.ToLower(p.Mail))
		count(&managed, p.Manager != "")
		count(&incomplete, p.JobTitle == "" || p.Mobile == "")
	}
	if beyondASCII < 300 || apostrophes < 10 || capitals < 50 || managed != 999 || incomplete < 50 {
		t.Errorf("beyond ASCII %d, apostrophes %d, capitals %d, managed %d, incomplete %d", beyondASCII, apostrophes, capitals, managed, incomplete)
	}
}

func TestGeneratedNamesAreOfManyScriptsAndLengths(t *testing.T) {
	scripts := map[string]*unicode.RangeTable{
		"Cyrillic": unicode.Cyrillic, "Greek": unicode.Greek, "Arabic": unicode.Arabic, "Hebrew": unicode.Hebrew, "Chinese": unicode.Han,
		"Japanese": unicode.Hiragana, "Korean": unicode.Hangul, "Thai": unicode.Thai, "Devanagari": unicode.Devanagari,
	}
	count := map[string]int{}
	for _, p := range lab.Generate(1, 1000, 0).People() {
		for name, table := range scripts {
			if strings.ContainsFunc(p.DisplayName, func(r rune) bool { return unicode.Is(table, r) }) {
				count[name]++
			}
		}
		for name, yes := range map[string]bool{
			"apostrophe": strings.ContainsAny(p.DisplayName, "'’"), "diacritic": strings.ContainsAny(p.DisplayName, "áéüłøÅçñ"),
			"very long": utf8.RuneCountInString(p.DisplayName) > 60, "single": p.Surname == "" && p.GivenName != "", "very short": utf8.RuneCountInString(p.DisplayName) <= 4,
		} {
			if yes {
				count[name]++
			}
		}
		if len(p.MailNickname) > 64 || strings.ContainsAny(p.UserPrincipalName, " '’") || strings.Trim(p.DisplayName, " ") != p.DisplayName {
			t.Errorf("%q is called %q", p.UserPrincipalName, p.DisplayName)
		}
	}
	for _, name := range append(slices.Collect(maps.Keys(scripts)), "apostrophe", "diacritic", "very long", "single", "very short") {
		if count[name] < 5 {
			t.Errorf("%s: %d of 1000 names", name, count[name])
		}
	}
}

func TestGeneratedGroupsAreOneLargeAFewMiddlingAndManySmall(t *testing.T) {
	names := map[string]bool{}
	var sizes []int
	for _, g := range lab.Generate(1, 1000, 60).Groups() {
		if names[g.DisplayName] || len(g.Members) == 0 {
			t.Errorf("group %q is there twice or empty", g.DisplayName)
		}
		names[g.DisplayName] = true
		sizes = append(sizes, len(g.Members))
	}
	slices.Sort(sizes)
	if n := len(sizes); sizes[n-1] != 500 || sizes[n-2] != 142 || sizes[n-7] != 83 || sizes[n-8] > 14 || sizes[0] < 2 || sizes[n/2] > 8 {
		t.Errorf("groups have %v members", sizes)
	}
}

func TestDirectoryVerbsNameWhatTheyDoNotKnow(t *testing.T) {
	d := lab.Generate(1, 2, 1)
	known := d.People()[0]
	for name, err := range map[string]error{
		"rename":   d.Rename("x", "a", "b"),
		"assign":   d.Assign("x"),
		"unassign": d.Unassign("x"),
		"delete":   d.HardDelete("x"),
		"group":    d.RenameGroup("x", "y"),
		"member":   d.AddToGroup(d.Groups()[0].ObjectID, "x"),
	} {
		if err == nil || !strings.Contains(err.Error(), "x") {
			t.Errorf("%s of somebody unknown: %v", name, err)
		}
	}
	if _, err := d.AddPerson(lab.Person{UserPrincipalName: known.UserPrincipalName}); err == nil {
		t.Error("a userPrincipalName in use was taken")
	}
	if _, err := d.AddPerson(lab.Person{}); err == nil {
		t.Error("a person without userPrincipalName was taken")
	}
	if _, err := d.NewGroup("g", "x"); err == nil {
		t.Error("a group with somebody unknown was made")
	}
}

func TestSoftDeletedPeopleArePurgedAfterThirtyDays(t *testing.T) {
	d := lab.Generate(1, 2, 0)
	id := d.People()[1].ObjectID
	_ = d.SoftDelete(id)
	d.Advance(lab.PurgeAfter - 1)
	if _, there := d.Person(id); !there {
		t.Fatal("purged too early")
	}
	d.Advance(1)
	if _, there := d.Person(id); there {
		t.Fatal("not purged")
	}
}

func TestDirectoryIsSafeForConcurrentUse(t *testing.T) {
	d := lab.Generate(1, 50, 2)
	people, group := d.People(), d.Groups()[0].ObjectID
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for _, p := range people {
				_ = d.AddToGroup(group, p.ObjectID)
				_ = d.Move(p.ObjectID, "D", "T")
				_, _ = d.NewGroup("g")
				d.NewGUID()
				if i == 0 {
					_ = d.HardDelete(p.ObjectID)
				}
				d.Groups()
			}
		})
	}
	wg.Wait()
	if len(d.People()) != 0 || len(d.Groups()) != 2+8*50 {
		t.Errorf("%d people, %d groups", len(d.People()), len(d.Groups()))
	}
}
