# make run    installs into .venv and serves            make test   installs and runs the tests, some minutes
#             ARGS has options of gateway serve: make run ARGS='--set http.port=8551'
# make check  ruff, ruff format, mypy                   make test-long  programs under load, examples of the documents
# make bench  export rate against a bare trio loop
# make crash  kills, power cuts, full disks; ROUNDS=20  make growth cost of an import up to a million titles
# make bench-z3950  searches and presents, beside Zebra, SimpleServer and yaz-ztest where they are installed
# make bench-oai  pages of OAI-PMH and whole harvests, beside oai-repo where it is installed
# make bench-ncip  patrons looked up, items lent and returned by NCIP over HTTP
# make explore  tests by hypothesis with other input each time, and ten times as much of most
# make dist   sdist and wheel into dist/, tried in environments of their own; wants an index of packages
# make pictures  pictures of the page for docs/images, by a Chromium that is installed
# Needs python3 (3.11 or newer, with venv) and make; nothing else.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
JOBS ?= auto
ROUNDS ?= 20
unexport PYTHONDONTWRITEBYTECODE  # the tests start many processes, and each would compile the gateway anew

.DEFAULT_GOAL := help
.PHONY: help install run test test-long explore crash check dist bench bench-z3950 bench-ncip bench-oai growth pictures clean

help:
	@sed -n '/^$$/q; s/^# //p' Makefile

install: $(INSTALLED)

run: install
	$(BIN)/gateway serve $(ARGS)

test: install
	$(BIN)/python -m pytest -n $(JOBS) -m "not long" $(ARGS)

test-long: install
	$(BIN)/python -m pytest -n $(JOBS) -m long $(ARGS)

explore: install
	$(BIN)/python -m pytest -n $(JOBS) -m hypothesis --hypothesis-profile exploring $(ARGS)

crash: install
	GATEWAY_CRASH_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -n $(JOBS) tests/crash $(ARGS)

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The wheel is built from the sdist; then it is installed, and the container's steps are gone through: tests/release.
dist: install
	rm -rf dist
	$(BIN)/python -m build
	GATEWAY_DIST=dist $(BIN)/python -m pytest -n $(JOBS) --dist loadfile tests/release $(ARGS)

bench: install
	$(BIN)/python -m benchmarks $(ARGS)

bench-z3950: install
	$(BIN)/python -m benchmarks.z3950 $(ARGS)

bench-oai: install
	$(BIN)/python -m benchmarks.oai $(ARGS)

bench-ncip: install
	$(BIN)/python -m benchmarks.ncip $(ARGS)

growth: install
	$(BIN)/python -m benchmarks.growth $(ARGS)

pictures: install
	$(BIN)/python -m tests.browser.pictures $(ARGS)

clean:
	rm -rf $(VENV)

# The stamp is written last: an installation that failed half way leaves nothing that looks done.
$(INSTALLED): pyproject.toml
	@python=; \
	for name in $(PYTHON) $(CANDIDATES); do \
	    if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "The gateway needs Python 3.11 or newer. Install it (Debian, Ubuntu: apt install python3 python3-venv;" >&2; \
	    echo "Fedora: dnf install python3.12; macOS: brew install python), or name one: make run PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	fi; \
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
	    echo "$$python lacks venv. Install it (Debian, Ubuntu: apt install python3-venv), then run make again." >&2; \
	    exit 1; \
	fi; \
	rm -rf $(VENV); \
	"$$python" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,postgres]'
	@touch $(INSTALLED)
