# `make` lists the targets. Needs Python 3.11 or 3.12; uses uv where it is installed, and pip elsewhere.

# No telemetry, whatever directory a command changes to.
export DO_NOT_TRACK := true
BIN := .venv/bin
# Two processes at a time: each holds TensorFlow, 1.5 GB. A file stays in one process, with what its tests share, and
# files begin in the order of tests/conftest.py.
PYTEST := $(BIN)/pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup data run test test-slow lint format docs viz mlflow serve export demo notebooks bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv from requirements.lock (another Python: make setup PYTHON=python3.12)
	@tools/setup.sh

data: setup ## obtain Fashion-MNIST, unless it is stored already
	@tools/data.sh

run: setup ## obtain the data and make the default run on it, which says where to look
	@tools/run.sh

test: setup ## run the tests, without the slow ones
	$(PYTEST)

test-slow: setup ## run the slow tests
	$(PYTEST) -m slow

lint: setup ## check style, formatting, the direction of imports, types and the workflow for GitHub
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --no-progress --pedantic .github

format: setup ## fix style and formatting as far as that works by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: ## build the site of all pages, notebooks and functions in build/site
	@tools/setup.sh docs
	@$(BIN)/python tools/make_site.py

viz: setup ## show the graph of the pipelines, with its pictures, in the browser (ENV=sample: those of the sample; PORT=4142)
	$(BIN)/kedro viz run $(if $(ENV),--env=$(ENV)) $(if $(PORT),--port=$(PORT))

mlflow: setup ## show the tracked runs in the browser (another port: make mlflow PORT=5001)
	@$(BIN)/python tools/mlflow_ui.py $(PORT)

notebooks: ## work through the lecture in JupyterLab, on this machine alone (another port: make notebooks PORT=8889)
	@tools/setup.sh notebooks
	@$(BIN)/jupyter labextension disable --log-level=ERROR "@jupyterlab/apputils-extension:announcements"  # of news and updates
	$(BIN)/jupyter lab --ServerApp.ip=127.0.0.1 $(if $(PORT),--port=$(PORT)) notebooks/01_first_network.ipynb

serve: setup ## serve a network over HTTP on this machine (NETWORK=mlp, ENV=sample, PORT=5003; cnn at 5002 without)
	@$(BIN)/python tools/serve.py $(if $(NETWORK),--network=$(NETWORK)) $(if $(ENV),--env=$(ENV)) $(if $(PORT),--port=$(PORT))

export: ## write a network as SavedModel, ONNX and LiteRT, and compare these (NETWORK=champion, ENV=sample; cnn without)
	@tools/setup.sh export
	$(BIN)/kedro run --pipelines=export $(if $(ENV),--env=$(ENV)) $(if $(NETWORK),--params "export.network=$(NETWORK)")

demo: ## show a page to try a network in, on this machine alone (NETWORK=mlp, ENV=sample, PORT=7861; cnn at 7860 without)
	@tools/setup.sh demo
	@$(BIN)/kedro demo $(if $(NETWORK),--network=$(NETWORK)) $(if $(ENV),--env=$(ENV)) $(if $(PORT),--port=$(PORT))

bench: setup ## measure speed, memory and accuracy against the lecture's way, an hour
	$(BIN)/python -m bench

lock: ## pin the dependencies of pyproject.toml anew (newest versions: make lock UPGRADE=1)
	@tools/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## while no run is at work: remove caches, builds, checkpoints and leftovers; .venv, data and runs stay
	rm -rf build dist .viz .notebooks_cache .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis src/*.egg-info
	find src tests bench tools -name __pycache__ -prune -exec rm -rf {} +
	find data -path '*/06_models/checkpoints' -prune -exec rm -rf {} +
	find data -name '.partial_*' -prune ! -exec test -e {}/before \; -exec rm -rf {} +  # "before": the next run ends it
