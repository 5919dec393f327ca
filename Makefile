# Everything a fresh machine needs is made by these targets: Python 3.11 (or newer) and make.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TESTS ?= tests
MINUTES ?= 15

.DEFAULT_GOAL := help
.PHONY: help run once test lint chaos bench lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/runtime ## The demo: registry, shops, workers, schedule; until Ctrl-C
	@$(BIN)/python -m sandbox.demo

once: $(VENV)/runtime ## One full sync of the demo, then a table
	@$(BIN)/python -m sandbox.demo --once

test: $(VENV)/dev ## Walls between the rooms, then all tests
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 4 --dist loadgroup $(TESTS)

lint: $(VENV)/dev ## Style, types, walls
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

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
