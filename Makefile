# One-word targets; each does its own set-up in .venv.
#   make run                     the app on this computer, http://127.0.0.1:8501
#   make run HOST=0.0.0.0        for phones and other computers, over HTTPS (CERT=, KEY=: your own)
#   make messages                texts of the pages, collected into the catalogues of all languages
#   make test | check | bench | train | soak | audit | lock

HOST ?= 127.0.0.1
PORT ?= 8501
CERT ?=
KEY ?=
RECIPE ?= first
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check

# The first interpreter that fits; `make PYTHON=...` names another.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$p && break; done)

.PHONY: run test check bench train soak lock audit messages setup dev

run: setup
	@exec $(PY) -m fer_core serve --host $(HOST) --port $(PORT) \
		$(if $(CERT),--cert "$(CERT)") $(if $(KEY),--key "$(KEY)")

# Ray is large, and only --cluster needs it: FER_REQUIRE_RAY=1 installs it and makes its tests mandatory.
test: dev $(if $(filter 1,$(FER_REQUIRE_RAY)),$(VENV)/.ray)
	@scripts/ensure_chromium.sh
	@scripts/ensure_postgres.sh
	@scripts/ensure_node.sh
	@scripts/ensure_axe.sh
	@scripts/run_tests.sh $(PY) $(ARGS)

check: dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	scripts/check_js.sh

bench: setup
	$(PY) -m fer_core bench frame $(ARGS)
	$(PY) -m fer_core bench live $(ARGS)

train: setup
	$(PY) -m fer_core train $(RECIPE) $(ARGS)

soak: dev
	@scripts/ensure_chromium.sh
	@scripts/ensure_postgres.sh
	$(PY) -m pytest -m soak $(ARGS)

# Known holes of the pinned packages; says so where no source of advisories can be reached.
audit: dev
	@$(PY) scripts/audit.py requirements.txt requirements-dev.txt

# Collects every text of the pages into fer_core/app/language/*.po, and says what lacks a translation.
messages: setup
	@$(PY) scripts/messages.py $(ARGS)

# One set of pins that is valid for Python 3.11 to 3.13 on Linux, macOS and Windows.
COMPILE = $(VENV)/bin/uv pip compile --quiet --upgrade --universal --fork-strategy fewest \
	--python-version 3.11 --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock: dev
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) requirements-ray.in -o requirements-ray.txt
	$(COMPILE) pyproject.toml -c requirements.txt --override deploy/without-tensorflow.txt -o deploy/requirements.txt

# Stamps: a second start installs nothing and takes seconds.
setup: $(VENV)/.runtime
dev: $(VENV)/.dev

$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "Mien needs Python 3.11, 3.12 or 3.13; install one, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "This Python has no venv module; install it (Debian: apt-get install python3-venv)."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.txt $(VENV)/.created
	@echo "Installing what Mien needs into $(VENV); once, for some minutes."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing what development and tests need into $(VENV)."
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@

$(VENV)/.ray: requirements-ray.txt $(VENV)/.dev
	@echo "Installing Ray for the tests of a cluster."
	@$(PIP) -r requirements.txt -r requirements-ray.txt
	@touch $@
