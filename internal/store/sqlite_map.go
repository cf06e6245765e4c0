package store

import (
	"os"
	"runtime"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// mapping keeps the database file in a reader's memory. A reader has the file
// mapped, and the engine takes the whole mapping away whenever somebody has
// written, so that every page that a look-up then touches costs a page fault
// anew: a tenth of a look-up, since the provisioning log of reads is written
// twice a second.
//
// The engine does it for systems on which a mapping may not show what was
// written to a file that was cut and has grown again. On Linux a shared mapping
// is the file, and a page behind its end is never asked for: a snapshot knows
// how many pages it has. So it stays there, until the file has grown by much;
// pages behind the mapping's end are read.
type mapping struct {
	file    string
	size    int64   // of the file when it was mapped
	engines unfetch // the engine's own
	ours    unfetch // in its place; the engine's memory points here
}

// unfetch is xUnfetch of https://www.sqlite.org/c3ref/io_methods.html: a page is
// given back or, for page 0, the whole mapping.
type unfetch func(tls *libc.TLS, file uintptr, offset int64, page uintptr) int32

// keepMapped does so for a connection that only reads.
func keepMapped(c *sqliteConn, file string) (*mapping, error) {
	m := &mapping{file: file}
	if runtime.GOOS != "linux" {
		return m, nil
	}
	name, err := libc.CString("main")
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	if rc := sqlite3.Xsqlite3_file_control(c.tls, c.db, name, sqlite3.SQLITE_FCNTL_FILE_POINTER, c.out); rc != sqlite3.SQLITE_OK {
		return nil, c.failure(rc)
	}
	methods := libc.Xmalloc(c.tls, libc.Tsize_t(methodsSize))
	if methods == 0 {
		return nil, errMemory
	}
	c.owned = append(c.owned, methods)
	handle := at[uintptr](c.made()) // a file begins with the pointer to its methods
	own := at[sqlite3.Tsqlite3_io_methods](methods)
	*own = *at[sqlite3.Tsqlite3_io_methods](*handle)
	m.engines, m.ours = functionAt[unfetch](own.FxUnfetch), m.unfetch
	own.FxUnfetch = functionPointer(m.ours)
	*handle = methods
	return m, nil
}

func (m *mapping) unfetch(tls *libc.TLS, file uintptr, offset int64, page uintptr) int32 {
	if page == 0 && m.stays() {
		return sqlite3.SQLITE_OK
	}
	return m.engines(tls, file, offset, page)
}

// stays says whether the mapping still shows nearly the whole file.
func (m *mapping) stays() bool {
	now, err := os.Stat(m.file)
	if err != nil {
		return false
	}
	if grown := now.Size() - m.size; grown >= 0 && grown < checkpointBytes {
		return true
	}
	m.size = now.Size()
	return false
}
