package scim

import "context"

// Backend keeps the resources of one type for one tenant. It is all that a server must
// implement. Methods are called concurrently. Errors are *Error where the client is to blame;
// any other error becomes a 500 without its text.
type Backend interface {
	// Create adds a resource. r.ID is empty; the answer has ID, times and, if kept, a version.
	Create(ctx context.Context, r *Resource) (*Resource, error)
	// Get returns a resource, or NotFound. sel says what the client wants to see, so that a
	// long list it does not want need not be read.
	Get(ctx context.Context, id string, sel *Selection) (*Resource, error)
	// List answers a query; see Query, and Collect for the simple way.
	List(ctx context.Context, q *Query) (*Page, error)
	// Update reads, changes and writes a resource as one atomic step. When change reports
	// that nothing changed, Modified and Version must stay as they are.
	Update(ctx context.Context, id string, change Change) (*Resource, error)
	// Delete removes a resource, or NotFound. check may be nil; its error stops the deletion.
	Delete(ctx context.Context, id string, check Check) error
}

// Change alters r and says whether anything changed. On an error r is unchanged and nothing
// must be written. PUT and PATCH arrive as this.
type Change func(r *Resource) (changed bool, err error)

// Check looks at a resource before it is written or deleted; its error stops that. If-Match
// arrives as this. RFC 7644 §3.14.
type Check func(r *Resource) error

// Patcher is an optional upgrade of Backend for resources too big to read first, such as groups
// of 100,000 members: it gets PATCH instead of Update.
type Patcher interface {
	Patch(ctx context.Context, id string, p *Patch) (*Resource, error)
}

// Replacer is an optional upgrade of Backend for a PUT with rules of its own: it gets PUT
// instead of Update. r has the ID and the attributes as sent, decoded; ResourceType.Replaced
// gives what RFC 7644 §3.5.1 makes of them. check may be nil.
type Replacer interface {
	Replace(ctx context.Context, id string, r *Resource, check Check) (*Resource, error)
}
