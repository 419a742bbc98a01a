# Entry points. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
FLEET ?= colossus
PREFIX ?= $(HOME)/.local

.PHONY: fleet help dependencies build run test prove test-api api-docs check check-rules bench bench-peers fuzz fuzz-seeds mutate mutate-check man install deb test-numa test-crash soak install-man install-completions test-systemd clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'
	@echo
	@echo "  make run FLEET=small   the small fleet instead of the default one; it starts empty"

fleet:
	@test -f "config/fleets/$(FLEET).yaml" || { echo "There is no config/fleets/$(FLEET).yaml; there are: $$(ls config/fleets)"; exit 1; }

dependencies: ## Install the C libraries that are missing, or say how
	@scripts/dependencies.sh

# Without Swift's own libraries to load: it runs where there is no Swift, and counting references, which is much of its work, takes no detour
# through the linker's table. Foundation's parts are named in their order, which the linker does not find out by itself.
STATIC := --static-swift-stdlib $(foreach part,CoreFoundation _FoundationCShims _FoundationCollections _FoundationICU,-Xlinker -l$(part))

build: dependencies ## Build berthd, berth and berth-telemetry for release
	swift build -c release $(STATIC) --product berthd
	swift build -c release $(STATIC) --product berth
	swift build -c release $(STATIC) --product berth-telemetry

run: fleet build ## Serve a fleet from ./var until Ctrl-C; the first start takes the two deals
	@scripts/run.sh "$(FLEET)"

test: dependencies ## Build everything and run every test
	swift build --build-tests
	swift test --skip-build

# Lives from so many seeds: LIVES=10000 COMMANDS=1000 is what a release is tried with.
LIVES ?= 1000
COMMANDS ?= 1000

prove: dependencies ## Live LIVES=1000 simulated lives of COMMANDS=1000, every rule checked after every step
	swift build -c release --product berth-proof
	"$$(swift build -c release --show-bin-path)/berth-proof" lives --seeds 1-$(LIVES) --commands $(COMMANDS) --complete

test-api: dependencies ## Look for what /openapi.json does not say, with schemathesis; EXAMPLES=20 for each operation
	@scripts/test-api.sh

api-docs: ## Rewrite docs/openapi.json and the paths of docs/api.md from the routes and types
	BERTH_REWRITE_GOLDEN=1 swift test --filter FieldTextTests
	BERTH_REWRITE_GOLDEN=1 swift test --filter APIDocumentTests

check: ## Format, lint and layering
	@scripts/check.sh

check-rules: ## Check the alert rules for Prometheus and run their tests, with promtool
	@command -v promtool >/dev/null || { echo "promtool comes with Prometheus: apt-get install prometheus"; exit 1; }
	promtool check rules config/prometheus/alerts.yaml
	promtool test rules config/prometheus/alerts.test.yaml

bench: dependencies ## Measure; the rows of docs/performance.md
	@scripts/bench.sh

bench-peers: dependencies ## Measure Slurm, from Debian, beside Berth; PEERS_NODES=27500 and more in the script
	@scripts/bench-peers.sh

fuzz: dependencies ## Feed every decoder what libFuzzer makes up; SECONDS=30 for each, TARGET=NAME for one
	@scripts/fuzz.sh "$(or $(SECONDS),30)" $(TARGET)

fuzz-seeds: dependencies ## Write what fuzzing begins with, Fuzzing/Corpora, from the types as they are
	@scripts/fuzz.sh seeds

mutate: dependencies ## Change Packing and Leasing at MUTANTS=200 places, one at a time, and print what no test notices; MUTANTS=all, SEED, ONLY=FILE
	@scripts/mutate.py run --mutants "$(or $(MUTANTS),200)" --seed "$(or $(SEED),1)" $(if $(ONLY),--only "$(ONLY)")

mutate-check: ## Mutate a small package of which it is known what becomes of each mutant
	@scripts/mutate.py check

man: dependencies ## Write the manual, a page for each command, to .build/man/man1
	@scripts/man.sh .build/man/man1

# A package sets PREFIX=/usr and DESTDIR; by itself the daemon goes below /usr/local.
install: PREFIX := /usr/local
install: build ## Install daemon, units and settings; PREFIX=/usr and DESTDIR=… for packages
	@scripts/install.sh "$(PREFIX)"

deb: man build ## Build a Debian package in .build/deb
	@scripts/deb.sh .build/deb

test-systemd: dependencies ## Boot a systemd of its own and put the daemon through its life; PROGRAMS=FOLDER to take those, ROOT, LEASES, POLLS, SUITES
	@[ -n "$(PROGRAMS)" ] || $(MAKE) build
	@scripts/test-systemd.sh $(PROGRAMS)

test-crash: dependencies ## Kill the daemon KILLS=200 times and more, and check what clients saw; FAULT, SEED, SECONDS_MAX, PROGRAMS=FOLDER
	@[ -n "$(PROGRAMS)" ] || { $(MAKE) build && swift build -c release $(STATIC) --product berth-proof; }
	@scripts/test-crash.sh $(PROGRAMS)

soak: dependencies ## Keep the daemon busy for HOURS=1 or MINUTES, and check that nothing grows; LEASES, RESTART_EVERY, SEED, CSV, PROGRAMS=FOLDER
	@[ -n "$(PROGRAMS)" ] || { $(MAKE) build && swift build -c release $(STATIC) --product berth-proof; }
	@scripts/soak.sh $(PROGRAMS)

test-numa: ## Run the daemon in a virtual machine of two NUMA nodes; PROGRAMS=FOLDER to take those
	@scripts/test-numa.sh $(PROGRAMS)

install-man: man ## Install the manual for you, or below PREFIX
	@mkdir -p "$(PREFIX)/share/man/man1" && cp .build/man/man1/*.1 "$(PREFIX)/share/man/man1/"
	@echo "installed: man -M $(PREFIX)/share/man berth"

install-completions: build ## Install completion for bash, zsh and fish for you, or below PREFIX
	@scripts/install-completions.sh "$(PREFIX)"

clean: ## Remove what was built; ./var stays
	rm -rf .build Benchmarks/.build Fuzzing/.build
