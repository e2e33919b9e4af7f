# Every target makes the .venv that it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test man readme screens printed docs lint types layers format benchmark new-diagnosis bundle fuzz mutants clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

$(VENV)/ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "smtpdoctor needs Python 3.11 or later: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: $(VENV)/ready  ## run the main job on the embedded server with a known fault
	$(BIN)/smtpdoctor demo

test: lint types layers $(VENV)/ready  ## everything that needs no root, no network and no server
	PYTHONUTF8=1 PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal tests

lint: $(VENV)/ready  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready  ## mypy, strict: the package, and its interface as a user's program has it
	$(BIN)/mypy
	$(BIN)/mypy --strict tests/typing/api.py

layers: $(VENV)/ready  ## imports go one way only
	$(BIN)/lint-imports

format: $(VENV)/ready  ## put the code into ruff's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmark: $(VENV)/ready  ## speed as ratios in one run (needs root and tests/real/install)
	$(BIN)/python benchmarks/check_versus_clients.py
	$(BIN)/python benchmarks/blocked_port.py
	$(BIN)/python benchmarks/lost_packets.py
	$(BIN)/python benchmarks/spf.py
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/batch.py
	$(MAKE) bundle
	$(BIN)/python benchmarks/bundle.py

bundle:  ## one self-contained file for Linux, in build/, that needs no Python: docs/bundle.md
	$(PYTHON) tools/bundle/build.py

new-diagnosis: $(VENV)/ready  ## skeleton of a rule: make new-diagnosis AREA=tls CODE=my-new-code
	$(BIN)/python tools/new_diagnosis.py $(AREA) $(CODE)

FUZZ_SECONDS ?= 60

fuzz: $(VENV)/ready  ## fuzz the readers for a minute each: what they find is in fuzz/found
	$(BIN)/python -m pip install --quiet --disable-pip-version-check atheris
	for target in fuzz/*.py; do \
	  name=$$(basename $$target .py); mkdir -p fuzz/grown/$$name fuzz/found; \
	  $(BIN)/python $$target -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=1024 -timeout=20 \
	    -max_len=4096 -print_final_stats=1 -artifact_prefix=fuzz/found/$$name- \
	    fuzz/grown/$$name fuzz/corpus/$$name || exit 1; \
	done

MUTATE ?= smtpdoctor/checks/auth.py smtpdoctor/diagnosis/engine.py smtpdoctor/diagnosis/views \
  smtpdoctor/observations/redaction.py smtpdoctor/settings/login_release.py smtpdoctor/settings/precedence.py
MUTATE_TESTS ?= tests/checks tests/diagnosis tests/examination tests/observations tests/rules tests/settings
MUTATE_SAMPLE ?= 0

mutants: $(VENV)/ready  ## change the code that decides by small steps, and show which no test sees: docs/testing.md
	$(BIN)/python -m pytest -p tools.mutants.running -p no:randomly -p no:cacheprovider \
	  $(addprefix --mutate ,$(MUTATE)) --sample $(MUTATE_SAMPLE) $(MUTATE_TESTS)

clean:  ## remove what the targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf fuzz/grown fuzz/found

man: $(VENV)/ready  ## the manual pages, into build/man
	$(BIN)/python tools/man_pages.py

readme: $(VENV)/ready  ## bring the codes in the README up to date
	$(BIN)/python tools/update_readme.py

screens: $(VENV)/ready  ## bring the reports in the README and the docs up to date, from real runs
	$(BIN)/python -m tools.documentation --screens

printed: $(VENV)/ready  ## bring what real clients print up to date, as root, with what tests/real/install installs
	unshare -n -u -m $(BIN)/python -m tests.real.printed >build/printed.json
	mv build/printed.json tools/documentation/printed.json

docs: $(VENV)/ready  ## the documentation as a site: build/site/index.html
	$(BIN)/python -m tools.documentation
