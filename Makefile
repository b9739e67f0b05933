# Two commands: `make up` brings a stack up in the sandbox, `make test` runs every check.
# Nothing here needs a cloud account, and nothing here reads a credential.
STACK ?= dev
PYTHON ?= python3.11
VENV := .venv
READY := $(VENV)/.ready
RUN := $(VENV)/bin/python

# A python3.11 of that name is not on every machine that has Python 3.11.
ifeq ($(shell command -v $(PYTHON) 2>/dev/null),)
PYTHON := python3
endif

.PHONY: help up preview render paths test pytest lint types bench goldens schema controls lock clean

up: $(READY) ## bring STACK up in the sandbox (dev unless given)
	@SANDBOX_STARTED=$$(date +%s.%N) $(RUN) -m sandbox up $(STACK) $(ARGS)

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
	@echo "  STACK=production names the stack, ARGS=... hands options on: make up ARGS=--help"

preview: $(READY) ## show what would change against the last up
	@$(RUN) -m sandbox preview $(STACK) $(ARGS)

render: $(READY) ## write the Kubernetes objects as YAML
	@$(RUN) -m sandbox render $(STACK) $(ARGS)

paths: $(READY) ## show who may reach whom on which port
	@$(RUN) -m sandbox paths $(STACK) $(ARGS)

test: lint types pytest ## lint, types and every test

pytest: $(READY) ## every test
	@$(RUN) -m pytest

lint: $(READY) ## ruff: rules and format
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: $(READY) ## mypy, strict
	@$(VENV)/bin/mypy

# What Argo CD delivers to production, anew: a pull request then shows what changes in the cluster.
goldens: $(READY) ## tests/goldens anew
	@$(RUN) -m sandbox render production --delivered --to tests/goldens/delivered

bench: $(READY) ## the benchmarks
	@$(RUN) -m bench $(ARGS)

# The JSON schema that the stack files name, made anew from the settings classes.
schema: $(READY) ## the stack files' JSON schemas anew
	@$(RUN) -m sandbox schema
	@$(RUN) -m sandbox schema --root account
	@$(RUN) -m sandbox schema --root deployments

# The page of what each stack doesn't keep of the controls, and by which setting.
controls: $(READY) ## docs/opt-outs.md anew
	@$(RUN) -m sandbox controls

# Every lock file, with hashes and without an index's address. The packs keep the versions that the program has.
COMPILE = $(VENV)/bin/uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" --python-version 3.11
lock: $(READY) ## every lock file anew
	@$(VENV)/bin/pip install -q uv
	@$(COMPILE) requirements/program.in -o requirements.txt
	@$(COMPILE) requirements/sandbox.in -o requirements-dev.txt
	@for pack in security governance; do \
		$(COMPILE) policies/$$pack/requirements.in -c requirements-dev.txt -o policies/$$pack/requirements.txt; \
	done

clean: ## remove what the sandbox and the checks wrote
	rm -rf .sandbox .mypy_cache .ruff_cache .pytest_cache

# One environment for everything. The mark is set only when it is whole, so that a stopped download leaves nothing
# that looks ready.
$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] >= (3, 11) else "Python 3.11 or later is needed, this is %d.%d (make PYTHON=/path/to/python3.11)" % sys.version_info[:2])'
	@echo "Setting up $(VENV): about a minute and 850 MB, once."
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
