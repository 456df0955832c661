# make demo, make test: all a fresh machine needs is Python 3.11 or newer and a package index.

PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
OLDEST := .venv-oldest
PEERS := benchmarks/.venv-peers
PIP := -m pip --disable-pip-version-check -qq
DEMO := runs/demo
# What `make bench` measures: names from benchmarks/tables.py, an id to resume under, FRESH=1 to measure anew.
TABLE ?=
ID ?=
FRESH ?=

.PHONY: help demo test test-oldest lint bench bench-peers bench-reading bench-small-data bench-limit bench-scale docs pages lock clean
.DELETE_ON_ERROR:

help:
	@echo 'make demo    every transfer route on TREC with MiniLM, and a report (runs/demo/report.html)'
	@echo 'make test    the whole test suite'
	@echo 'make test-oldest  the same with the oldest dependencies that pyproject.toml declares'
	@echo 'make lint    ruff, mypy and the import contracts'
	@echo 'make bench   peers beside this project, in ratios; one table: make bench TABLE=trec'
	@echo 'make bench-reading  processor seconds of look on 100 MB, and what checking adds to loading'
	@echo 'make bench-limit  the share of what this machine can multiply that training and prediction reach'
	@echo 'make bench TABLE=scale  how the cost of every stage grows from 10,000 to 1,000,000 rows'
	@echo 'make bench-small-data  what is recommended of 60, 120 and 300 rows, and what it is worth on others (hours)'
	@echo 'make docs    the documentation as a site (docs/_build/index.html); a warning is an error'
	@echo 'make pages   what READMEs and pages have from code and results: figures, pictures, tables'
	@echo 'make lock    constraints.txt anew, from what pip finds today'

demo: $(VENV)/.installed-all
	@echo '==> TREC with MiniLM: baseline, feature transfer, full fine-tuning, static student'
	@$(BIN)/transferkit fit trec --model all-MiniLM-L6-v2 --test-size 500 \
		--routes feature_transfer,full,static --output-dir $(DEMO) --resume
	@echo '==> the report: $(CURDIR)/$(DEMO)/report.html'

test: $(VENV)/.installed-dev
	@echo '==> the test suite'
	@$(BIN)/python -m pytest

test-oldest: $(OLDEST)/.installed
	@echo '==> the test suite with the oldest dependencies'
	@$(OLDEST)/bin/python -m pytest

lint: $(VENV)/.installed-dev
	@echo '==> ruff'
	@$(BIN)/ruff check .
	@echo '==> mypy'
	@$(BIN)/mypy
	@echo '==> import contracts'
	@$(BIN)/lint-imports --no-logo

bench: $(if $(filter scale,$(TABLE)),bench-scale,bench-peers)

bench-peers: $(VENV)/.installed-dev $(PEERS)/.installed
	@$(BIN)/python -m benchmarks.run $(TABLE) $(if $(ID),--id $(ID)) $(if $(FRESH),--fresh)

bench-reading: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks.reading $(if $(ID),--id $(ID))

bench-limit: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks.limit $(if $(ID),--id $(ID))

bench-scale: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks.scale $(if $(ID),--id $(ID))

bench-small-data: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks.small_data $(if $(ID),--id $(ID))

docs: $(VENV)/.installed-dev
	@$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build
	@echo '==> the documentation: $(CURDIR)/docs/_build/index.html'

pages: $(VENV)/.installed-dev
	@$(BIN)/python docs/rooms.py
	@$(BIN)/python docs/tables.py
	@$(BIN)/python docs/pictures.py
	@$(BIN)/python -m benchmarks.figures

# An environment is touched again only when what it is made from has changed.
$(VENV)/.installed-all: pyproject.toml constraints.txt | $(VENV)/.created
	@echo '==> installing transferkit into $(VENV) (some minutes the first time: torch alone is 200 MB)'
	@$(BIN)/python $(PIP) install -c constraints.txt torch==2.13.0 -e '.[all]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/.created
	@echo '==> installing transferkit and its development tools into $(VENV) (some minutes the first time)'
	@$(BIN)/python $(PIP) install -c constraints.txt torch==2.13.0 -e '.[dev]'
	@touch $@ $(VENV)/.installed-all

$(OLDEST)/.installed: pyproject.toml constraints-oldest.txt | $(OLDEST)/.created
	@echo '==> installing transferkit and the oldest dependencies into $(OLDEST)'
	@$(OLDEST)/bin/python $(PIP) install -c constraints-oldest.txt torch==2.13.0 -e '.[dev]'
	@touch $@

$(PEERS)/.installed: benchmarks/requirements-peers.txt | $(PEERS)/.created
	@echo '==> installing the peers into $(PEERS)'
	@$(PEERS)/bin/python $(PIP) install -r benchmarks/requirements-peers.txt
	@touch $@

%/.created:
	@if [ -z '$(PYTHON)' ]; then echo 'expected Python 3.11 or newer, found none; name one: make PYTHON=/path/to/python3' >&2; exit 1; fi
	@if [ -e '$*' ]; then echo '$* is there, and was not made here; remove it, or name another: make VENV=...' >&2; exit 1; fi
	@echo '==> creating $* with $(PYTHON)'
	@$(PYTHON) -m venv $*
	@touch $@

lock:
	@echo '==> resolving the development environment anew'
	@rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python $(PIP) install torch==2.13.0 -e '.[dev]'
	@{ sed -n '/^#/p' constraints.txt; \
	   .venv-lock/bin/python -m pip freeze --exclude transferkit --exclude-editable | sed -e '/^#/d' -e 's/+cpu$$//'; } > .venv-lock/lock
	@mv .venv-lock/lock constraints.txt && rm -rf .venv-lock
	@echo '==> constraints.txt holds '"$$(grep -c == constraints.txt)"' packages'

# Only environments that this file has made: VENV may name another.
clean:
	@for made in $(VENV) $(OLDEST) $(PEERS); do [ ! -e "$$made/.created" ] || rm -rf "$$made"; done
	@rm -rf .venv-lock benchmarks/out
