package main

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/anteroom-id/anteroom/internal/identity"
	_ "modernc.org/sqlite" // the bare driver
)

// database is the bare driver on a copy of a server's database: one connection
// that writes, as the server has, and some that read.
type database struct {
	write, read *sql.DB
	mu          sync.Mutex
	prepared    map[string]*sql.Stmt
	lookup      *sql.Stmt
	workspace   string
	n           int
}

// copyDatabase copies the database of a server that is not running.
func copyDatabase(from, to string) (*database, error) {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return nil, err
	}
	for _, suffix := range []string{"", "-wal"} {
		if err := copyFile(filepath.Join(from, "anteroom.db"+suffix), filepath.Join(to, "anteroom.db"+suffix)); err != nil && !os.IsNotExist(err) {
			return nil, err
		}
	}
	d := &database{prepared: map[string]*sql.Stmt{}}
	var err error
	open := func(pragmas ...string) *sql.DB {
		v := url.Values{}
		for _, p := range append(pragmas, "busy_timeout(10000)", "journal_mode(WAL)", "mmap_size(1073741824)", "temp_store(MEMORY)") {
			v.Add("_pragma", p)
		}
		db, oerr := sql.Open("sqlite", "file:"+filepath.Join(to, "anteroom.db")+"?"+v.Encode())
		if oerr != nil {
			err = oerr
		}
		return db
	}
	d.write, d.read = open("synchronous(FULL)", "cache_size(-16000)", "foreign_keys(1)", "wal_autocheckpoint(4000)"), open("cache_size(-1000)")
	if err != nil {
		return nil, err
	}
	d.write.SetMaxOpenConns(1)
	d.read.SetMaxOpenConns(8)
	d.read.SetMaxIdleConns(8)
	if _, err := d.write.Exec(`CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT NOT NULL)`); err != nil {
		return nil, err
	}
	if err := d.read.QueryRow(`SELECT id FROM workspace LIMIT 1`).Scan(&d.workspace); err != nil {
		return nil, err
	}
	d.lookup, err = d.read.Prepare(`SELECT id, resource_id, version, created, modified, doc FROM member WHERE workspace_id = $1 AND resource_id = $2`)
	return d, err
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = io.Copy(out, in)
	return err
}

func (d *database) close() {
	if d != nil {
		_ = d.read.Close()
		_ = d.write.Close()
	}
}

func (d *database) exec(text string, args ...any) error {
	s := d.prepared[text]
	if s == nil {
		var err error
		if s, err = d.write.Prepare(text); err != nil {
			return err
		}
		d.prepared[text] = s
	}
	_, err := s.Exec(args...)
	return err
}

func (d *database) ask(text string, args []any, into ...any) error {
	s := d.prepared[text]
	if s == nil {
		var err error
		if s, err = d.write.Prepare(text); err != nil {
			return err
		}
		d.prepared[text] = s
	}
	err := s.QueryRow(args...).Scan(into...)
	if err == sql.ErrNoRows {
		return nil
	}
	return err
}

// oneRow is the smallest durable write there is: one row, one flush.
func (d *database) oneRow(i int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.exec(`INSERT INTO bare (body) VALUES ($1)`, fmt.Sprint("row ", i))
}

// lookUp is floor (c): one indexed look-up of a whole member.
func (d *database) lookUp(id string) error {
	var a, b, doc string
	var v, c, m int64
	return d.lookup.QueryRow(d.workspace, id).Scan(&a, &b, &v, &c, &m, &doc)
}

// post is floor (b) for POST /Users: the statements that one such request
// needs, in one durable transaction, and nothing else.
func (d *database) post(int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n++
	n, ws := d.n, d.workspace
	id, rid, doc := fmt.Sprintf("mem_~%022d", n), fmt.Sprintf("~1a1f0d6-7c2e-7000-8000-%012d", n), string(person(n, "floor"))
	name, oid := fmt.Sprintf("floor.user.%d@contoso.example", n), fmt.Sprintf("floor-oid-%d", n)
	display := fmt.Sprint("Ada Lovelace ", n)
	return d.transaction(change{"member.provisioned", &id, doc, 201},
		func() error {
			return d.ask(`SELECT k.member_id FROM member_key k WHERE k.workspace_id = $1 AND k.name = $2 AND k.value = $3 LIMIT 10`, []any{ws, "microsoftId", oid}, new(string))
		},
		func() error {
			return d.exec(`INSERT INTO member (workspace_id, id, resource_id, connection_id, state, user_name, user_key, address, address_key,
				display_name, display_key, given_name, family_name, title, external_id, attributes, grants, held, version, created, modified, doc, tab)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) ON CONFLICT DO NOTHING`,
				ws, id, rid, "con_1", "active", name, name, name, name, display, strings.ToLower(display), "Ada", "Lovelace", "Engineer",
				fmt.Sprint("floor-ext-", n), `{"microsoftId":"x"}`, `[{"role":"member","source":"default"}]`, "", 1, 1, 1_800_000_000_000_000+int64(n), doc, "active")
		},
		func() error {
			words := wordsOf(display, name)
			text := `INSERT INTO member_word (workspace_id, tab, member_id, mask, word) VALUES ($1, $2, $3, $4, $5)`
			for i := range words[1:] {
				text += fmt.Sprintf(", ($1, $2, $3, $4, $%d)", i+6)
			}
			return d.exec(text+` ON CONFLICT DO NOTHING`, append([]any{ws, "active", id, n}, words...)...)
		},
		func() error {
			return d.exec(`INSERT INTO member_key (workspace_id, name, value, member_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, ws, "microsoftId", oid, id)
		})
}

// wordsOf are the words that a member is found by, as the server keeps them.
func wordsOf(display, address string) (out []any) {
	m := identity.Member{DisplayName: display, Address: address}
	for _, w := range m.Words() {
		out = append(out, strings.NewReplacer("a", "b", "b", "k", "c", "m", "d", "p", "e", "t", "f", "x").Replace(hex.EncodeToString([]byte(w))))
	}
	return out
}

// patch is floor (b) for PATCH active.
func (d *database) patch(id string, i int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n++
	n, ws := d.n, d.workspace
	var member, doc, display, address, tab string
	now := []string{"active", "inactive"}[i%2]
	return d.transaction(change{"member.deactivated", &member, `[{"field":"state","before":"active","after":"inactive"}]`, 200},
		func() error {
			return d.ask(`SELECT m.id, m.doc, m.display_name, m.address, m.tab FROM member m WHERE m.workspace_id = $1 AND m.resource_id = $2`, []any{ws, id}, &member, &doc, &display, &address, &tab)
		},
		func() error {
			return d.exec(`UPDATE member SET state = $3, tab = $3, version = version + 1, modified = $4, doc = $5 WHERE workspace_id = $1 AND id = $2`,
				ws, member, now, 1_800_000_000_000_000+int64(n), doc)
		},
		func() error {
			words := wordsOf(display, address)
			text := `UPDATE member_word SET tab = $4 WHERE workspace_id = $1 AND tab = $2 AND member_id = $3 AND word IN ($5`
			for i := range words[1:] {
				text += fmt.Sprintf(", $%d", i+6)
			}
			return d.exec(text+`)`, append([]any{ws, tab, member, now}, words...)...)
		})
}

// change is what a write leaves in the logs.
type change struct {
	verb   string
	member *string // known when the write's own statements have run
	values string
	status int
}

// entry is an entry of the provisioning log.
const entry = `{"at":1800000000000000,"duration":500,"actor":"token:tok_06h00vh4zan9w9cfq652cbvzzm","method":"POST","path":"/scim/v2/Users","agent":"anteroom-bench",` +
	`"remote":"127.0.0.1","subject":"019a2006-f677-7a01-a788-54dc92ef6f72","sent":"externalId, userName, active, displayName, title, emails, preferredLanguage, name, addresses, phoneNumbers"}`

// transaction runs a write's own statements between those that every write has:
// the stamp and the tally before, the logs and the tally after, and the commit.
func (d *database) transaction(c change, own ...func() error) error {
	n, ws := d.n, d.workspace
	var seq int64
	before := []func() error{
		func() error { return d.exec(`BEGIN IMMEDIATE`) },
		func() error { return d.ask(`SELECT coalesce(max(stamp), 0) + 1 FROM change_log`, nil, new(int64)) },
		func() error {
			return d.ask(`SELECT t.seq, t.users, t.user_groups, t.parked, t.owners, t.members, t.pending, t.inactive, t.guests, w.provisioning, w.plan, w.settings
				FROM tally t JOIN workspace w ON w.id = t.workspace_id WHERE t.workspace_id = $1`,
				[]any{ws}, &seq, new(int64), new(int64), new(int64), new(int64), new(int64), new(int64), new(int64), new(int64), new(bool), new(string), new(string))
		},
	}
	after := []func() error{
		func() error {
			return d.exec(`INSERT INTO change_log (workspace_id, seq, at, actor, source, verb, subject_kind, subject_id, request_id, digest, stamp)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, ws, 1_000_000_000+n, n, "token:tok_x", "scim", c.verb, "member", *c.member, "req_x", fmt.Sprintf("%064d", n), 1_000_000_000+n)
		},
		func() error {
			return d.exec(`INSERT INTO change_value (workspace_id, seq, salt, body) VALUES ($1, $2, $3, $4)`, ws, 1_000_000_000+n, "0123456789abcdef01234567", c.values)
		},
		func() error {
			return d.exec(`INSERT INTO request_log (workspace_id, id, status, entry) VALUES ($1, $2, $3, $4)`, ws, fmt.Sprintf("req_~%022d", n), c.status, entry)
		},
		func() error {
			return d.exec(`UPDATE tally SET seq = $2, users = $3, user_groups = $4, parked = $5, owners = $6, members = $7, pending = $8, inactive = $9, guests = $10 WHERE workspace_id = $1`,
				ws, seq, 1, 1, 0, 0, 1, 0, 0, 0)
		},
		func() error { return d.exec(`COMMIT`) },
	}
	for _, step := range slices.Concat(before, own, after) {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
