# Millrace: make help lists the targets.
MODULE   := github.com/millrace/millrace
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS  := -X $(MODULE)/cmd.version=$(VERSION)
FUZZTIME ?= 30s
BENCH    ?=
PKGS     ?= ./...

GOLANGCI_VERSION := v2.15.0
GOLANGCI         := .cache/bin/golangci-lint-$(GOLANGCI_VERSION)

export CGO_ENABLED ?= 0
export GOLANGCI_LINT_CACHE ?= $(CURDIR)/.cache/golangci
export MAKE

.DEFAULT_GOAL := help
.PHONY: help run build test check unit race lint e2e differential faults soak fuzz fuzz-smoke bench bench-check bench-curves bench-docs bench-cluster pgo docs setup tools clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build, then start everything on loopback with sample data
	./bin/millrace dev --demo

build: ## bin/millrace
	go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/millrace ./cmd/millrace

test: ## everything CI runs, each phase with its time limit (less than 25 minutes on two good cores)
	@.ci/phases setup lint unit race e2e differential fuzz-smoke faults

check: ## before a commit: gofmt, go vet, the rules of internal/lint
	@unformatted=$$(git ls-files --cached --others --exclude-standard '*.go' | xargs -r gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "gofmt -w these:"; echo "$$unformatted"; exit 1; fi
	go vet $(PKGS)
	go test ./internal/lint

unit: ## unit tests, as shipped: allocation counts hold only without -race
	.ci/gotest -timeout 460s $(PKGS)

race: ## unit tests with the race detector and the ownership checks of the tag invariants
	CGO_ENABLED=1 .ci/gotest -race -tags invariants -timeout 940s $(PKGS)

lint: tools ## golangci-lint and the rules of internal/lint
	$(GOLANGCI) run --allow-parallel-runners $(PKGS) ./.ci/testcount
	.ci/gotest -count=1 ./internal/lint ./.ci/testcount

e2e: build ## the built program against real systems
	@packages=$$(.ci/tagged e2e) && set -x && .ci/gotest -tags e2e -count=1 -timeout 1240s $$packages

differential: build ## our answers beside those of the original Java classes
	@packages=$$(.ci/tagged differential) && set -x && .ci/gotest -tags differential -count=1 -timeout 350s $$packages

faults: build ## crashes, cuts and full disks (short); make soak is the long form
	@packages=$$(.ci/tagged faults) && set -x && .ci/gotest -tags faults -count=1 -timeout 230s $$packages

soak: build ## an hour of load and faults, or SOAK='-soak.for=8h -soak.seed=1'; results belong into docs/verification.md
	.ci/gotest -tags soak -count=1 -timeout 24h ./e2e $(if $(SOAK),-args $(SOAK))
	@tail -n 1 .cache/soak.md
	@packages=$$(.ci/tagged soak | grep -vx ./e2e) && set -x && .ci/gotest -tags soak -count=1 -timeout 12h $$packages

fuzz: ## every fuzz target for FUZZTIME (30s), changed packages first
	.ci/fuzz each $(FUZZTIME)

fuzz-smoke: ## all fuzz targets together in two minutes
	.ci/fuzz all 110

bench: build ## whole pipelines (bench/) beside the Java originals, in turn, and the size of the program; BENCH=expression of cases (^cdc/ for PostgreSQL)
	go build -trimpath -buildvcs=false -ldflags '-s -w $(LDFLAGS)' -o bin/millrace-stripped ./cmd/millrace
	@ls -l bin/millrace-stripped | awk '{ printf "stripped size: %.1f MB\n", $$5 / 1e6 }'
	go test -tags bench -count=1 -timeout 3h -run '^TestCompare$$' -v ./bench -args -only '$(BENCH)' -results '$(CURDIR)/.cache/bench.jsonl' $(BENCHFLAGS)

bench-curves: build ## how it scales, and what each setting does: the curves of docs/tuning.md; BENCH=expression of curves
	go test -tags bench -count=1 -timeout 1h -run '^TestCurves$$' -v ./bench -args -only '$(BENCH)' -results '$(CURDIR)/.cache/bench.jsonl' $(BENCHFLAGS)

bench-docs: ## docs/benchmarks.md and the curves of docs/tuning.md from the results in bench/results.jsonl
	go run ./bench/pages

bench-check: ## processor time and allocations a record beside another commit, BASE=COMMIT (where this branch left main); ONLY=expression of cases
	go run ./bench/check -base '$(BASE)' -only '$(ONLY)'

bench-cluster: ## clusters of CONNECTORS (1000) connectors beside the original: start, loss of a worker, REST, memory
	go test -tags bench -count=1 -timeout 2h -run '^TestCluster$$' -v ./bench -args -connectors $(or $(CONNECTORS),1000)

PGO_CASES := json/decode/schemaless json/encode/schemaless json/decode/envelope json/encode/envelope json/chain-none/schemaless \
	json/chain-none/envelope json/chain-five/schemaless json/chain-five/envelope avro/decode avro/encode protobuf/decode protobuf/encode \
	pipeline/topic-json-null/wire pipeline/topic-bytes-topic/wire

pgo: ## cmd/millrace/default.pgo anew: which calls are hot, from the cases of the benchmark that workers are most like
	@mkdir -p .cache
	printf '%s\n' $(PGO_CASES) | go run -trimpath ./bench/runner -for 4s -cpuprofile $(CURDIR)/.cache/pgo.prof
	mv .cache/pgo.prof cmd/millrace/default.pgo

docs: ## generated reference pages
	go generate ./docs/...

setup: ## install what the tests need and this machine lacks
	@.ci/setup

tools: $(GOLANGCI) ## linters, into .cache/bin

$(GOLANGCI):
	GOBIN=$(CURDIR)/.cache/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv .cache/bin/golangci-lint $@

clean: ## remove what was built
	rm -rf bin .cache
