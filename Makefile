# `make` prints what can be done. Every door works from a fresh clone: it makes .venv first, when that is needed.

.DEFAULT_GOAL := help
.PHONY: help environment dev test check schema settings migration lock format
# Given on the command line as in `make test ARGS="-k booking"`: goes to pytest.
ARGS ?=
# A Python to make .venv with, when the usual names are not right.
PYTHON ?=
BIN := .venv/bin

help: ## Print this.
	@echo "Calendera: make dev to try it, make test to change it."
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

environment: ## Bring .venv to the pinned versions.
	@PYTHON="$(PYTHON)" .ci/environment

dev: export CALENDERA_LOG_FORMAT ?= console
dev: environment ## Run the product with data in it on http://127.0.0.1:8000, and print how to get in.
	@$(BIN)/calendera migrate
	@$(BIN)/calendera seed
	@exec $(BIN)/calendera serve

test: environment ## Run the tests on SQLite, and on PostgreSQL where one answers. ARGS="-k name" for some.
	@.ci/test $(ARGS)

check: ## Everything that must hold before merging: exactly what CI runs.
	@.ci/run

schema: environment ## Write schema.graphql after changing graph/.
	@$(BIN)/calendera schema

settings: environment ## Write docs/settings.md after changing the settings.
	@$(BIN)/calendera settings --write

migration: ## Begin the next migration for both databases: make migration NAME=add_waitlist.
	@.ci/migration "$(NAME)"

lock: environment ## Write requirements.lock after installing another version that pyproject.toml pins.
	@$(BIN)/python .ci/lock.py

format: environment ## Format the code and mend what the linter can mend.
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
