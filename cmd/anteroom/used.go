package main

import (
	"context"
	"errors"
)

// What data was used for, under the names by which a deployment remembers it. The
// accounts that a developer enters by have passwords that whoever once read dev's
// output knows, so data with such accounts is never served to others, and dev,
// which shows its people to everybody on the machine, never opens what was.
const (
	usedByDev   = "dev"
	usedByServe = "serve"
)

// refuseUsedBy refuses data that has been used for the other purpose.
func (v *service) refuseUsedBy(ctx context.Context, by, why string) error {
	used, err := v.store.Remembered(ctx, by)
	if err == nil && used != "" {
		err = errors.New(why)
	}
	return err
}

// use marks the data as used for a purpose, for good.
func (v *service) use(ctx context.Context, by string) error {
	used, err := v.store.Remembered(ctx, by)
	if err != nil || used != "" {
		return err
	}
	return v.store.Remember(ctx, by, "yes")
}

// useToServe is for a server that others reach.
func (v *service) useToServe(ctx context.Context) error {
	if err := v.refuseUsedBy(ctx, usedByDev, "somebody entered this data by anteroom dev, whose accounts are no secret; serve other data, a new folder or database"); err != nil {
		return err
	}
	return v.use(ctx, usedByServe)
}

// useToDevelop is for a server of one developer on one machine.
func (v *service) useToDevelop(ctx context.Context) error {
	return v.refuseUsedBy(ctx, usedByServe, "anteroom serve has used this data, and dev would show its people to everybody on this machine; give dev data of its own with --data or --database")
}
