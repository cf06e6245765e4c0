// Command attacks sends every attack of the corpus, and every legal variation, to
// what verifies sign-ins, and prints a table of what became of them (make
// attacks). It ends with 1 when an attack was accepted, a legal message refused,
// or one code given to two causes. With -faults it prints instead what each fault
// of an identity provider is told as.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/anteroom-id/anteroom/attacks/play"
)

func main() {
	faults := flag.Bool("faults", false, "what each fault of an identity provider is told as")
	flag.Parse()
	os.Exit(run(context.Background(), os.Stdout, os.Stderr, *faults))
}

// run prints the table and gives the exit code.
func run(ctx context.Context, out, log io.Writer, faults bool) int {
	table := play.Attacks
	if faults {
		table = play.Faults
	}
	t, err := table(ctx)
	if err != nil {
		fmt.Fprintln(log, "attacks:", err)
		return 1
	}
	t.Print(out)
	if !t.Good() {
		return 1
	}
	return 0
}
