package scim_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

// quirk is a file of testdata/compat: what a real client sends, and what must come of it.
type quirk struct {
	SentBy   string `json:"sentBy"`
	Evidence string `json:"evidence"`
	Bends    string `json:"bends"`
	Before   *struct {
		Endpoint string          `json:"endpoint"`
		Body     json.RawMessage `json:"body"`
	} `json:"before"`
	Steps []quirkStep `json:"steps"`
}

type quirkStep struct {
	Method  string                     `json:"method"`
	Path    string                     `json:"path"`
	Headers []string                   `json:"headers"`
	Body    json.RawMessage            `json:"body"`
	Status  int                        `json:"status"`
	Has     map[string]json.RawMessage `json:"has"`
	Lacks   []string                   `json:"lacks"`
	Notes   []string                   `json:"notes"`
}

func TestEveryQuirkOfARealClientIsHandled(t *testing.T) {
	files, _ := filepath.Glob("testdata/compat/*.json")
	if len(files) < 20 {
		t.Fatalf("only %d files", len(files))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			var q quirk
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &q); err != nil {
				t.Fatal(err)
			}
			if q.SentBy == "" || q.Evidence == "" || q.Bends == "" || len(q.Steps) == 0 {
				t.Error("sentBy, evidence, bends or steps are missing")
			}
			q.run(t)
		})
	}
}

func (q *quirk) run(t *testing.T) {
	s := newService(t)
	id := ""
	if q.Before != nil {
		id = s.do("POST", q.Before.Endpoint, string(q.Before.Body)).want(http.StatusCreated).id()
	}
	for _, step := range q.Steps {
		with := strings.NewReplacer("{id}", id)
		r := s.do(step.Method, with.Replace(step.Path), with.Replace(string(step.Body)), step.Headers...)
		r.want(step.Status)
		for path, want := range step.Has {
			r.has(path, with.Replace(string(want)))
		}
		r.lacks(step.Lacks...)
		for _, code := range step.Notes {
			s.wantNote(code)
		}
	}
}

func TestCompatNamesItsExamplesAndEveryExampleIsNamed(t *testing.T) {
	text, err := os.ReadFile("compat.go")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("testdata/compat/*.json")
	for _, file := range files {
		if !strings.Contains(string(text), filepath.Base(file)) {
			t.Errorf("compat.go does not mention %s", filepath.Base(file))
		}
	}
	for word := range strings.FieldsSeq(string(text)) {
		if name := strings.Trim(word, ".,;:()"); strings.HasSuffix(word, ".json") {
			if _, err := os.Stat(filepath.Join("testdata/compat", name)); err != nil {
				t.Errorf("compat.go names %s: %v", name, err)
			}
		}
	}
}

func TestNotesAreBoundedAndSaidOnce(t *testing.T) {
	var n scim.Notes
	for range 3 {
		n.Add("code", "path", "text %d", 1)
	}
	if len(n) != 1 || n[0].Text != "text 1" {
		t.Errorf("%v", n)
	}
	for i := range 1000 {
		n.Add("code", string(rune('a'+i)), "x")
	}
	if len(n) > 100 {
		t.Errorf("%d notes", len(n))
	}
	var none *scim.Notes
	none.Add("code", "path", "text")
}
