package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Group commit. A durable commit costs a flush of the disk, and one flush can
// carry many writes: writers queue, one committer runs each one's function
// under a savepoint of its own in one transaction, commits, and only then
// answers them all. A function that fails is rolled back to its savepoint and
// hurts nobody. A writer that comes alone is never made to wait for company.
//
// On SQLite one committer serves all workspaces, as there is one writer anyway.
// On PostgreSQL each workspace has its own while it has work: batches that mix
// workspaces would wait for one another's sequence rows and deadlock.

const (
	maxBatch   = 64                     // writes in one transaction
	batchTime  = 100 * time.Millisecond // how long a transaction takes more of them in
	maxLater   = 1024                   // deferred works in one transaction: few milliseconds
	maxPending = 16384                  // deferred works kept before callers wait
	laterDelay = 500 * time.Millisecond // how long a deferred work waits for company

	laterPatience = 5 * time.Second // how long a deferred work may take to fail before those after it are given up
)

// job is one write: a function and the channel its outcome is told on.
type job struct {
	ws   identity.WorkspaceID
	f    func(*Tx) error
	log  *logEntry // instead of f: a request to record
	back int       // how often a deferred one was put back
	err  error
	done chan error // nil: nobody waits
}

type committer struct {
	s      *Store
	mu     sync.Mutex
	idle   sync.Cond // signalled when a lane stops or shrinks
	lanes  map[identity.WorkspaceID]*lane
	closed bool
}

var errClosed = &identity.Error{Kind: identity.Unavailable, Msg: "the server is shutting down; try again"}

func newCommitter(s *Store) *committer {
	c := &committer{s: s, lanes: map[identity.WorkspaceID]*lane{}}
	c.idle.L = &c.mu
	return c
}

// Write runs f in a transaction on the workspace and returns once its outcome
// is durable: nil means that f's changes are on disk, an error that none of
// them ever will be. F runs on the committer's goroutine, so it should only do
// what needs the transaction, and it must not call Write.
//
// A ctx that has ended is refused; one that ends later changes nothing, since the
// committer works under a context of its own.
func (s *Store) Write(ctx context.Context, ws identity.WorkspaceID, f func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ws: ws, f: f, done: make(chan error, 1)}
	lead, err := s.commit.add(j)
	if err != nil {
		return err
	}
	if lead != nil {
		s.commit.batch(lead, ws) // a writer who comes alone does the work itself
	}
	return <-j.done
}

// Later runs f in one of the next transactions on the workspace: with the next
// write, or within half a second. What is deferred is lost when the process is
// killed; it is for records that must not cost a commit, such as the
// time of a token's last use. F may run twice: once more, alone, when another
// one that ran with it has failed.
func (s *Store) Later(ws identity.WorkspaceID, f func(*Tx) error) {
	s.commit.addLater(&job{ws: ws, f: f})
}

func (c *committer) lane(ws identity.WorkspaceID) *lane {
	if !c.s.dialect.perSpace {
		ws = ""
	}
	l := c.lanes[ws]
	if l == nil {
		l = &lane{}
		c.lanes[ws] = l
	}
	return l
}

// add queues a job. When nobody is committing on its lane, the lane is returned
// as the caller's, who must run a batch.
func (c *committer) add(j *job) (lead *lane, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errClosed
	}
	l := c.lane(j.ws)
	l.queue = append(l.queue, j)
	if l.running {
		return nil, nil
	}
	l.running = true
	return l, nil
}

func (c *committer) addLater(j *job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lane(j.ws)
	for len(l.later) >= maxPending && !c.closed {
		l.flush = true
		c.start(l, j.ws)
		c.idle.Wait()
	}
	if c.closed {
		return
	}
	l.later = append(l.later, j)
	if !l.timer {
		l.timer = true
		time.AfterFunc(laterDelay, func() { c.flushLater(j.ws) })
	}
}

func (c *committer) flushLater(ws identity.WorkspaceID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lane(ws)
	l.timer = false
	if len(l.later) > 0 {
		l.flush = true
		c.start(l, ws)
	}
}

// start runs the lane's goroutine unless it runs already. c.mu is held.
func (c *committer) start(l *lane, ws identity.WorkspaceID) {
	if l.running {
		return
	}
	l.running = true
	go c.run(l, ws)
}

// run commits batch after batch until the lane has nothing left to do.
func (c *committer) run(l *lane, ws identity.WorkspaceID) {
	for c.commitNext(l, ws) {
	}
}

// batch commits one batch, and leaves what has come meanwhile to a goroutine.
func (c *committer) batch(l *lane, ws identity.WorkspaceID) {
	c.commitNext(l, ws)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(l.queue) > 0 || l.flush {
		go c.run(l, ws)
		return
	}
	c.rest(l, ws)
}

// commitNext commits the lane's next batch; false means that there was none, and
// the lane rests.
func (c *committer) commitNext(l *lane, ws identity.WorkspaceID) bool {
	c.mu.Lock()
	batch, later := l.take()
	if len(batch)+len(later) == 0 {
		c.rest(l, ws)
		c.mu.Unlock()
		return false
	}
	c.idle.Broadcast()
	c.mu.Unlock()
	left, failed := c.s.commitBatch(batch, later)
	if len(left)+len(failed) > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(left) > 0 {
			l.putBack(left, batch[len(batch)-len(left)-1].ws)
		}
		if len(failed) > 0 {
			c.putLaterBack(l, ws, failed)
		}
	}
	return true
}

// rest ends the work on a lane. c.mu is held.
func (c *committer) rest(l *lane, ws identity.WorkspaceID) {
	l.running = false
	if len(l.later) == 0 && !l.timer && c.s.dialect.perSpace {
		delete(c.lanes, ws)
	}
	c.idle.Broadcast()
}

// close commits what waits and refuses what comes after.
func (c *committer) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for ws, l := range c.lanes {
		if len(l.later) > 0 {
			l.flush = true
			c.start(l, ws)
		}
	}
	for c.busy() {
		c.idle.Wait()
	}
	for _, l := range c.lanes {
		c.s.lost(len(l.later))
	}
}

func (c *committer) busy() bool {
	for _, l := range c.lanes {
		if l.running {
			return true
		}
	}
	return false
}

// commitBatch runs the jobs in one transaction, commits, and answers. Left are
// writes for which there was no time, and failed are the deferred works when the
// transaction could not be made.
func (s *Store) commitBatch(batch, later []*job) (left, failed []*job) {
	b := &transaction{s: s, tallies: map[identity.WorkspaceID]*Tally{}}
	err := b.run(batch, later)
	batch = batch[:len(batch)-len(b.left)]
	for _, j := range batch {
		if err != nil && j.err == nil {
			j.err = err
		}
		j.done <- j.err
	}
	if err != nil {
		s.log.Error("commit failed", "writes", len(batch), "error", err)
		return b.left, later
	}
	for ws, t := range b.tallies {
		if t.dirty {
			s.watch.wake(ws)
		}
	}
	return b.left, nil
}

// transaction is one batch being committed.
type transaction struct {
	s       *Store
	q       querier
	stamp   int64
	tallies map[identity.WorkspaceID]*Tally
	left    []*job // writes for the next transaction
}

func (b *transaction) run(batch, later []*job) (err error) {
	ctx := context.Background()
	durable := len(batch) > 0 // deferred works may be lost, so that nobody waits for a flush of theirs
	q, release, err := b.s.engine.writer(ctx, durable)
	if err != nil {
		return &identity.Error{Kind: identity.Unavailable, Msg: "the database cannot be reached; try again", Err: err}
	}
	b.q = q
	defer func() { release(err != nil) }()
	begin := b.s.dialect.begin
	if !durable {
		begin = b.s.dialect.beginUnflushed
	}
	if _, err := q.exec(ctx, begin); err != nil {
		return unavailable("begin", err)
	}
	done, err := b.runJobs(ctx, batch, later)
	if err != nil || done == 0 {
		_, rerr := q.exec(ctx, "ROLLBACK")
		return errors.Join(err, rerr)
	}
	if _, err := q.exec(ctx, "COMMIT"); err != nil {
		_, _ = q.exec(ctx, "ROLLBACK")
		return fmt.Errorf("commit: %w", err)
	}
	if durable {
		b.s.stats.commits.Add(1)
	} else {
		b.s.stats.unflushed.Add(1)
	}
	b.s.stats.writes.Add(int64(len(batch) - len(b.left)))
	b.s.stats.deferred.Add(int64(len(later)))
	return nil
}

// unavailable is the error of a transaction that could not begin: nothing was
// done, and the same request may succeed in a moment.
func unavailable(what string, err error) error {
	return &identity.Error{Kind: identity.Unavailable, Msg: "the database cannot be reached; send the request again", Err: fmt.Errorf("%s: %w", what, err)}
}

// runJobs runs every job under a savepoint (a single one needs none: the
// transaction is its own) and says how many succeeded.
func (b *transaction) runJobs(ctx context.Context, batch, later []*job) (done int, err error) {
	if b.stamp, _, err = one(ctx, b.q, scanInt, b.s.dialect.stamp); err != nil {
		return 0, unavailable("stamp", err)
	}
	alone, start := len(batch)+len(later) == 1, time.Now()
	for i, j := range batch {
		if i > 0 && time.Since(start) > batchTime {
			b.left = batch[i:]
			break
		}
		if err := b.runJob(ctx, j, alone); err != nil {
			return 0, err
		}
		if j.err == nil {
			done++
		}
	}
	if len(later) > 0 {
		kept, err := b.runLater(ctx, later, alone)
		if err != nil {
			return 0, err
		}
		done += kept
	}
	for ws, t := range b.tallies {
		if t.dirty && t.found {
			if err := (&Reader{ws: ws, q: b.q}).writeTally(ctx, t); err != nil {
				return 0, fmt.Errorf("tally: %w", err)
			}
		}
	}
	return done, nil
}

func (b *transaction) runJob(ctx context.Context, j *job, alone bool) error {
	t, err := b.tallyOf(ctx, j.ws)
	if err != nil {
		return err
	}
	before := *t
	if !alone {
		if _, err := b.q.exec(ctx, "SAVEPOINT one"); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
	}
	j.err = guarded(j.f, b.tx(j.ws, t))
	if j.err != nil {
		*t = before
	}
	if alone {
		return nil
	}
	return b.endSavepoint(ctx, j.err == nil)
}

// runLater runs the deferred works under one savepoint. They are records that
// hardly ever fail; when one does, each gets a savepoint of its own, so that it
// alone is lost, and the log says why. They see no tally and must not write to
// the change log.
func (b *transaction) runLater(ctx context.Context, later []*job, alone bool) (done int, err error) {
	if alone {
		if err := b.runDeferred(ctx, later); err != nil {
			b.lost(later[0], err)
			return 0, nil
		}
		return 1, nil
	}
	ok, err := b.tryLater(ctx, later)
	switch {
	case ok:
		return len(later), err
	case err != nil || len(later) == 1:
		return 0, err
	}
	return b.runEachLater(ctx, later)
}

// runEachLater runs deferred works one by one. When one fails only after a long
// wait, behind a copy that hangs, those after it are lost as well: writers wait
// for their answers meanwhile.
func (b *transaction) runEachLater(ctx context.Context, later []*job) (done int, err error) {
	for i := range later {
		start := time.Now()
		ok, err := b.tryLater(ctx, later[i:i+1])
		switch {
		case err != nil:
			return 0, err
		case ok:
			done++
		case time.Since(start) > laterPatience:
			b.s.log.Error("deferred works are lost behind one that took too long", "works", len(later)-i-1)
			return done, nil
		}
	}
	return done, nil
}

// tryLater runs deferred works under a savepoint and says whether they are
// kept. An error means that the transaction itself is broken.
func (b *transaction) tryLater(ctx context.Context, later []*job) (ok bool, err error) {
	if _, err := b.q.exec(ctx, "SAVEPOINT one"); err != nil {
		return false, fmt.Errorf("savepoint: %w", err)
	}
	failed := b.runDeferred(ctx, later)
	if failed != nil && len(later) == 1 {
		b.lost(later[0], failed)
	}
	return failed == nil, b.endSavepoint(ctx, failed == nil)
}

func (b *transaction) lost(j *job, err error) {
	b.s.log.Error("deferred work failed and is lost", "workspace", j.ws, "error", err)
}

func (b *transaction) runDeferred(ctx context.Context, later []*job) error {
	var entries []*job
	for _, j := range later {
		if j.log != nil {
			entries = append(entries, j)
			continue
		}
		if err := guarded(j.f, b.tx(j.ws, &Tally{})); err != nil {
			return err
		}
	}
	return insertEntries(ctx, b.q, entries)
}

func (b *transaction) tx(ws identity.WorkspaceID, t *Tally) *Tx {
	return &Tx{Reader: Reader{ws: ws, q: b.q, s: b.s}, tally: t, stamp: b.stamp}
}

func (b *transaction) endSavepoint(ctx context.Context, keep bool) error {
	if !keep {
		if _, err := b.q.exec(ctx, "ROLLBACK TO SAVEPOINT one"); err != nil {
			return fmt.Errorf("roll back to savepoint: %w", err)
		}
	}
	_, err := b.q.exec(ctx, "RELEASE SAVEPOINT one")
	return err
}

// tallyOf reads, and on PostgreSQL locks, the workspace's tally once a batch.
func (b *transaction) tallyOf(ctx context.Context, ws identity.WorkspaceID) (*Tally, error) {
	if t := b.tallies[ws]; t != nil {
		return t, nil
	}
	t, _, err := (&Reader{ws: ws, q: b.q}).readTally(ctx, b.s.dialect.lockTally)
	if err != nil {
		return nil, unavailable("tally", err)
	}
	b.tallies[ws] = &t
	return &t, nil
}

// guarded runs f and turns a panic into an error, so that one request's defect
// cannot take the others' writes with it.
func guarded(f func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return f(tx)
}
