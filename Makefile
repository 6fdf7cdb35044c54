# Every target installs what it needs first. Slow steps leave a stamp and are done once.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON := .venv/bin/python
PARALLEL := -n $(shell expr $$(nproc) + 1) --dist worksteal # many tests wait for processes, hence one more than cores
.PHONY: help demo up down status test faults soak bench check clean redis postgresql chromium

help: ## this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

demo: .venv/installed redis ## run the main job once on sample data and show what comes out
	@$(PYTHON) -m config.demo

up: .venv/installed redis ## start the whole platform in the background
	@$(PYTHON) -m config.platform up

down: .venv/installed ## stop the whole platform
	@$(PYTHON) -m config.platform down

status: .venv/installed ## say which of its processes are up
	@$(PYTHON) -m config.platform status

test: .venv/installed-dev redis postgresql chromium ## run every test, on SQLite and then on PostgreSQL
	$(PYTHON) -m pytest $(PARALLEL)
	$(PYTHON) -m tests.postgresql -m pytest $(PARALLEL) tests/jobs tests/brands tests/contracts

faults: .venv/installed-dev redis postgresql ## run the tests that take about an hour; their report is docs/reliability.md
	$(PYTHON) -m pytest -m faults
	$(PYTHON) -m tests.postgresql -m pytest -m faults tests/faults/test_calls.py tests/faults/test_crash_points.py

soak: .venv/installed-dev redis postgresql ## kill beats and workers for two hours; its row is in docs/reliability.md too
	$(PYTHON) -m pytest -m soak -o log_cli=true -o log_cli_level=INFO

bench: .venv/installed-dev redis postgresql ## measure and write docs/benchmarks.md (ONLY=… DATABASES=… SIZES=…: parts of it)
	@$(PYTHON) -m bench $(if $(ONLY),--only $(ONLY)) $(if $(DATABASES),--databases $(DATABASES)) $(if $(SIZES),--sizes $(SIZES))

check: .venv/installed-dev ## lint, types, import rules, settings and migrations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTHON) manage.py check
	$(PYTHON) manage.py makemigrations --check --dry-run

clean: ## stop the platform, remove the virtual environment and all caches; the data in var/ stays
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m config.platform down; fi
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/installed: requirements.txt
	@config/install.sh python requirements.txt
	@touch $@

.venv/installed-dev: requirements.txt requirements-dev.txt
	@config/install.sh python requirements-dev.txt
	@touch $@ .venv/installed

redis:
	@config/install.sh redis

postgresql:
	@config/install.sh postgresql

chromium:
	@config/install.sh chromium
