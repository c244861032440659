# Each target does its own set-up; a second call starts at once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEVELOPER := $(VENV)/.developer
export HF_HUB_OFFLINE ?= 1

.PHONY: demo test lint types floors check bench clean

demo: $(READY)  ## the whole real job on made-up weeks, without a network
	$(BIN)/tracker demo

test: $(DEVELOPER)  ## every test
	$(BIN)/python -m pytest -n auto

lint: $(DEVELOPER)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEVELOPER)
	$(BIN)/mypy

floors: $(DEVELOPER)
	$(BIN)/lint-imports

check: lint types floors test  ## everything that a change must pass

bench: $(DEVELOPER)  ## figures of this machine; see benchmarks/README.md
	$(BIN)/python -m benchmarks

# torch comes first and pinned, so that nothing else picks a larger build of it
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(DEVELOPER): $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
