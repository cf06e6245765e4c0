package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryStatementNamesItsWorkspace reads the package's SQL and fails on a
// statement that touches a workspace's table without saying which workspace.
// The few that cross workspaces on purpose say so in the statement.
func TestEveryStatementNamesItsWorkspace(t *testing.T) {
	tenant := tenantTables(t, schema(t))
	statements := 0
	for _, text := range sqlTexts(t) {
		for table := range tenant {
			if !regexp.MustCompile(`(?i)\b(FROM|JOIN|INTO|UPDATE)\s+` + table + `\b`).MatchString(text) {
				continue
			}
			statements++
			if !strings.Contains(text, "workspace_id") && !strings.Contains(text, "/* any workspace */") {
				t.Errorf("touches %s of every workspace: %s", table, text)
			}
		}
	}
	if statements < 40 {
		t.Errorf("only %d statements were found; does the test still read the SQL?", statements)
	}
}

// schema is the text of every migration.
func schema(t *testing.T) string {
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migration was found", err)
	}
	var all strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// ofTheDeployment are the tables that are nobody's alone: the workspaces
// themselves, what the deployment remembers, and the people who sign in, who may
// have members in several workspaces.
var ofTheDeployment = []string{"workspace", "deployment", "person", "session", "passkey", "recovery", "password_reset", "spent", "mail"}

// tenantTables are the tables with a workspace_id, which must come first in
// their primary and foreign keys.
func tenantTables(t *testing.T, text string) map[string]bool {
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\);`).FindAllStringSubmatch(text, -1) {
		name, body := m[1], m[2]
		if slices.Contains(ofTheDeployment, name) {
			if strings.Contains(body, "workspace_id") {
				t.Errorf("%s is of the deployment, and yet names a workspace", name)
			}
			continue
		}
		out[name] = true
		if !regexp.MustCompile(`PRIMARY KEY \(workspace_id|workspace_id TEXT +NOT NULL PRIMARY KEY`).MatchString(body) {
			t.Errorf("%s: the primary key does not begin with workspace_id", name)
		}
		for _, fk := range regexp.MustCompile(`FOREIGN KEY \(([^)]*)\)`).FindAllStringSubmatch(body, -1) {
			if !strings.HasPrefix(fk[1], "workspace_id") {
				t.Errorf("%s: the foreign key (%s) does not begin with workspace_id", name, fk[1])
			}
		}
	}
	return out
}

// sqlTexts gives every SQL text of the package, concatenations put together.
func sqlTexts(t *testing.T) []string {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, whole := literal(e)
			if whole && regexp.MustCompile(`(?i)\b(SELECT|INSERT|UPDATE|DELETE)\b.*\b(FROM|INTO|SET)\b`).MatchString(strings.ReplaceAll(text, "\n", " ")) {
				out = append(out, text)
			}
			return !whole
		})
	}
	return out
}

// columns are the lists that statements share.
var columns = map[string]string{"tokenColumns": "workspace_id", "linkColumns": "workspace_id"}

// literal puts a string expression together; names become a space.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, e.Kind == token.STRING && err == nil
	case *ast.Ident: // a list of columns
		return " " + columns[e.Name] + " ", false
	case *ast.BinaryExpr:
		x, xok := literal(e.X)
		y, yok := literal(e.Y)
		return x + y, e.Op == token.ADD && (xok || yok)
	}
	return "", false
}
