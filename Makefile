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

.PHONY: up preview render paths test pytest lint types bench goldens schema controls lock clean

up: $(READY)
	@SANDBOX_STARTED=$$(date +%s.%N) $(RUN) -m sandbox up $(STACK) $(ARGS)

preview: $(READY)
	@$(RUN) -m sandbox preview $(STACK) $(ARGS)

render: $(READY)
	@$(RUN) -m sandbox render $(STACK) $(ARGS)

paths: $(READY)
	@$(RUN) -m sandbox paths $(STACK) $(ARGS)

test: lint types pytest

pytest: $(READY)
	@$(RUN) -m pytest

lint: $(READY)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: $(READY)
	@$(VENV)/bin/mypy

# What Argo CD delivers to production, anew: a pull request then shows what changes in the cluster.
goldens: $(READY)
	@$(RUN) -m sandbox render production --delivered --to tests/goldens/delivered

bench: $(READY)
	@$(RUN) -m bench $(ARGS)

# The JSON schema that the stack files name, made anew from the settings classes.
schema: $(READY)
	@$(RUN) -m sandbox schema
	@$(RUN) -m sandbox schema --root account
	@$(RUN) -m sandbox schema --root deployments

# The page of what each stack doesn't keep of the controls, and by which setting.
controls: $(READY)
	@$(RUN) -m sandbox controls

# Every lock file, with hashes and without an index's address. The packs keep the versions that the program has.
COMPILE = $(VENV)/bin/uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" --python-version 3.11
lock: $(READY)
	@$(VENV)/bin/pip install -q uv
	@$(COMPILE) requirements/program.in -o requirements.txt
	@$(COMPILE) requirements/sandbox.in -o requirements-dev.txt
	@for pack in security governance; do \
		$(COMPILE) policies/$$pack/requirements.in -c requirements-dev.txt -o policies/$$pack/requirements.txt; \
	done

clean:
	rm -rf .sandbox .mypy_cache .ruff_cache .pytest_cache

# One environment for everything. The mark is set only when it is whole, so that a stopped download leaves nothing
# that looks ready.
$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] >= (3, 11) else "Python 3.11 or later is needed, this is %d.%d (make PYTHON=/path/to/python3.11)" % sys.version_info[:2])'
	@echo "Setting up $(VENV): about a minute and 600 MB, once."
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
