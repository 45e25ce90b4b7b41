# make course   the book, the release notebooks and a graded sample class
# make test     everything that must hold; each stage below is a target of its own
# make help     the others

SHELL := /bin/sh
BIN := .venv/bin
BUILD := _build
RESULTS := benchmarks/results
STAGES := lint types unit exercises book browser

# make course LANGUAGE=zh_CN; from the command line alone, since many systems have a LANGUAGE of their own
ifeq ($(origin LANGUAGE),command line)
OTHER := $(filter-out en_GB,$(LANGUAGE))
endif
HTML := $(BUILD)/$(if $(OTHER),$(OTHER)/_build/)html
TRANSLATED := $(if $(OTHER),--config $(BUILD)/$(OTHER)/_config.yml --path-output $(BUILD)/$(OTHER))

export PATH := $(CURDIR)/$(BIN):$(PATH)
# small arrays: a second thread only waits for the first
export OMP_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1

.PHONY: help course test setup assets notebooks lite class serve catalogues links readability pdf epub bench labs experiments mutants validate lock screenshots clean $(STAGES)

help:
	@echo 'make course       build the book and the notebooks, grade a sample class'
	@echo 'make test         $(STAGES), in this order; each is a target'
	@echo 'make serve        the built book at http://localhost:8000'
	@echo '                  course, book, lite and serve also take LANGUAGE=zh_CN'
	@echo 'make catalogues   the words for translators, into book/locale'
	@echo 'make readability  words, sentences and reading ease of each page'
	@echo 'make links        ask other sites whether the links to them still lead somewhere'
	@echo 'make pdf          the book on paper, _build/course.pdf'
	@echo 'make epub         the book for e-readers, _build/course.epub, judged by EPUBCheck'
	@echo 'make lite         JupyterLab in the browser, beside the book'
	@echo 'make screenshots  the pictures of the README'
	@echo 'make bench        speed against named peers, into benchmarks/results (a quiet machine, please)'
	@echo 'make labs         every application at full size (half an hour), into benchmarks/results/labs'
	@echo 'make experiments  the claims the book measures over several seeds (a quarter of an hour)'
	@echo 'make mutants      every small mistake and 200 seeds in every exercise, kept beside each'
	@echo 'make validate     press Validate on every notebook: what it says must be what cnncourse check says'
	@echo 'make lock         write requirements.lock from what is installed'
	@echo 'make clean        remove what was built; rm -r .venv removes the set-up too'

course: book notebooks lite class
	@printf '\nThe book            file://%s\n' '$(CURDIR)/$(HTML)/index.html'
	@printf '                    or: make serve\n'
	@printf 'Release notebooks   %s\n' $(BUILD)/exercises/release/*/*.ipynb
	@printf 'The graded class    %s\n' '$(BUILD)/class'

test: setup
	@for stage in $(STAGES); do \
	    printf '\n=== %s\n' $$stage; \
	    $(MAKE) --no-print-directory $$stage || { \
	        printf '\n%s failed; to see it again: make %s\n' $$stage $$stage; exit 1; }; \
	done

# --- set-up: quick when nothing changed, repaired when it was interrupted ---

setup: $(BIN)/.ready

# .installing stands while an install runs: finding it means the last one was cut off, so start clean
$(BIN)/.ready: requirements.txt requirements.lock pyproject.toml
	@python=$$(tools/system.sh python) && \
	if [ -e .venv/.installing ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	    echo "making .venv with $$python"; $$python -m venv --clear .venv; fi
	@touch .venv/.installing
	@echo 'installing requirements.txt (about 1.5 GB; a few minutes the first time)'
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt -c requirements.lock
	@$(BIN)/python -m pip check
	@rm .venv/.installing
	@touch $@

assets: book/_web/node_modules/.package-lock.json $(BUILD)/pyodide/pyodide-lock.json

book/_web/node_modules/.package-lock.json: book/_web/package-lock.json $(BIN)/.ready
	@echo "fetching the book's scripts (npm)"
	@npm ci --prefix book/_web --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILD)/pyodide/pyodide-lock.json: tools/pyodide.py tools/pyodide-wheels.txt \
    tools/compile_python.mjs book/_web/node_modules/.package-lock.json
	@$(BIN)/python tools/pyodide.py

# --- what make course builds ---

book: setup assets notebooks
	$(if $(OTHER),@$(BIN)/python tools/language.py $(OTHER) $(BUILD)/$(OTHER)/_config.yml)
	$(BIN)/jupyter-book build . -W -n --keep-going $(TRANSLATED)

notebooks: setup
	$(BIN)/cnncourse exercises build --out $(BUILD)/exercises

# JupyterLab in the browser, beside the book; it shares the Python of the book's live cells
lite: book notebooks
	$(BIN)/python tools/lite.py $(HTML)

# nbgrader keeps an assignment's cells once there are submissions: a changed exercise starts afresh
class: setup
	@if [ -n "$$(find exercises cnncourse/authoring -newer $(BUILD)/class/gradebook.db 2>/dev/null)" ]; \
	then rm -rf $(BUILD)/class; fi
	$(BIN)/cnncourse sample-class $(BUILD)/class

serve: setup
	@$(BIN)/python tools/serve.py $(HTML) 8000

pdf: book
	@tools/system.sh chromium
	$(BIN)/python tools/pdf.py

epub: book
	@tools/system.sh java
	$(BIN)/python tools/epub.py --check

# --- the stages of make test ---

lint: setup
	$(BIN)/ruff check
	$(BIN)/python tools/spelling.py

types: setup
	$(BIN)/mypy

# on every core; a file's tests stay together, for what they share
unit: setup assets
	@tools/system.sh chromium
	$(BIN)/pytest tests cnncourse --doctest-modules --ignore=tests/book -n auto --dist loadfile

exercises: setup
	$(BIN)/cnncourse exercises check

browser: setup assets book lite
	@tools/system.sh chromium
	@tools/system.sh java
	$(BIN)/pytest tests/book -n auto --dist loadgroup

# --- upkeep ---

# the languages are the folders of book/locale; only catalogues that somebody has begun are in git
catalogues: setup assets notebooks
	$(BIN)/python tools/language.py en_GB $(BUILD)/catalogues/_config.yml
	$(BIN)/jupyter-book build . -W -n --keep-going --config $(BUILD)/catalogues/_config.yml \
	    --path-output $(BUILD)/catalogues --builder custom --custom-builder gettext
	$(BIN)/sphinx-intl update -p $(BUILD)/catalogues/_build/gettext -d book/locale -w 100 \
	    --no-obsolete

readability: setup
	@$(BIN)/python tools/readability.py

links: setup assets notebooks
	$(BIN)/jupyter-book build . -n --keep-going --builder linkcheck

# torch's CPU build calls itself +cpu; the pin is for every build of that version
lock: setup
	@{ echo '# Written by make lock: every package, pinned. requirements.txt says which of them are ours to choose.'; \
	  $(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//'; } > requirements.lock.tmp
	@mv requirements.lock.tmp requirements.lock

bench: book
	@tools/system.sh chromium
	$(BIN)/python benchmarks/conv.py --out $(RESULTS)/conv
	$(BIN)/python benchmarks/models.py
	$(BIN)/python benchmarks/training.py --out $(RESULTS)/training.json
	$(BIN)/python benchmarks/grading.py --out $(RESULTS)/grading.json
	$(BIN)/python benchmarks/book.py --out $(RESULTS)/book.json
	$(BIN)/python benchmarks/pages.py --out $(RESULTS)/pages.json
	$(BIN)/python benchmarks/live.py --out $(RESULTS)/live.json

mutants: setup
	$(BIN)/cnncourse exercises mutate
	$(BIN)/cnncourse exercises check --seeds 200

# in a real kernel, as the button does it
validate: setup
	$(BIN)/python tools/validate.py

labs: setup
	$(BIN)/cnncourse lab --all --device cpu --out $(RESULTS)/labs --markdown > $(RESULTS)/labs.md.tmp
	@mv $(RESULTS)/labs.md.tmp $(RESULTS)/labs.md

experiments: setup
	$(BIN)/cnncourse experiment --all --out $(RESULTS)/experiments

screenshots: book
	@tools/system.sh chromium
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf $(BUILD) book/_web/node_modules .pytest_cache .ruff_cache .mypy_cache
