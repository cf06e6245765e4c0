package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Grace is how long requests that are under way may take to end once the server
// was told to stop.
const Grace = 20 * time.Second

// Serve serves until ctx ends, then accepts nothing new, lets the requests that
// are under way end within [Grace], and returns nil. Answers that never end,
// such as event streams, must end by themselves: have them listen to something
// that s.RegisterOnShutdown closes. The listener is closed in any case.
//
// Time limits that s does not set are set here, so that no client can hold a
// connection for ever by doing nothing. With s.TLSConfig set, TLS is spoken.
func Serve(ctx context.Context, s *http.Server, l net.Listener) error {
	harden(s)
	ended := make(chan error, 1)
	go func() { ended <- listen(s, l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	return errors.Join(shutdown(s), <-ended)
}

// harden sets the limits that net/http leaves open.
func harden(s *http.Server) {
	s.ReadHeaderTimeout = orElse(s.ReadHeaderTimeout, 10*time.Second)
	s.ReadTimeout = orElse(s.ReadTimeout, time.Minute)
	s.IdleTimeout = orElse(s.IdleTimeout, 2*time.Minute)
	if s.MaxHeaderBytes == 0 {
		s.MaxHeaderBytes = 64 << 10
	}
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

func listen(s *http.Server, l net.Listener) error {
	serve := s.Serve
	if s.TLSConfig != nil {
		serve = func(l net.Listener) error { return s.ServeTLS(l, "", "") }
	}
	if err := serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func shutdown(s *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), Grace)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests under way were cut after %v: %w", Grace, err), s.Close())
	}
	return nil
}
