# Two commands matter: `make run` opens the app on the embedded demo, `make test` runs every test.
PYTHON ?= python3
WORKSPACE ?= .demo
PORT ?= 8501
BIN := .venv/bin

.PHONY: setup run test check lock browser texts reference

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; try: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.lock requirements-peers.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-peers.lock
	touch $@

run: setup
	$(BIN)/phudien demo --workspace $(WORKSPACE)
	$(BIN)/phudien serve --workspace $(WORKSPACE) --port $(PORT)

# The real browser, LibreOffice and PostgreSQL of the tests, where this machine lets us install them.
browser:
	sh .ci/install-test-programs

check: .venv/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Browser tests run by themselves: they wait for a server that needs both cores.
test: .venv/.ready-dev browser check
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser"
	$(BIN)/python -m pytest -m browser

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --no-annotate --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --no-annotate --extra build --extra cluster --extra dev -c requirements.lock \
	  pyproject.toml -o requirements-dev.lock

# Brings the catalogue of texts up to date with the code; see docs/translating.md.
texts: .venv/.ready-dev
	mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k say -k mark --no-default-keywords --no-location --sort-output \
	  -o build/phudien.pot app.py coverage geodata loaders
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --omit-header --width 118 \
	  -i build/phudien.pot -d geodata/locales -D phudien -l vi

# Builds the shipped data files anew from the pinned packages; see loaders/reference/README.md.
reference: .venv/.ready-dev
	$(BIN)/python -m loaders.reference.build
	$(BIN)/python -m loaders.reference.history.build
	$(BIN)/python -m loaders.reference.areas
