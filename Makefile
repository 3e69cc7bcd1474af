# make run: the whole hotline · make test: everything CI checks · make demo: a real call from dial to ticket.
# Each step of the set-up is a script in .setup/ that does nothing when its work is already done.
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test demo soak bench lint setup setup-test system system-test venv venv-dev web translations asterisk refresh-asterisk sipp prompts

TONGDAI := .venv/bin/tongdai
# One process more than cores: most tests wait for sound, timers and other processes.
TEST_PROCESSES ?= $(shell cores=$$(nproc); echo $$((cores < 8 ? cores + 1 : 8)))
PYTEST_ARGS ?= -n $(TEST_PROCESSES) --dist worksteal -q --durations=10 --cov=ivr --cov=transcription --cov-branch --cov-report= --cov-fail-under=90
MINUTES ?= 5

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 26

run: setup ## install what is missing, then start the whole hotline (Ctrl-C stops it)
	@exec $(TONGDAI) run

test: setup-test lint ## set up, lint, and every test
	@.venv/bin/python -m pytest $(PYTEST_ARGS)

demo: setup ## a real SIP caller reports, a second one hears the state
	@exec $(TONGDAI) demo

soak: setup-test ## callers at random while processes are killed (MINUTES=5), then reconciliation; FULL=1: whole outages too
	@.venv/bin/python -m tests.soak --minutes $(MINUTES)
	@$(if $(FULL),TONGDAI_TEST_FULL=1 .venv/bin/python -m pytest -n 2 -q -rP tests/faults)

bench: setup-test ## all figures as one table (ONLY=name: one of them; SCALE=0.1: in short)
	@.venv/bin/python -m tests.bench --scale $(or $(SCALE),1) $(addprefix --only ,$(ONLY))

lint: venv-dev ## formatting, lint, types, import directions
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache >/dev/null || .venv/bin/lint-imports --no-cache

setup: system venv web translations asterisk prompts ## what `make run` needs, without starting it

setup-test: system-test venv-dev web translations asterisk sipp prompts ## what `make test` needs

system:
	@.setup/system.sh run
system-test:
	@.setup/system.sh test
venv: | system
	@.setup/venv.sh run
venv-dev: | system
	@.setup/venv.sh dev
web: | system
	@.setup/web.sh
translations: | venv
	@.setup/translations.sh
asterisk: | system ## the private Asterisk (a good one is kept)
	@.setup/asterisk.sh
refresh-asterisk: ## a newer private Asterisk, if it passes its smoke test
	@.setup/asterisk.sh refresh
sipp: | system-test ## SIPp's right to send keys, for others than root
	@.setup/sipp.sh
prompts: | venv ## build the spoken prompts that are missing
	@$(TONGDAI) prompts build
