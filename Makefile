# Everything happens in .venv, made here; only Python 3.11 or later, make and Rust with cargo are expected.
# A target leaves a stamp behind, so repeating it costs nothing until something that it read has changed.

PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/stamps
SOURCES := Cargo.toml Cargo.lock pyproject.toml README.md \
	$(shell find src python -type f -not -name '*.py[cod]' -not -name '*.so' 2>/dev/null)
# make test ARGS="-k entropy -x"; make demo ARGS=--help
ARGS ?=
# Where the installed wheel comes from: built for this machine, or, with WHEELS=dist, the one to be published.
# Never the source tree: what is shown, tested and timed is what a user would install.
WHEELS ?= target/installed

export VIRTUAL_ENV := $(CURDIR)/.venv
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
# Two installations into one environment at a time would trip over each other.
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: demo test test-rust test-python lint format docs gallery wheel test-wheels bench coefficients digest accuracy \
	fuzz asan tsan exhaustive deep-laws clean help

demo: $(STAMPS)/demo $(STAMPS)/installed  ## see the measures on real data, on this machine
	$(BIN)/xlogx demo $(ARGS)

test: test-rust test-python  ## the core's own tests, then the suite against the installed release wheel

test-rust:
	@if cargo nextest --version >/dev/null 2>&1; then \
		echo "cargo nextest run --locked"; cargo nextest run --locked --no-tests=pass; \
	else \
		echo "cargo test --locked"; cargo test --locked; \
	fi

test-python: $(STAMPS)/test $(STAMPS)/demo $(STAMPS)/boosting $(STAMPS)/installed
	$(BIN)/python -m pytest -n logical $(ARGS)

lint: $(STAMPS)/lint  ## formatting, clippy, ruff, mypy --strict
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --all-targets --features python -- -D warnings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(STAMPS)/lint  ## format the Rust and the Python files
	cargo fmt
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

docs: $(STAMPS)/docs $(STAMPS)/installed  ## the documentation, into target/docs
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --nitpicky --fresh-env \
		--doctree-dir target/doctrees docs target/docs

gallery: $(STAMPS)/demo $(STAMPS)/installed  ## run the examples, for the pictures in docs/img
	$(BIN)/python tools/gallery.py

wheel: dist/complete  ## the abi3 wheel (manylinux2014), the sdist and the pure wheel, into dist/
	$(BIN)/auditwheel show dist/*-abi3-*.whl
	@ls -l dist

test-wheels: dist/complete  ## install each of the three into an empty environment and verify it there
	$(BIN)/python tools/check_wheels.py dist

bench: $(STAMPS)/demo $(STAMPS)/bench $(STAMPS)/installed  ## the Rust benches, then the comparison with the peers
	cargo bench --locked
	$(BIN)/python benches/compare.py $(ARGS)

coefficients: $(STAMPS)/test  ## compute every coefficient of the polynomials again
	$(BIN)/python tools/coefficients.py --write

digest: $(STAMPS)/test $(STAMPS)/installed  ## after a deliberate change of results: write down their bits anew
	$(BIN)/xlogx verify --update python/xlogx/_digest.py

accuracy: $(STAMPS)/test $(STAMPS)/installed  ## after a deliberate change of results: measure their errors anew
	$(BIN)/python tools/accuracy.py --write

# What hunts for faults takes minutes to hours, and is asked for by hand.
FUZZ_TARGETS := entropy cross_entropy kl_divergence js_divergence
SECONDS ?= 60
# The names of flags that only a nightly compiler takes, on the stable one.
UNSTABLE := RUSTC_BOOTSTRAP=1

fuzz:  ## fuzz each kernel against every level and the exact value: SECONDS=60 a target
	@cargo fuzz --version >/dev/null 2>&1 || { echo "make fuzz needs cargo-fuzz: cargo install cargo-fuzz --locked"; exit 1; }
	$(PYTHON) fuzz/seeds.py
	for target in $(FUZZ_TARGETS); do \
		$(UNSTABLE) cargo fuzz run --no-trace-compares $$target -- -max_total_time=$(SECONDS) -max_len=160 $(ARGS) || exit 1; \
	done

asan: $(STAMPS)/test  ## the tests, the core's and the suite, under AddressSanitizer
	$(BIN)/python tools/sanitize.py address $(ARGS)

tsan:  ## the core's tests under ThreadSanitizer
	$(PYTHON) tools/sanitize.py thread

exhaustive:  ## the float32 logarithm at every float32 number
	cargo test --release --locked --test exhaustive -- --ignored --nocapture

deep-laws: $(STAMPS)/test $(STAMPS)/demo $(STAMPS)/installed  ## the laws on thousands of rows each
	$(BIN)/python -m pytest --hypothesis-profile=deep tests/test_laws.py tests/test_deep_laws.py $(ARGS)

clean:  ## remove everything that was made here
	rm -rf .venv dist target .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

$(STAMPS)/pip:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/build $(STAMPS)/wheel $(STAMPS)/test $(STAMPS)/lint $(STAMPS)/demo $(STAMPS)/bench $(STAMPS)/boosting \
$(STAMPS)/docs: \
$(STAMPS)/%: requirements/%.txt | $(STAMPS)/pip
	$(BIN)/python -m pip install --quiet -r $<
	@touch $@

$(STAMPS)/installed: $(WHEELS)/complete
	$(BIN)/python -m pip install --quiet --force-reinstall --no-deps $(WHEELS)/*-abi3-*.whl
	@touch $@

target/installed/complete: $(SOURCES) | $(STAMPS)/build
	rm -rf target/installed
	$(BIN)/maturin build --release --locked --interpreter $(BIN)/python --out target/installed
	@touch $@

# maturin looks for "python3 -m ziglang" on the path.
dist/complete: $(SOURCES) tools/pure_wheel.py | $(STAMPS)/build $(STAMPS)/wheel
	rm -rf dist
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/maturin build --release --locked --zig --compatibility manylinux2014 --compression-level 9 \
		--interpreter $(BIN)/python --out dist
	$(BIN)/maturin sdist --out dist
	$(BIN)/python tools/pure_wheel.py dist/*-abi3-*.whl --out dist
	@touch $@
