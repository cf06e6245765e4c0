# Anteroom. `make` alone lists what can be made.

GOLANGCI_LINT := v2.15.0
FUZZTIME      ?= 60s
VERSION       ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

gobin  := $(shell go env GOPATH)/bin
pgtemp := go run ./internal/store/storetest/pgtemp

# Everything is built without pgx's list of every type of PostgreSQL, two megabytes
# of the program, of which the store uses three (store/postgres.go).
export GOFLAGS := -tags=nopgxregisterdefaulttypes

# What ships needs no C: CGO_ENABLED=0 gives one static file. The race detector
# does need C (cgo and gcc), and nothing but the tests uses it. Without the
# debugger's tables (-w) some forty test binaries are linked in half the time.
# Packages that no directory's request waits for are compiled without inlining (-l),
# which takes another two megabytes away.
cold := github.com/alecthomas/... github.com/beevik/... github.com/coreos/... github.com/fxamacker/... github.com/go-jose/... \
	github.com/go-viper/... github.com/go-webauthn/... github.com/golang-jwt/... github.com/google/... github.com/russellhaering/... \
	github.com/schollz/... github.com/tinylib/... go.yaml.in/... golang.org/x/net/... golang.org/x/text/... html/... text/... \
	encoding/asn1 mime/... net/smtp regexp/... runtime/pprof $(addprefix github.com/anteroom-id/anteroom/,cmd/... lab/... scim/scimtest \
	internal/account internal/edge/console/... internal/explain internal/guide internal/labpage internal/listing internal/mail internal/product internal/signin)
# The compiler is told where the time goes (bench/profile.pgo, recorded while bench ran).
ship := CGO_ENABLED=0 go build -trimpath -pgo=bench/profile.pgo -ldflags "-s -w -X main.version=$(VERSION)" $(foreach p,$(cold),-gcflags=$p=-l)
# SQLite's own C, which is translated to Go and not ours, runs without the
# detector: with it the tests take four times as long.
race := env CGO_ENABLED=1 go test -race -gcflags=modernc.org/...=-race=false -shuffle=on -vet=off -ldflags=-w

# The packages in which requests meet run with the race detector. The others are a
# browser, an identity provider or a whole program at work, or read files; with it
# everything together would take over half an hour on two cores.
raced := anteroom/(scim|scim/filter|lab|internal/(web|web/outbound|saml|oidc|store|token|seal|mail|directory|account|signin|edge/(scimapi|samlsp|oidcrp|console/frame)))$$

.PHONY: help run test check build bench soak attacks fuzz deps vet fmt lint clean
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## start Anteroom with a demo workspace, and let 25 people and 3 groups arrive
	./bin/anteroom dev --demo --data :memory:

test: deps vet fmt ## everything that must pass, on both databases; what is concurrent under the race detector
	{ $(pgtemp) $(race) -timeout 14m -json $$(go list ./... | grep -E '$(raced)'); \
	  $(pgtemp) go test -shuffle=on -vet=off -ldflags=-w -timeout 14m -json $$(go list ./... | grep -v -E '$(raced)'); } | go run ./internal/proven

check: vet fmt lint ## lint, vet, formatting, architecture and shape, without the tests
	go test -vet=off -count=1 .

build: ## bin/anteroom, as it ships: static, stripped, without paths
	$(ship) -o bin/anteroom ./cmd/anteroom

bench: build ## every figure beside its floor (bench/README.md)
	go run ./bench

soak: ## 2,000 people in each of four companies through 30 cycles of changes and faults, on both databases; about 15 minutes
	go test -count=1 -v -timeout 90m ./soak -people 2000 -groups 60 -cycles 30 -durable $(SOAK)

attacks: ## every attack on sign-ins, what became of it, and by which code it was refused
	@go run ./attacks

fuzz: ## every fuzz target for 60 s each (FUZZTIME=10m for longer)
	@.ci/fuzz $(FUZZTIME)

deps: ## install the Debian packages that the tests need; quick when they are there
	@.ci/deps

vet: ## go vet
	go vet ./...

fmt: ## fail when a file is not formatted, and list it
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "run gofmt -w on:"; echo "$$files"; exit 1; fi

lint: $(gobin)/golangci-lint-$(GOLANGCI_LINT) ## golangci-lint, by the list in .golangci.yml
	$< run

# The linter is installed once, under a name that carries its version.
$(gobin)/golangci-lint-$(GOLANGCI_LINT):
	@if ! $(gobin)/golangci-lint version --short 2>/dev/null | grep -qx '$(GOLANGCI_LINT:v%=%)'; then \
		echo "Installing golangci-lint $(GOLANGCI_LINT), which takes a minute or two"; \
		go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT); \
	fi
	@ln -f $(gobin)/golangci-lint $@

clean: ## remove what was built, and demo data
	rm -rf bin anteroom-data tmp
