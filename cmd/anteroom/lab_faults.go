package main

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// faultShare is how many of the requests meet a fault whose share is not said.
const faultShare = 0.02

// faulty gives a client whose network fails as the flag says; nil for "".
func faulty(kinds string, seed uint64) (*http.Client, error) {
	if kinds == "" {
		return nil, nil
	}
	f := &lab.Faults{Seed: seed}
	shares := map[string]*float64{"lose": &f.Lose, "double": &f.Double, "refuse": &f.Refuse, "break": &f.Break, "delay": &f.Delay}
	for kind := range strings.SplitSeq(kinds, ",") {
		name, share, err := faultOf(kind)
		switch {
		case err != nil:
			return nil, err
		case name == "all":
			for _, one := range shares {
				*one = share
			}
		case shares[name] == nil:
			return nil, fmt.Errorf("--faults: there is no fault %q; there are lose, double, refuse, break and delay, or all", name)
		default:
			*shares[name] = share
		}
	}
	if f.Lose+f.Double+f.Refuse+f.Break > 1 {
		return nil, errors.New("--faults: lose, double, refuse and break together are more than all requests")
	}
	return &http.Client{Transport: f, Timeout: time.Minute}, nil
}

// faultOf reads one fault: "lose" or "lose=0.05".
func faultOf(text string) (name string, share float64, err error) {
	name, number, given := strings.Cut(strings.TrimSpace(text), "=")
	if !given {
		return name, faultShare, nil
	}
	if share, err = strconv.ParseFloat(number, 64); err != nil || !(share >= 0 && share <= 1) {
		return name, 0, fmt.Errorf("--faults: %q is no share of the requests; give a number from 0 to 1, such as lose=0.05", number)
	}
	return name, share, nil
}
