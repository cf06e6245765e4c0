package main_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The developer's accounts have passwords that dev prints, so they must not live
// on where others can reach them.
func TestDataThatADeveloperEnteredIsNeverServed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, config := filepath.Join(dir, "data"), filepath.Join(dir, "anteroom.yaml")
	if err := os.WriteFile(config, []byte("base_url: https://id.example.com\ndata: "+data+"\nlisten: 127.0.0.1:0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // dev may go on with it
		server := dev(t, "--data", data)
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := (&http.Client{Jar: jar}).Get(server.ready.SignIns[0].URL)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if !strings.HasSuffix(res.Request.URL.Path, "/w/acme/") {
			t.Fatalf("the entrance leads to %s", res.Request.URL)
		}
		server.stop()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	said, err := exec.CommandContext(ctx, program, "serve", "--config", config).CombinedOutput()
	if err == nil || !strings.Contains(string(said), "somebody entered this data by anteroom dev") {
		t.Errorf("serve says %q (%v)", said, err)
	}
}
