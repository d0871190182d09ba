# Everything runs in an environment of its own (.venv); nothing installed by hand is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# What test-local installs as torch; torch==2.13.0+cpu, say, where the index has such a build.
TORCH ?= torch==2.13.0

# Processes of the tests.
N ?= 2

.PHONY: help hf-environment test test-all test-heavy test-local test-browser test-kills test-interrupts lint types check demo clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@

test: $(STAMP)  ## the tests that run in a few minutes
	$(BIN)/python -m pytest -n $(N)

test-heavy: $(STAMP)  ## simulations, interrupts, builds and other long tests
	$(BIN)/python -m pytest -n $(N) -m heavy
	$(BIN)/python -m pytest -n $(N) --hypothesis-profile full tests/declare tests/fuzz tests/training tests/estimate tests/common

test-all: test-heavy test-browser test-local  ## every group that `make test` leaves out; one that cannot be installed fails

$(STAMP)-hf: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)" -e ".[dev,hf,near]"
	@touch $@

hf-environment: $(STAMP)-hf

test-local: $(STAMP)-hf  ## tests with local models and sentence embeddings (installs torch)
	$(BIN)/python -m pytest -m local_model

test-browser: $(STAMP)  ## pages in a real Chromium (installs Playwright; Chromium itself: apt-get install chromium)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check playwright
	@command -v chromium >/dev/null || { echo "chromium is not on PATH: apt-get install chromium"; exit 1; }
	$(BIN)/python -m pytest -m browser

test-kills: $(STAMP)  ## an audit killed 50 times and called again (10 minutes)
	SPILLOVER_KILLS=50 $(BIN)/python -m pytest -s -m "heavy or not heavy" tests/run/test_kills.py

test-interrupts: $(STAMP)  ## audits interrupted 100 times on a busy machine, and called again (an hour)
	SPILLOVER_INTERRUPTS=100 SPILLOVER_BUSY=8 $(BIN)/python -m pytest -s -m "heavy or not heavy" tests/run/test_interrupts.py

DEMO := demo-logs
RECORDED = --model replay/scripted-$(1) -M path=examples/demo/$(1).jsonl \
  --model-role 'grader={model: replay/scripted-judge, model_args: {path: examples/demo/$(1).jsonl}}'

demo: $(STAMP)  ## the main job on a small scripted pair; no key needed
	@rm -rf $(DEMO)
	$(BIN)/inspect eval spillover/emergent_misalignment --epochs 1 $(call RECORDED,base) --log-dir $(DEMO) --display none
	$(BIN)/inspect eval spillover/emergent_misalignment --epochs 1 $(call RECORDED,finetune) --log-dir $(DEMO) --display none
	@$(BIN)/spillover show $(DEMO) --base scripted-base
	@echo
	@echo "Now a real model, with its judge (an OpenAI key, or name another judge with --model-role grader=...):"
	@echo "  $(BIN)/inspect eval spillover/emergent_misalignment --model PROVIDER/MODEL"
	@echo "  $(BIN)/spillover show logs"

lint: $(STAMP)  ## ruff
	$(BIN)/ruff check .

types: $(STAMP)  ## mypy, strict
	$(BIN)/mypy

check: test lint types  ## what CI runs before test-all

clean:  ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis build dist
