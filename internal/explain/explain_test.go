package explain_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/explain"
)

func TestEveryRuleHasItsOwnCodeAndSaysWhatToDo(t *testing.T) {
	codes, names := map[explain.Code]bool{}, map[string]bool{}
	for _, r := range explain.Rules() {
		if codes[r.Code] || names[r.Name] {
			t.Errorf("%s %s is there twice", r.Code, r.Name)
		}
		codes[r.Code], names[r.Name] = true, true
		if !regexp.MustCompile(`^[SOMPC][0-9]{2,3}$`).MatchString(string(r.Code)) {
			t.Errorf("%s is no code", r.Code)
		}
		if !regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)+$`).MatchString(r.Name) {
			t.Errorf("%s: %q is no name", r.Code, r.Name)
		}
		if r.Title == "" || strings.HasSuffix(r.Title, ".") || r.Mend == "" || r.Source == "" && strings.ContainsAny(string(r.Code[:1]), "SO") {
			t.Errorf("%s %s: title %q, mend %q, source %q", r.Code, r.Name, r.Title, r.Mend, r.Source)
		}
	}
	if len(codes) < 150 {
		t.Errorf("%d rules; a table was lost", len(codes))
	}
}

// A code that is declared and has no rule would be shown to somebody, and nobody
// could look it up.
func TestEveryCodeThatIsDeclaredHasARule(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if typ, is := nameOf(spec); !ok || !is || typ != "Code" {
				return true
			}
			for _, v := range spec.Values {
				if code, err := strconv.Unquote(v.(*ast.BasicLit).Value); err == nil {
					if _, known := explain.Find(explain.Code(code)); !known {
						t.Errorf("%s: %s %s has no rule", f.Name(), spec.Names[0], code)
					}
				}
			}
			return true
		})
	}
}

// nameOf gives the name of a declaration's type.
func nameOf(spec *ast.ValueSpec) (string, bool) {
	if spec == nil {
		return "", false
	}
	id, ok := spec.Type.(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}

func TestARefusalShowsNoMoreThanALine(t *testing.T) {
	cause := errors.New("a cause")
	r := explain.Refuse(explain.SAMLAudience, "one\ntwo", strings.Repeat("ä", 400)+"\x00").Because(cause)
	if r.Expected != "one·two" || len(r.Got) > 310 || !strings.HasSuffix(r.Got, "…") {
		t.Errorf("%q, %d bytes", r.Expected, len(r.Got))
	}
	if !errors.Is(r, cause) || strings.Contains(r.Error(), "cause") || !strings.HasPrefix(r.Error(), "S31 saml.audience: expected one·two, got ä") {
		t.Errorf("%v", r)
	}
	if got := explain.Refuse("Z00", "", "\xff").Error(); got != "Z00, got ·" {
		t.Errorf("%q", got)
	}
}

func TestAPlaceIsOfTheKindOrForAll(t *testing.T) {
	r := explain.Rule{Places: map[string]string{"entra": "there", "": "somewhere"}}
	if r.Place("entra") != "there" || r.Place("okta") != "somewhere" {
		t.Errorf("%q, %q", r.Place("entra"), r.Place("okta"))
	}
	if r.Places = nil; r.Place("entra") != "" {
		t.Error("nowhere")
	}
}
