# `make` alone lists the targets. Every target first makes what it needs.

PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info < (3,14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
SAM := .venv-sam/bin/sam
JOBS ?= 3
FORM ?= 1
BENCH ?= tests/benchmark
PROFILE ?= dev
export ARCHITECTURE ?= x86_64
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header
export SAM_CLI_TELEMETRY := 0
# Containers often set it. A stack is six processes; without byte code, each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint audit bench counts soak probe spec players console openapi conformance kinds docs lock build sam-local validate size verify provision deploy clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/dev  ## install everything that run, test and check need (they also do this themselves)

run: .venv/local  ## start TAMS on this machine at http://127.0.0.1:8000 (PORT=… changes the port)
	@$(BIN)/python -m local

test: .venv/dev  ## run all tests, against real processes over real HTTP (JOBS=1 for one at a time)
	@$(BIN)/python -m pytest tests -n $(JOBS) --dist loadgroup --no-loadscope-reorder

check: lint  ## run lint, types, import rules and unit tests: the quick part
	$(BIN)/python -m pytest tests/unit -q -n $(JOBS)

lint: .venv/dev  ## check style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: .venv/dev  ## look for known vulnerabilities and risky code (offline, it lists what it could not check)
	$(BIN)/bandit -q -ll -r layers functions shared/backup shared/cli shared/local shared/serve shared/sql
	$(BIN)/bandit -q -ll -s B608 -r shared/vastlocal # its table names contain only numbers that it assigns
	$(BIN)/python .ci/audit.py

bench: .venv/dev  ## measure, and write shared/docs/benchmarks.md and .json (FORM=quick for a few minutes of it)
	TAMS_BENCH=$(FORM) $(BIN)/python -m pytest $(BENCH) -q --timeout 3600

counts: .venv/dev  ## write down anew what a request costs in counts (tests/benchmark/counts.json)
	TAMS_COUNTS=1 $(BIN)/python -m pytest tests/benchmark/test_counts.py -q

soak: .venv/dev  ## run the long forms of the tests: many crashes, a million rows; and some with a recycle bin
	TAMS_SOAK=1 $(BIN)/python -m pytest tests -q --timeout 3600
	TAMS_TEST_KEPT_SECONDS=604800 $(BIN)/python -m pytest tests/contract tests/access tests/model tests/fuzz -q --timeout 3600

probe: .venv/local  ## check that a VAST cluster does what we assume of it (set the functions' TAMS_VAST__… variables)
	@$(BIN)/tams admin probe

spec: .venv/dev  ## fetch the BBC's files of TAMS 8.2, against which the tests check responses
	@$(BIN)/python -m tests.fetch_spec

players: .venv/dev  ## fetch the players that tests run in a browser, with npm
	@$(BIN)/python -m tests.browser.players

console:  ## build the web console from shared/console, with npm, into the function that serves it
	@$(PYTHON) .ci/console.py build

openapi: .venv/dev  ## generate the OpenAPI document from the functions' routes, and the table of scopes
	$(BIN)/python shared/docs/make_openapi.py
	$(BIN)/python shared/docs/make_scopes.py

docs: .venv/dev  ## build the documentation site into shared/.site; fail on any warning
	$(BIN)/python shared/docs/make_settings.py
	$(BIN)/python shared/docs/make_views.py
	$(BIN)/python shared/docs/make_assumptions.py
	$(BIN)/typer cli.main utils docs --name tams --title "The tams command" --output shared/docs/cli.md >/dev/null
	$(BIN)/zensical build --strict -f shared/zensical.toml

build: .venv-sam/ready  ## build the functions and the layers with SAM, as deployed (ARCHITECTURE=arm64 for Graviton)
	PATH="$(CURDIR)/.venv-sam/bin:$$PATH" $(SAM) build --cache-dir .aws-sam/cache-$(ARCHITECTURE) \
		--parameter-overrides Architecture=$(ARCHITECTURE)
	@$(MAKE) --no-print-directory size

size:  ## compare the size of the built layers with Lambda's limit
	@$(PYTHON) layers/dependencies/size.py .aws-sam/build

verify: .venv/dev .venv-lambda/ready  ## test the built functions with Lambda's Python and bootstrap, and only the built layers
	$(BIN)/python layers/dependencies/verify.py .aws-sam/build
	TAMS_BUILD=.aws-sam/build TAMS_SOAK=1 $(BIN)/python -m pytest -q -n $(JOBS) \
		tests/template/test_build.py tests/template/test_runtime.py tests/template/test_loaded_modules.py

sam-local: .venv/local .venv-sam/ready  ## build, try the built functions in SAM's containers, then serve the API from them (needs Docker or Podman)
	@$(BIN)/python -m local.sam_local

validate: .venv-sam/ready  ## check template.yaml
	$(SAM) validate --lint --region us-east-1
	.venv-sam/bin/python .ci/transformed.py template.yaml

provision: .venv/local  ## create or migrate the tables on VAST (set the functions' TAMS_VAST__… variables)
	$(BIN)/python -m tams.runtime.provision

deploy: build  ## build and deploy to AWS (PROFILE=dev, staging or prod of samconfig.toml; at first asks for the parameters)
	SAM=$(SAM) $(PYTHON) .ci/deploy.py $(PROFILE) $(if $(GUIDED),--guided)

conformance: .venv/dev  ## run the tests of every TAMS rule, and write shared/docs/conformance.md
	$(BIN)/python -m tests.contract.conformance

kinds: .venv/dev  ## take a file of every kind in and out, and write shared/docs/supported-media.md (needs ffmpeg)
	$(BIN)/python -m tests.kinds.page

lock: .venv/dev  ## compile the pinned requirement files from pyproject.toml
	$(LOCK) pyproject.toml -o layers/dependencies/requirements.txt
	echo av | $(subst 3.11,3.13,$(LOCK)) - -c requirements/local.txt -o layers/media/requirements.txt
	$(LOCK) pyproject.toml --extra local -c layers/dependencies/requirements.txt -o requirements/local.txt
	$(LOCK) pyproject.toml --extra serve -c requirements/local.txt -o requirements/serve.txt
	$(LOCK) pyproject.toml --extra local --extra dev -c requirements/local.txt -o requirements/dev.txt
	echo aws-sam-cli==1.170.0 | $(LOCK) - -o requirements/sam.txt

clean:  ## remove everything that was built, but keep .tams, which holds media
	rm -rf .venv .venv-sam .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache shared/.site shared/.cache

# ---- virtual environments, each rebuilt when its requirements change

.venv/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed, and none was found." >&2; exit 1; }
	@echo "making a virtual environment in .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/local: .venv/python requirements/local.txt pyproject.toml
	@$(BIN)/python .ci/install.py requirements/local.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/local requirements/dev.txt
	@$(BIN)/python .ci/install.py requirements/dev.txt
	@touch $@

# What Lambda's runtime brings, for its Python and not that of .venv.
.venv-lambda/ready: requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --upgrade \
		--implementation cp --python-version 3.13 --platform manylinux_2_28_$(shell uname -m) \
		--platform manylinux2014_$(shell uname -m) --platform any --target .venv-lambda \
		$$(sed -nE 's/^((awslambdaric|simplejson|snapshot-restore-py)==[^ ]+).*/\1/p' requirements/dev.txt)
	@touch $@

.venv-sam/ready: requirements/sam.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed, and none was found." >&2; exit 1; }
	$(PYTHON) -m venv .venv-sam
	.venv-sam/bin/pip install --quiet --disable-pip-version-check -r requirements/sam.txt
	@touch $@
