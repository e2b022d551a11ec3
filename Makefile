# Aftercare. `make help` lists the targets; every habit has one.
PYTHON ?= python3
BIN := .venv/bin
RASA_BIN := .venv-rasa/bin
export RASA_TELEMETRY_ENABLED := false
export TOKENIZERS_PARALLELISM := false

.DEFAULT_GOAL := help

.PHONY: help
help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.PHONY: setup
setup:  ## create the environments from the locked requirements
	@$(PYTHON) ops/environments.py

.PHONY: setup-dev
setup-dev:
	@$(PYTHON) ops/environments.py --dev

.PHONY: run
run: setup  ## start everything and print the addresses and demo logins
	@$(BIN)/python -m ops run

.PHONY: train
train: setup  ## train the Rasa model if something in bot/ changed
	@$(BIN)/python -m ops train

.PHONY: migrate
migrate: setup  ## bring the databases to the newest schema
	@$(BIN)/python -m ops migrate

.PHONY: reset
reset: setup  ## delete this installation's databases, secrets and logs
	@$(BIN)/python -m ops reset

.PHONY: lint
lint: setup-dev  ## style, import rules and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# One thread for linear algebra: where threads outnumber cores they wait for each other.
check test: export OMP_NUM_THREADS := 1

# The parts run three at a time, for much of what a test does is to wait: tests/api, the staff's side of the gateway, and
# what is neither. What needs the whole product or a browser has the machine to itself.
STAFF := $(addprefix tests/,api_staff contracts/desks handoff insight tickets widget writes)
# What these parts leave out.
LEFT := stack or browser
PARTS := --no-print-directory -j3 api-tests other-tests staff-tests bot-tests lint

.PHONY: check
check: setup-dev  ## lint, types and the fast tests (below 3 minutes)
	@$(MAKE) $(PARTS) LEFT="$(LEFT) or slow"

.PHONY: test
test: setup-dev  ## everything: lint, types, unit, contract, functional, browser
	@$(MAKE) $(PARTS)
	@$(MAKE) --no-print-directory product-tests

.PHONY: api-tests
api-tests:
	$(BIN)/python -m pytest -q -m "not ($(LEFT))" tests/api

.PHONY: staff-tests
staff-tests:
	$(BIN)/python -m pytest -q -m "not ($(LEFT))" $(STAFF)

.PHONY: other-tests
other-tests:
	$(BIN)/python -m pytest -q -m "not ($(LEFT))" $(addprefix --ignore=,tests/api $(STAFF))

.PHONY: bot-tests
bot-tests:
	cd bot && ../$(RASA_BIN)/python -m pytest tests -q -m "not ($(LEFT))"

.PHONY: product-tests
product-tests:
	@$(PYTHON) ops/chromium.py
	$(BIN)/python -m pytest -q -m "stack or browser"

.PHONY: test-faults
test-faults: setup-dev  ## kill, pause and cut off processes under customers (below 4 minutes)
	$(BIN)/python -m tests.faults --seed 3 --minutes 2 --customers 8

.PHONY: test-faults-long
test-faults-long: setup-dev  ## the long form: half an hour and more than 500 faults
	$(BIN)/python -m tests.faults --seed 12 --minutes 30 --customers 8 --every 2.3

.PHONY: test-nlu
test-nlu: setup  ## measure how well messages are understood, on those that are held out (below 1 minute once trained)
	@$(BIN)/python -m ops test-nlu

.PHONY: cross-validate-nlu
cross-validate-nlu: setup  ## the same by five folds over the examples, each with a training of its own
	@$(BIN)/python -m ops cross-validate-nlu

.PHONY: bench
bench: setup-dev  ## measure against a stock Rasa assistant; writes bench/results.json and bench/RESULTS.md
	$(BIN)/python -m bench

.PHONY: bench-pipeline
bench-pipeline: setup-dev  ## what the message pipeline costs; the long form: make bench-pipeline MINUTES=10
	$(BIN)/python -m bench.pipeline --minutes $(or $(MINUTES),1)

.PHONY: bench-faq
bench-faq: setup-dev  ## measure the FAQ matching beside simple methods; writes bench/faq/RESULTS.md
	$(BIN)/python -m bench.faq $(if $(DATA),--data $(DATA))

.PHONY: bench-faq-speed
bench-faq-speed: setup-dev  ## measure what the FAQ matching and publishing take, beside floors; writes bench/faq/SPEED.md
	$(BIN)/python -m bench.faq.speed

.PHONY: lock
lock:  ## resolve requirements/*.in anew and pin what was found
	$(PYTHON) ops/lock.py

.PHONY: clean
clean: reset  ## delete data, environments and caches
	rm -rf .venv .venv-rasa .venv-helpdesk .data .mypy_cache .ruff_cache .pytest_cache bot/.rasa
