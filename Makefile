# Everything runs in an environment of its own (.venv); nothing installed by hand is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# What test-local installs as torch; torch==2.13.0+cpu, say, where the index has such a build.
TORCH ?= torch

.PHONY: help test test-local lint types check demo clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@

test: $(STAMP)  ## run the tests
	$(BIN)/python -m pytest -n 2

$(STAMP)-hf: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)" -e ".[dev,hf]"
	@touch $@

test-local: $(STAMP)-hf  ## tests with a tiny local model (installs torch)
	$(BIN)/python -m pytest -m local_model tests/local_model

lint: $(STAMP)  ## ruff
	$(BIN)/ruff check .

types: $(STAMP)  ## mypy, strict
	$(BIN)/mypy

check: test lint types  ## what CI runs

clean:  ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis build dist
