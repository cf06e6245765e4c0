package store

import (
	"context"
	"errors"
	"os"
	"sync"
)

// sqliteReader runs queries on a pool of connections that cannot write. The one
// given back last is lent first: it has the file's pages mapped and at hand. A
// connection is opened when all are busy, up to sqliteReaders.
//
// To begin and to end a read transaction costs as much as a look-up. So a
// connection keeps its snapshot from one query to the next while nobody has
// written, in this process or in another (`anteroom token create`), which is
// what most look-ups find.
type sqliteReader struct {
	file    string
	pragmas []string
	places  chan struct{} // one for each connection that may be lent
	mu      sync.Mutex
	idle    []*snapshot
	closed  bool
}

// indexHeader is the head of the write-ahead log's index, twice. Every commit of
// any process changes it, and nothing else does.
// https://www.sqlite.org/walformat.html#the_wal_index_header
type indexHeader [96]byte

// snapshot is a connection of the pool and what its open transaction shows.
type snapshot struct {
	*sqliteConn
	mapped *mapping
	index  *os.File // the index of the write-ahead log
	seen   indexHeader
	known  bool // seen is what the last query began with
	open   bool // and its transaction is still open
}

func newSQLiteReader(file string, pragmas []string) (*sqliteReader, error) {
	r := &sqliteReader{file: file, pragmas: pragmas, places: make(chan struct{}, sqliteReaders)}
	c, err := r.borrow(context.Background())
	if err == nil {
		r.giveBack(c)
	}
	return r, err
}

func (r *sqliteReader) borrow(ctx context.Context) (*snapshot, error) {
	select {
	case r.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.idle); n > 0 && !r.closed {
		c := r.idle[n-1]
		r.idle = r.idle[:n-1]
		return c, nil
	}
	c, err := (*snapshot)(nil), error(errClosed)
	if !r.closed {
		c, err = r.dial()
	}
	if err != nil {
		<-r.places
	}
	return c, err
}

func (r *sqliteReader) dial() (*snapshot, error) {
	c, err := dialSQLite(r.file, r.pragmas...)
	if err != nil {
		return nil, err
	}
	index, err := os.Open(r.file + "-shm")
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	mapped, err := keepMapped(c, r.file)
	if err != nil {
		return nil, errors.Join(err, c.close(), index.Close())
	}
	return &snapshot{sqliteConn: c, mapped: mapped, index: index}, nil
}

func (r *sqliteReader) giveBack(c *snapshot) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	<-r.places
}

// renew makes sure that the next query sees everything that was written before
// it. A snapshot is kept open from the second query on that finds nothing new.
// The header is read before the transaction begins, so that what it stands for
// is never newer than what the transaction shows.
func (c *snapshot) renew(ctx context.Context) error {
	var now indexHeader
	_, err := c.index.ReadAt(now[:], 0)
	same := err == nil && c.known && now == c.seen
	if c.open && same {
		return nil
	}
	if err := c.end(ctx); err != nil {
		return err
	}
	c.seen, c.known = now, err == nil
	if !same {
		return nil
	}
	_, err = c.exec(ctx, "BEGIN")
	c.open = err == nil
	return err
}

func (c *snapshot) end(ctx context.Context) error {
	if !c.open {
		return nil
	}
	c.open = false
	_, err := c.exec(ctx, "ROLLBACK")
	return err
}

// letGo ends the snapshots that nobody uses: an open one keeps the write-ahead
// log from starting over.
func (r *sqliteReader) letGo() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.idle {
		if err := c.end(context.Background()); err != nil {
			c.known = false
		}
	}
}

func (r *sqliteReader) query(ctx context.Context, text string, args ...any) (rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := r.borrow(ctx)
	if err != nil {
		return nil, err
	}
	err = c.renew(ctx)
	rs := rows(nil)
	if err == nil {
		rs, err = c.query(ctx, text, args...)
	}
	read, ok := rs.(*sqliteRows)
	if err != nil || !ok {
		r.giveBack(c)
		return rs, err
	}
	read.home, read.lent = r, c
	return read, nil
}

func (r *sqliteReader) exec(context.Context, string, ...any) (int64, error) {
	return 0, errors.New("store: a write outside Write")
}

// close waits for the answers that are being read, and closes the connections.
func (r *sqliteReader) close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	for range sqliteReaders {
		r.places <- struct{}{}
	}
	var errs []error
	for _, c := range r.idle {
		errs = append(errs, c.close(), c.index.Close())
	}
	for range sqliteReaders {
		<-r.places // who asks later is told that it is closed
	}
	return errors.Join(errs...)
}
