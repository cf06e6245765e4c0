package web_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/anteroom-id/anteroom/internal/web"
)

func listener(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestRequestsUnderWayEndWhenTheServerIsToldToStop(t *testing.T) {
	defer goleak.VerifyNone(t)
	l := listener(t)
	begun, end := make(chan bool), make(chan bool)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-end
		fmt.Fprint(w, "whole")
	})}
	ctx, stop := context.WithCancel(t.Context())
	ended, answer := make(chan error, 1), make(chan string, 1)
	go func() { ended <- web.Serve(ctx, s, l) }()
	go func() { answer <- get("http://" + l.Addr().String()) }()
	<-begun
	stop()
	awaitRefused(t, l.Addr().String())
	close(end)
	if got := <-answer; got != "whole" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func get(url string) string {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(url)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

// awaitRefused waits until nobody can connect any more.
func awaitRefused(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		c.Close()
	}
	t.Error("one can still connect")
}

func TestAServerThatCannotServeSaysWhy(t *testing.T) {
	l := listener(t)
	l.Close()
	if err := web.Serve(t.Context(), &http.Server{}, l); err == nil {
		t.Error("no error")
	}
}

func TestNoClientCanHoldAConnectionForEver(t *testing.T) {
	s := &http.Server{IdleTimeout: time.Second}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := web.Serve(ctx, s, listener(t)); err != nil {
		t.Fatal(err)
	}
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.MaxHeaderBytes == 0 || s.IdleTimeout != time.Second {
		t.Errorf("header %v, read %v, idle %v, %d bytes", s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout, s.MaxHeaderBytes)
	}
}
