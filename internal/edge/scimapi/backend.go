package scimapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/scim"
)

// users and groups are the directory as package scim wants it, with our errors
// turned into SCIM's.
type (
	users  struct{ *directory.People }
	groups struct{ *directory.Groups }
)

func (u users) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	return answer(u.People.Create(ctx, r))
}

func (u users) Get(ctx context.Context, id string, sel *scim.Selection) (*scim.Resource, error) {
	return answer(u.People.Get(ctx, id, sel))
}

func (u users) List(ctx context.Context, q *scim.Query) (*scim.Page, error) {
	return answer(u.People.List(ctx, q))
}

func (u users) Update(ctx context.Context, id string, c scim.Change) (*scim.Resource, error) {
	return answer(u.People.Update(ctx, id, c))
}

func (u users) Replace(ctx context.Context, id string, r *scim.Resource, c scim.Check) (*scim.Resource, error) {
	return answer(u.People.Replace(ctx, id, r, c))
}

func (u users) Delete(ctx context.Context, id string, c scim.Check) error {
	return toSCIM(u.People.Delete(ctx, id, c))
}

func (g groups) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	return answer(g.Groups.Create(ctx, r))
}

func (g groups) Get(ctx context.Context, id string, sel *scim.Selection) (*scim.Resource, error) {
	return answer(g.Groups.Get(ctx, id, sel))
}

func (g groups) List(ctx context.Context, q *scim.Query) (*scim.Page, error) {
	return answer(g.Groups.List(ctx, q))
}

func (g groups) Update(ctx context.Context, id string, c scim.Change) (*scim.Resource, error) {
	return answer(g.Groups.Update(ctx, id, c))
}

func (g groups) Patch(ctx context.Context, id string, p *scim.Patch) (*scim.Resource, error) {
	return answer(g.Groups.Patch(ctx, id, p))
}

func (g groups) Replace(ctx context.Context, id string, r *scim.Resource, c scim.Check) (*scim.Resource, error) {
	return answer(g.Groups.Replace(ctx, id, r, c))
}

func (g groups) Delete(ctx context.Context, id string, c scim.Check) error {
	return toSCIM(g.Groups.Delete(ctx, id, c))
}

func answer[T any](v T, err error) (T, error) { return v, toSCIM(err) }

// toSCIM turns one of our errors into SCIM's. What has no form there stays as
// it is, and becomes a 500 that tells nothing.
func toSCIM(err error) error {
	if err == nil {
		return nil
	}
	var own *identity.Error
	var se *scim.Error
	if errors.As(err, &se) || !errors.As(err, &own) {
		return err
	}
	e := &scim.Error{Detail: own.Msg, Err: own.Err}
	switch own.Kind {
	case identity.Invalid:
		e.Status, e.Type = http.StatusBadRequest, "invalidValue"
	case identity.NotFound:
		e.Status = http.StatusNotFound
	case identity.Taken:
		e.Status, e.Type = http.StatusConflict, "uniqueness"
	case identity.Forbidden:
		e.Status = http.StatusForbidden
	case identity.Unauthenticated:
		e.Status = http.StatusUnauthorized
	case identity.TooMany:
		e.Status = http.StatusTooManyRequests
	case identity.Unavailable:
		e.Status = http.StatusServiceUnavailable
	default:
		return err
	}
	return e
}
