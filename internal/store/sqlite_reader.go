package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// sqliteReader runs queries on a pool of connections that cannot write. The one
// given back last is lent first: it has the file's pages mapped and at hand. A
// connection is opened when all are busy, up to sqliteReaders.
//
// To begin and to end a read transaction costs as much as a look-up. So a
// connection keeps its snapshot from one query to the next while nobody has
// written, which is what most look-ups find. What this process writes is seen
// at once; what another process writes (`anteroom token create`) within maxAge.
type sqliteReader struct {
	file    string
	pragmas []string
	epoch   *atomic.Int64 // grows with every transaction of this process
	places  chan struct{} // one for each connection that may be lent
	mu      sync.Mutex
	idle    []*snapshot
	closed  bool
}

// maxAge is how long a snapshot is used without asking whether another process
// has written.
const maxAge = 20 * time.Millisecond

// snapshot is a connection of the pool and what its open transaction shows.
type snapshot struct {
	*sqliteConn
	open  bool
	epoch int64 // of the last query, open or not
	since time.Time
}

func newSQLiteReader(file string, pragmas []string, epoch *atomic.Int64) (*sqliteReader, error) {
	r := &sqliteReader{file: file, pragmas: pragmas, epoch: epoch, places: make(chan struct{}, sqliteReaders)}
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
	c, err := (*sqliteConn)(nil), error(errClosed)
	if !r.closed {
		c, err = dialSQLite(r.file, r.pragmas...)
	}
	if err != nil {
		<-r.places
		return nil, err
	}
	return &snapshot{sqliteConn: c, epoch: -1}, nil
}

func (r *sqliteReader) giveBack(c *snapshot) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	<-r.places
}

// renew makes sure that the next query sees everything that was written before
// it. A snapshot is kept open from the second query on that finds nothing new.
func (c *snapshot) renew(ctx context.Context, epoch int64) error {
	now := time.Now()
	same := c.epoch == epoch
	if c.open && same && now.Sub(c.since) < maxAge {
		return nil
	}
	if err := c.end(ctx); err != nil {
		return err
	}
	c.epoch, c.since = epoch, now
	if !same {
		return nil
	}
	_, err := c.exec(ctx, "BEGIN")
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
			c.epoch = -1
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
	err = c.renew(ctx, r.epoch.Load())
	rs := rows(nil)
	if err == nil {
		rs, err = c.query(ctx, text, args...)
	}
	read, ok := rs.(*sqliteRows)
	if err != nil || !ok {
		r.giveBack(c)
		return rs, err
	}
	read.after = func() { r.giveBack(c) }
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
		errs = append(errs, c.close())
	}
	for range sqliteReaders {
		<-r.places // who asks later is told that it is closed
	}
	return errors.Join(errs...)
}
