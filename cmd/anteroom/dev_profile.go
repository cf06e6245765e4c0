package main

import (
	"net/http"
	"runtime/pprof"
	"strconv"
	"time"
)

// profile records where the processor's time goes, for ?seconds= (30): what `go
// tool pprof` reads. It is dev's only, and not net/http/pprof, which brings half a
// megabyte of what nobody asks it for.
func profile(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.URL.Query().Get("seconds"))
	if err != nil || seconds < 1 || seconds > 600 {
		seconds = 30
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	if err := pprof.StartCPUProfile(w); err != nil {
		http.Error(w, "another profile is being recorded; wait for its end", http.StatusConflict)
		return
	}
	defer pprof.StopCPUProfile()
	select {
	case <-r.Context().Done():
	case <-time.After(time.Duration(seconds) * time.Second):
	}
}
