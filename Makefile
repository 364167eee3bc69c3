# Every target does its own set-up: a bare machine needs Python 3.11 or later and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARCHIVE ?=
PORT ?=
VERSION ?=
DATE ?= $(shell date -u +%F)

.PHONY: help demo quick test checks lint types imports unit coverage format bench evaluate fuzz torture docs diagrams hooks release screenshots pins clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/run: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Back Issue needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12 …")'
	@echo "Setting up $(VENV) (once, about half a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.txt
	@echo "Setting up the checks (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Chromium and axe-core, where the machine can have them; what it cannot is said, and its tests are skipped.
$(VENV)/browser: $(VENV)/run tests/browser/machine.py
	@$(BIN)/python -m tests.browser.machine --mark $@ $(if $(filter needed,$(BROWSER)),--needed)

$(VENV)/docs: $(VENV)/dev requirements-docs.txt
	@echo "Setting up the documentation (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.txt
	@touch $@

$(VENV)/peers: $(VENV)/dev pyproject.toml
	@echo "Setting up the peers that the figures are compared with (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[peers]'
	@touch $@

# The folder goes through the environment: its name may have spaces or quotes.
demo: export ARCHIVE := $(ARCHIVE)
demo: $(VENV)/run ## Back Issue with no Slack account; ARCHIVE=folder for your own issues, PORT=8000, BROWSER=no
	@$(BIN)/backissue demo $${ARCHIVE:+--archive "$$ARCHIVE"} $(if $(PORT),--port $(PORT)) $(if $(filter no,$(BROWSER)),--no-browser)

# Three at a time on two processors, as for all tests: some wait for servers and files.
quick: $(VENV)/dev ## the tests that need no browser, PostgreSQL or process, each under a second: while you work
	$(BIN)/pytest -q -n 3 --dist worksteal --quick

test: ## every check: lint, types, import contracts, tests, doc examples
	@$(MAKE) --no-print-directory --jobs=2 checks

# Two at a time: what is fetched while something is installed, the types while the tests run.
checks: lint types imports unit

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/dev
	$(BIN)/mypy archive bot handlers playground tests benchmarks tools docs

imports: $(VENV)/dev
	$(BIN)/lint-imports

unit: $(VENV)/dev $(VENV)/browser
	$(BIN)/pytest -n 3 --dist worksteal -m 'not slow'

coverage: $(VENV)/dev $(VENV)/browser ## the tests once more, and which lines and branches they reach; takes twice as long
	$(BIN)/pytest -n 3 --dist worksteal -m 'not slow' --cov --cov-report=term

format: $(VENV)/dev ## format the code, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/peers $(VENV)/browser ## the figures of docs/figures.md, each against a peer or floor in the same run
	$(BIN)/python -m benchmarks $(if $(ARCHIVE),--archive $(ARCHIVE))

evaluate: $(VENV)/peers ## how good the search is, beside other engines
	$(BIN)/python -m benchmarks.search $(if $(ARCHIVE),--archive $(ARCHIVE))

fuzz: $(VENV)/dev ## look for what breaks a property: other examples each time, and twenty times as many
	$(BIN)/pytest -n 2 -m 'hypothesis and not slow' --fuzz

# Three at a time on two processors: the soaks mostly wait. The longest begin first (tests/conftest.py), and each
# worker is given few at a time, so that none is left with several of them at the end.
torture: $(VENV)/dev ## the long proof of the delivery promise
	$(BIN)/pytest -m slow -n 3 --dist load --maxschedchunk 1 -p no:randomly --timeout 3600

docs: $(VENV)/docs ## the documentation as a site, in build/docs; a link that leads nowhere fails it
	$(BIN)/mypy docs/conf.py
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --nitpicky -b html -c docs . build/docs
	@echo "build/docs/index.html"

diagrams: $(VENV)/browser ## draw the documents' diagrams from docs/diagrams/*.mmd
	$(BIN)/python -m docs.mermaid

hooks: $(VENV)/dev $(VENV)/docs ## set up everything for a contributor, with the checks before each commit and push
	$(BIN)/pre-commit install

release: $(VENV)/docs ## prepare a release: make release VERSION=0.2.0
	@$(BIN)/python -m tools.release "$(VERSION)" --date "$(DATE)"

screenshots: $(VENV)/browser ## take the README's pictures of the page, from the demo itself
	$(BIN)/python -m docs.screenshots

# One resolution for every system and Python that is supported, whichever it is made on.
PIN := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --custom-compile-command "make pins"

# What imports issues is pinned for every set-up, and is an extra of the package.
# The documentation's tools share an environment with the others: what both need has one version.
pins: ## pin the newest versions that pyproject.toml allows, with hashes
	$(BIN)/python -m pip install --quiet 'uv~=0.13.9'
	$(PIN) --extra import -o requirements.txt pyproject.toml
	$(PIN) --extra import --extra mcp --extra dev -o requirements-dev.txt pyproject.toml
	$(PIN) --extra docs --constraint requirements-dev.txt -o requirements-docs.txt pyproject.toml

clean: ## remove what the other targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
