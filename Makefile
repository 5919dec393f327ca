# Everything a fresh machine needs is made by these targets: Python 3.11 (or newer) and make.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TESTS ?= tests
MINUTES ?= 15

# A great many processes are started, by the program and by its tests: each of them would compile
# all of it anew where the machine says that nothing compiled is kept.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run once test lint words chaos bench lock clean browser screenshots

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/runtime ## The demo: registry, shops, workers, schedule; until Ctrl-C
	@$(BIN)/python -m sandbox.demo

once: $(VENV)/runtime ## One full sync of the demo, then a table
	@$(BIN)/python -m sandbox.demo --once

test: $(VENV)/dev browser ## Walls between the rooms, then all tests
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 5 --dist loadgroup $(TESTS)  # more than cores: some mostly wait

browser: # Debian's Chromium, where it is missing and can be had; the tests say loudly where not
	@command -v chromium >/dev/null 2>&1 || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 \
		&& echo "Installing Chromium (once) …" >&2 && apt-get update -qq >/dev/null 2>&1 \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium >/dev/null 2>&1; } || true

screenshots: $(VENV)/dev browser ## The console's pages into docs/pictures (URL=http://127.0.0.1:8000)
	$(BIN)/python -m tests.console.browser.screenshots $(or $(URL),http://127.0.0.1:8000)

lint: $(VENV)/dev ## Style, types, walls
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

words: $(VENV)/runtime ## Collect the pages' sentences into console/web/words, new ones empty
	$(BIN)/python -m console.web.words.collect

chaos: $(VENV)/dev ## Everything breaks for 15 minutes, then a table (SEED=N, MINUTES=M)
	$(BIN)/python -m chaos --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

bench: $(VENV)/dev ## Speed, as ratios against a plain alternative
	$(BIN)/python -m bench

lock: $(VENV)/dev ## Pin the requirements again, with hashes
	$(PIP) install pip-tools
	for name in requirements requirements-dev; do $(BIN)/pip-compile --quiet --upgrade \
		--generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--strip-extras --no-header --no-annotate -o $$name.txt $$name.in || exit 1; done

clean: ## Remove what was built; the data under OCOP_HOME stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing (once) …" >&2
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/runtime
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@
