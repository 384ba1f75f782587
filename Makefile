# The words that people and CI both use. `make demo` and `make test` need nothing but Python 3.11 or later.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check format eval eval-whole bench clean

demo: $(READY)
	@mkdir -p build
	@echo "A page whose English is good enough: its furniture goes, faults are mended, the model is not listened to."
	@echo
	@$(BIN)/postedit clean corpora/demo/rough.txt --source corpora/demo/source.txt -o build/demo.txt || test $$? -eq 3
	@$(BIN)/postedit show build/demo.txt.json
	@echo
	@echo "Rough news with its Chinese: the model that ships is listened to."
	@echo
	@$(BIN)/postedit clean corpora/demo/news.txt --source corpora/demo/news.source.txt -o build/news.txt || test $$? -eq 3
	@$(BIN)/postedit show build/news.txt.json
	@echo
	@echo "Held against a careful translation:"
	@$(BIN)/postedit score build/news.txt --baseline corpora/demo/news.txt -r corpora/demo/news.reference.txt --align-refs
	@echo
	@echo "The cleaned articles are build/demo.txt and build/news.txt; every decision and its reason is in the .json beside"
	@echo "each, and postedit report build/news.txt.json -o build/news.html makes a page of it."

test: $(READY)
	$(BIN)/pytest

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Where test sets lie that are not ours to ship; suites that want them are skipped where they are missing.
export POSTEDIT_DATA ?= $(abspath ../shared/data)

TRIPLES := $(POSTEDIT_DATA)/zh-en.triples.dev.tsv.zst

eval: $(READY)
	$(BIN)/python eval/gate.py
	test ! -e $(TRIPLES) || $(BIN)/python eval/repairs.py $(TRIPLES) --only wmt21.moz- --year 2020 \
	    -o eval/results/repairs-wmt21.json
	test ! -e $(TRIPLES) || $(BIN)/python eval/post_edit.py $(TRIPLES) --model default --only wmt21 --limit 120 \
	    --engines argos nllb google -o eval/results/articles-wmt21.json
	test ! -e $(TRIPLES) || $(BIN)/python eval/judge.py $(TRIPLES) -o eval/results/judge.json
	$(BIN)/python eval/tables.py

# All lines of a set: fifty minutes.
eval-whole: $(READY)
	$(BIN)/postedit eval eval/whole/*.toml
	$(BIN)/python eval/tables.py

bench: $(READY)
	$(BIN)/python eval/bench.py

$(READY): pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -qq --editable '.[dev]'
	touch $@

clean:
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
