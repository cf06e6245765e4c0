// Command pgtemp starts a throwaway PostgreSQL.
//
// With a command after it, it runs that command with ANTEROOM_TEST_POSTGRES set
// to the server's URL, and ends with the command's exit code:
//
//	go run ./internal/store/storetest/pgtemp go test ./...
//
// Alone, it prints the URL as one line and stays until its standard input closes
// or it is told to stop (SIGINT, SIGTERM). Either way nothing is left behind.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/anteroom-id/anteroom/internal/store/storetest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := run(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgtemp:", err)
	}
	os.Exit(code)
}

// run starts the server, does what the arguments ask for, and stops the server.
func run(ctx context.Context, command []string) (code int, err error) {
	c, err := storetest.Start(ctx, storetest.Options{})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, c.Stop()) }()
	if len(command) > 0 {
		return with(ctx, c.URL(), command)
	}
	fmt.Println(c.URL())
	select {
	case <-ctx.Done():
	case <-closed(os.Stdin):
	}
	return 0, nil
}

// with runs the command beside the server and returns its exit code. An
// interrupt reaches the command too; it is given the time to end by itself.
func with(ctx context.Context, url string, command []string) (int, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), storetest.Environment+"="+url)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

// closed is closed when nothing more can be read.
func closed(r io.Reader) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, r) // that it ends is all that counts
	}()
	return done
}
