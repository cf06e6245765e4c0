// Command anteroom is the room that a customer's people walk through on their
// way into a product: one binary that receives them from the customer's
// directory over SCIM 2.0, with the tools to try, run and look after it.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// The live heap is small (documents are not kept in memory), so collecting it
// less often costs little memory and saves time; the limit keeps it small when
// requests are large.
const (
	garbagePercent = 800
	memoryLimit    = 96 << 20
)

func main() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(garbagePercent)
		debug.SetMemoryLimit(memoryLimit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := &Program{Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
	code := p.Run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
