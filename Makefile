# Two commands: `make run` and `make test`. Both set up what they need, and are quick the second time.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:

PIP := -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r
STAMPS := .build
BIN := .venv/bin
export PIP_NO_INPUT := 1

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

# ── setup ────────────────────────────────────────────────────────────────────────────────────────────────────────────
.PHONY: setup
setup: $(STAMPS)/venv $(STAMPS)/engine $(STAMPS)/sam $(STAMPS)/node $(STAMPS)/font ## virtual environments and node packages

# What is missing is said before anything is downloaded. The answer is kept: looking costs half a second.
$(STAMPS)/tools: infra/check_tools.sh
	@mkdir -p $(STAMPS)
	@sh infra/check_tools.sh > $@.new && mv $@.new $@

$(STAMPS)/venv: requirements/dev.txt pyproject.toml | $(STAMPS)/tools
	@echo "Setting up Python packages (.venv)…"
	@test -x .venv/bin/python || $$(cat $(STAMPS)/tools) -m venv .venv
	@$(BIN)/python $(PIP) requirements/dev.txt
	@$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/engine: requirements/engine.txt | $(STAMPS)/tools
	@echo "Setting up the embedded engine (.venv-engine)…"
	@test -x .venv-engine/bin/python || $$(cat $(STAMPS)/tools) -m venv .venv-engine
	@.venv-engine/bin/python $(PIP) requirements/engine.txt
	@touch $@

$(STAMPS)/sam: requirements/sam.txt | $(STAMPS)/tools
	@echo "Setting up SAM and cfn-lint (.venv-sam)…"
	@test -x .venv-sam/bin/python || $$(cat $(STAMPS)/tools) -m venv .venv-sam
	@.venv-sam/bin/python $(PIP) requirements/sam.txt
	@touch $@

$(STAMPS)/node: web/package.json web/package-lock.json | $(STAMPS)/tools
	@echo "Setting up node packages (web/node_modules)…"
	@cd web && npm ci --no-audit --no-fund --loglevel=error </dev/null
	@touch $@

$(STAMPS)/font: layers/font/subset.py $(STAMPS)/venv $(STAMPS)/node
	@$(BIN)/python layers/font/subset.py
	@touch $@

WEB := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
$(STAMPS)/pages: $(STAMPS)/node $(WEB)
	@echo "Building the pages (web/dist)…"
	@cd web && npm run --silent build -- --quiet </dev/null
	@touch $@

# ── run ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
.PHONY: run
run: $(STAMPS)/venv $(STAMPS)/engine $(STAMPS)/pages $(STAMPS)/font ## the embedded engine, the examples and the pages, until Ctrl-C
	@exec $(BIN)/epipass run

# ── test ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
.PHONY: test chromium
chromium:
	@sh infra/chromium.sh

test: $(STAMPS)/venv $(STAMPS)/engine $(STAMPS)/sam $(STAMPS)/pages $(STAMPS)/font chromium ## every test
	@echo "Testing the pages…"
	@cd web && npm test --silent </dev/null
	@echo "Testing everything else…"
	@$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder $(PYTEST)

# ── lint ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
.PHONY: lint
lint: $(STAMPS)/venv $(STAMPS)/sam $(STAMPS)/node ## ruff, mypy, import contracts, cfn-lint, sam validate, ceilings, pages
	@sh infra/lint.sh

# ── build ────────────────────────────────────────────────────────────────────────────────────────────────────────────
# For the cloud, without Docker, for both architectures: .aws-sam/arm64 and .aws-sam/x86_64, each ready for `sam deploy`.
RUNTIME ?= 3.13
BUILD_DIR ?= .aws-sam/$*
# Empty: everything. A logical id: that function and its layer.
ONLY ?=
export SAM_CLI_TELEMETRY := 0

# Which tables of a recovery are meant instead of the stack's own (docs/operate.md); RESTORED=none for another stack.
# Empty: restored.json if there is one.
RESTORED ?=

.PHONY: build
build: $(STAMPS)/venv $(STAMPS)/sam $(STAMPS)/pages build-arm64 build-x86_64 ## the cloud's packages, arm64 and x86-64

.PHONY: build-arm64 build-x86_64
build-arm64 build-x86_64: build-%: $(STAMPS)/venv $(STAMPS)/sam $(STAMPS)/font
	@echo "Building for $*…"
	@template="$$(.venv/bin/python -m infra.build.restored $(RESTORED))" && \
		EPIPASS_ARCH=$* EPIPASS_RUNTIME=$(RUNTIME) .venv-sam/bin/sam build $(ONLY) --build-in-source \
		--template-file "$$template" --build-dir $(BUILD_DIR) --parameter-overrides Architecture=$* </dev/null

# SAM calls these, one for each function.
build-%Function:
	@.venv/bin/python -m infra.build.functions "$(ARTIFACTS_DIR)" $${EPIPASS_RUNTIME:-3.13} $*Function

# ── the rest ─────────────────────────────────────────────────────────────────────────────────────────────────────────
.PHONY: bench lock clean
$(STAMPS)/bench: requirements/bench.txt $(STAMPS)/venv
	@echo "Adding the peers of the measurements…"
	@$(BIN)/python $(PIP) requirements/bench.txt
	@touch $@

bench: $(STAMPS)/bench ## measurements against named peers, in one run
	@$(BIN)/python -m bench

# Growth first: it draws docs/pictures/growth.svg. It takes a quarter of an hour when nothing else runs, and 5 GB of disk under BENCH_CITY.
BENCH_CITY ?= .build/city
.PHONY: bench-city
bench-city: $(STAMPS)/bench $(STAMPS)/engine ## the long measurements: 10 M people x 50 M results, growth, a million of each thing
	@$(BIN)/python -m bench.growth --folder $(BENCH_CITY)
	@$(BIN)/python -m bench.entitlements --folder $(BENCH_CITY)/first
	@$(BIN)/python -m bench.audits

.PHONY: bench-uploads
bench-uploads: $(STAMPS)/venv $(STAMPS)/engine ## a million results in one upload through the embedded engine: all checked, 50,000 applied
	@$(BIN)/python -m bench.bench_uploads

.PHONY: bench-rush
bench-rush: $(STAMPS)/venv $(STAMPS)/engine ## a morning rush over HTTP until this machine can do no more, every answer accounted for
	@$(BIN)/python -m bench.rush

.PHONY: bench-replays
bench-replays: $(STAMPS)/venv $(STAMPS)/engine ## 20,000 check-ins sent again and delivered again in other orders: the same rows and counters, byte for byte
	@$(BIN)/python -m bench.replays

# What `epipass cost` multiplies: WRITE=1 puts the counts into cli/usage.json.
WRITE ?=
.PHONY: bench-usage
bench-usage: $(STAMPS)/venv $(STAMPS)/engine $(STAMPS)/font ## what each act asks of the cloud's services, counted
	@$(BIN)/python -m bench.usage $(if $(WRITE),--write)

# Suites and programs of other people, out of the folder that holds them; conformance/README.md says what lies there.
SUITES ?= .build/suites
.PHONY: conformance
conformance: $(STAMPS)/venv $(STAMPS)/node ## W3C's suites and foreign libraries against ours
	@$(BIN)/python -m conformance --suites $(SUITES)

# Some or all of them: make drills DRILLS="resets kill"
DRILLS ?=
.PHONY: drills
drills: $(STAMPS)/venv $(STAMPS)/engine $(STAMPS)/node ## failure drills against the embedded engine, each with an oracle of acknowledged writes
	@$(BIN)/python -m drills $(DRILLS)

# Spoilt inputs against everything that reads what strangers send; docs/attacks.md has the figures of a long run.
SECONDS ?= 20
SEED ?=
FUZZ := -m fuzz --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))
.PHONY: fuzz fuzz-guided
fuzz: $(STAMPS)/venv $(STAMPS)/node ## hostile inputs against the readers: SECONDS=20 for each, SEED=… to repeat
	@$(BIN)/python $(FUZZ)

# In an environment of its own: the fuzzer is no part of what is tested.
$(STAMPS)/fuzz: requirements/fuzz.txt $(STAMPS)/venv
	@echo "Setting up the guided fuzzer (.venv-fuzz)…"
	@test -x .venv-fuzz/bin/python || $$(cat $(STAMPS)/tools) -m venv .venv-fuzz
	@.venv-fuzz/bin/python $(PIP) requirements/dev.txt
	@.venv-fuzz/bin/python $(PIP) requirements/fuzz.txt
	@touch $@

fuzz-guided: $(STAMPS)/fuzz ## the same, guided by coverage
	@.venv-fuzz/bin/python $(FUZZ) --guided

# It needs the network, and says so when there is none: no part of `make test`.
.PHONY: audit
audit: $(STAMPS)/venv $(STAMPS)/node ## what is known against the pinned packages, and secrets in the files and their history
	@$(BIN)/python -m infra.audit

LOCK := --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 --quiet
lock: | $(STAMPS)/tools ## recompile requirements/*.txt
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH (pip install uv)" >&2; exit 1; }
	uv pip compile $(LOCK) --extra lambda --extra bulk --extra local --extra test --extra lint -o requirements/dev.txt pyproject.toml
	uv pip compile $(LOCK) -o requirements/engine.txt requirements/engine.in
	uv pip compile $(LOCK) -o requirements/sam.txt requirements/sam.in
	uv pip compile $(LOCK) -c requirements/dev.txt -o requirements/layer.txt requirements/layer.in
	uv pip compile $(LOCK) -c requirements/dev.txt -o requirements/bulk.txt requirements/bulk.in
	uv pip compile $(LOCK) -c requirements/dev.txt --extra bench -o requirements/bench.txt pyproject.toml
	uv pip compile $(LOCK) -o requirements/fuzz.txt requirements/fuzz.in

clean: ## everything that was made here, except the embedded engine's state (.epipass)
	rm -rf .build .venv .venv-* .aws-sam web/node_modules web/dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
