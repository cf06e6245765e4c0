package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// wire is one kept connection of the load generator. It writes requests and
// reads answers by hand, so that the generator takes as little as possible of
// the two cores that it shares with the server.
type wire struct {
	host string
	conn net.Conn
	in   *bufio.Reader
	out  []byte
}

// send sends one request and reads the whole answer.
func (w *wire) send(method, path, token string, body []byte) (status int, answer []byte, err error) {
	if w.conn == nil {
		if w.conn, err = net.DialTimeout("tcp", w.host, 10*time.Second); err != nil {
			return 0, nil, err
		}
		w.in = bufio.NewReaderSize(w.conn, 32<<10)
	}
	w.out = fmt.Appendf(w.out[:0], "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nUser-Agent: anteroom-bench\r\n", method, path, w.host, token)
	if body != nil {
		w.out = fmt.Appendf(w.out, "Content-Type: application/scim+json\r\nContent-Length: %d\r\n", len(body))
	}
	w.out = append(append(w.out, "\r\n"...), body...)
	if err = w.conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, nil, err
	}
	if _, err = w.conn.Write(w.out); err != nil {
		return 0, nil, err
	}
	return w.read()
}

func (w *wire) read() (status int, body []byte, err error) {
	length, chunked := 0, false
	for first := true; ; first = false {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case first && len(line) >= 12:
			if status, err = strconv.Atoi(string(line[9:12])); err != nil {
				return 0, nil, err
			}
		case len(line) == 0:
			if chunked {
				body, err = w.chunks()
				return status, body, err
			}
			body = make([]byte, length)
			_, err = io.ReadFull(w.in, body)
			return status, body, err
		default:
			name, value, _ := strings.Cut(string(line), ":")
			switch {
			case strings.EqualFold(name, "Content-Length"):
				length, _ = strconv.Atoi(strings.TrimSpace(value))
			case strings.EqualFold(name, "Transfer-Encoding"):
				chunked = true
			}
		}
	}
}

func (w *wire) chunks() (body []byte, err error) {
	for {
		line, err := w.in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(line), 16, 32)
		if err != nil {
			return nil, err
		}
		part := make([]byte, n+2)
		if _, err := io.ReadFull(w.in, part); err != nil {
			return nil, err
		}
		if n == 0 {
			return body, nil
		}
		body = append(body, part[:n]...)
	}
}
