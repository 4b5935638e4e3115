# `make demo` runs the whole pipeline on a simulated cohort, `make test` the tests, `make check` the
# linters. All start from Python 3.11 or newer, make and a package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

DEMO_NEWBORNS := 200
DEMO_SEED := 2026
PROFILE := workflow/profiles/default

.PHONY: demo test test-slow check format environment clean

demo: demo/samples.tsv
	snakemake --workflow-profile $(PROFILE) --quiet host progress rules reason
	nbseval accuracy results/findings.parquet --panel panel/generation-study \
	    --samples demo/samples.tsv --outcomes demo/outcomes.tsv
	@echo "The committee's page: results/report.html"

# The configuration as shipped runs this cohort; planning or linting the workflow needs it too.
demo/samples.tsv: $(VENV)/.installed
	rm -rf demo demo.provenance.json
	nbseval simulate panel/generation-study --newborns $(DEMO_NEWBORNS) --seed $(DEMO_SEED) --out demo

test: environment
	pytest -n auto -m "not slow"

# Thousands of newborns against the independent judge, and every rule broken on purpose: minutes, not seconds.
test-slow: environment
	pytest -m slow

check: demo/samples.tsv
	ruff check
	ruff format --check
	mypy
	snakefmt --check workflow Snakefile
	snakemake --lint

format: environment
	ruff format
	ruff check --fix
	snakefmt workflow Snakefile

environment: $(VENV)/.installed

# Compiled once here: where PYTHONDONTWRITEBYTECODE is set, as in many containers, each command would compile anew.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[develop]'
	$(BIN)/python -m compileall -q evaluator
	touch $@

clean:
	rm -rf demo results logs .snakemake
