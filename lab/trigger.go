package lab

import "time"

// Triggers says what a provider does with the account of somebody who loses the
// application, for each way of losing it.
type Triggers struct {
	Unassigned Deprovision `json:"unassigned"` // the person is not assigned any more
	Suspended  Deprovision `json:"suspended"`  // the person's account is disabled in the directory
	Deleted    Deprovision `json:"deleted"`    // the person was deleted, for good or into the recycle bin
}

// Deprovision says what happens after one trigger, by the directory's clock. The
// zero value switches the account off at once and never deletes it.
type Deprovision struct {
	SuspendAfter time.Duration `json:"suspend_after_ns,omitempty"`
	KeepActive   bool          `json:"keep_active,omitempty"` // never switched off
	Delete       bool          `json:"delete,omitempty"`
	DeleteAfter  time.Duration `json:"delete_after_ns,omitempty"` // counted from the trigger
}

// trigger is a way of losing the application; 0 while one has it.
type trigger int

const (
	unassigned trigger = iota + 1
	suspended
	deleted
)

// triggerOf says how a person lost the application; p is nil when the directory
// does not know the person any more.
func triggerOf(p *subject) trigger {
	switch {
	case p == nil || p.SoftDeleted:
		return deleted
	case !p.InScope:
		return unassigned
	case !p.AccountEnabled:
		return suspended
	}
	return 0
}

func (t *Triggers) of(why trigger) Deprovision {
	switch why {
	case deleted:
		return t.Deleted
	case suspended:
		return t.Suspended
	}
	return t.Unassigned
}
