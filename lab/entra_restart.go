package lab

import "slices"

// Restart does what Restart provisioning in the portal does: the next cycle is
// an initial one again. It compares everybody and every group with the server,
// sends all memberships again, and tries at once what was waiting. Who is whom
// at the server stays known.
func (e *Entra) Restart() {
	e.run.Lock()
	defer e.run.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.restart()
}

// restart is Restart for callers that hold both locks.
func (e *Entra) restart() {
	e.begin = true
	e.escrows.clear()
	for _, a := range e.accounts {
		a.stale, a.unsure = a.managed, a.managed
	}
	for _, g := range e.groups {
		g.stale, g.unsure = true, true
	}
}

// AllowRemovals lets the next cycle disable and delete as many as it has to.
func (e *Entra) AllowRemovals() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.allowed = true
}

// stage leaves out what the next cycle would disable or delete, when that is
// more than the administrator allows in one.
func (e *Entra) stage(s *snapshot, ids, groups []string) (stay, stayGroups []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	allowed := e.allowed || e.opt.MaxRemovals == 0
	e.allowed = false
	removed := func(id string) bool {
		a, p := e.accounts[id], s.people[id]
		return a != nil && a.managed && (p == nil || a.active && !p.active())
	}
	n := len(groups)
	for _, id := range ids {
		if removed(id) {
			n++
		}
	}
	if allowed || n <= e.opt.MaxRemovals {
		return ids, groups
	}
	e.client.record.stage(n)
	return slices.DeleteFunc(ids, removed), nil
}

// rhythm: every 40 minutes. Assumed: each cycle begins as the connection test
// does, so that a job without changes notices that its token has expired, too.
func (e *Entra) rhythm() rhythm { return rhythm{every: cadence, probes: true, quarantine: true} }
