# `make play` and `make test` set up all they need the first time, and start at once after that.
# ARGS goes to the command behind: `make play ARGS="--window 1280x720"`, `make test ARGS=tests/light`.

.DEFAULT_GOAL := help
.PHONY: help setup dev play test test-all check format tables docs lock wheel clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 16

setup: ## prepare .venv with the command `sleeptree` in it
	@.ci/setup play

dev: ## prepare .venv with what the tests need as well
	@.ci/setup dev

play: setup ## the SleepTree, fullscreen
	@.venv/bin/sleeptree play $(ARGS)

test: dev ## every test but those of whole shows, a process a core
	@.venv/bin/python -m pytest -n auto --dist worksteal -m "not whole" $(ARGS)

test-all: dev ## every test: what decides
	@.venv/bin/python -m pytest -n auto --dist worksteal $(ARGS)

check: dev ## ruff and mypy
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

format: dev ## let ruff put the code in order
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

tables: dev ## renew what is made from the table of controls: docs, surfaces
	@.ci/tables

docs: dev ## the manual as a site, in out/docs
	@.venv/bin/mkdocs build --quiet --strict
	@echo "out/docs/index.html; with its search: python3 -m http.server -d out/docs"

lock: dev ## refresh constraints.txt and constraints-dev.txt from pyproject.toml
	@.ci/lock

wheel: dev ## build the wheel into dist/
	@.venv/bin/hatchling build -t wheel

clean: ## away with all that was made here, .venv included
	rm -rf .venv build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find installation scenes tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
