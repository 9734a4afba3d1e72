# All tasks for Reel in one place. `make demo` and `make test` work on a bare Debian-like machine
# with Swift 6.3: they install missing packages first.

SWIFT ?= swift
BUILD = $(SWIFT) build -c release --product reel
REEL = .build/release/reel
TEST = SWIFT=$(SWIFT) .ci/test

.PHONY: help setup build demo test test-browser test-python test-sb3 test-cluster torture fuzz sanitize lint format \
	bench bench-peers bench-table results docs site gallery bundle wheel deb tarball packages test-packages \
	test-reproducible check clean

help:
	@echo "make demo    install missing packages, build, train and draw: output/demo/"
	@echo "make test    the tests, except those with a target of their own"
	@echo "make check   lint and all tests, except for packages and a cluster"
	@echo "make torture kill and resume each trainer 200 times; read a live run 1,000 times; race 200 times"
	@echo "make fuzz    give every reader 100,000 wrong inputs"
	@echo "make sanitize  the tests under the address and the thread sanitizer"
	@echo "make test-python   the Python package with Minari, DuckDB, pandas and TensorBoard"
	@echo "make test-sb3      the same with Stable-Baselines3, which takes 5.7 GB"
	@echo "make test-cluster  a sweep on a real Slurm, and one run on two hosts with a real Open MPI"
	@echo "make bench   speed of every room and of the Python recorder, each figure beside its peer and its limit"
	@echo "make bench-peers   install the peers that figures are compared with, 6 GB"
	@echo "make bench-table   write the table of docs/benchmarks.md from the last make bench"
	@echo "make results   train every row of docs/results.md on fresh seeds (takes hours), and write its table"
	@echo "make test-browser   reports and the studio in a real Chromium, which is installed if it is missing"
	@echo "make gallery train, and draw every picture of the documentation again"
	@echo "make docs    write docs/cli.md and what terminals print on the pages, and run what the documentation shows"
	@echo "make site    make the documentation as pages for offline reading: output/site/"
	@echo "make packages   a wheel, a Debian package and a tarball: dist/ (also make wheel, make deb, make tarball)"
	@echo "make test-packages   install them in a bare Debian 12, as root"
	@echo "make test-reproducible   build them twice in different folders, and compare every byte"
	@echo "make format  format the sources"

setup:
	@.ci/setup

build: setup
	@$(BUILD)

demo: build
	@$(REEL) demo

# Some tests record with Gymnasium.
test: build
	@.ci/python base true
	@$(TEST) --skip BrowserTests

lint: setup
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks Examples
	@.ci/lint

format:
	@$(SWIFT) format --in-place --recursive Package.swift Sources Tests Benchmarks Examples

bench: build
	@mkdir -p output
	@PATH="$(CURDIR)/.build/python/bench/bin:$$PATH" $(REEL) bench --json > output/bench.json
	@.ci/python exchange python Python/benchmarks/cost.py

bench-peers:
	@.ci/python bench true

results: build
	@.ci/results

bench-table: build
	@.ci/bench-table output/bench.json

docs: build
	@$(REEL) help --markdown > docs/cli.md
	@.ci/python base .ci/console
	@$(TEST) --filter DocumentationTests

# With only Gymnasium, and with everything that recordings are exchanged with.
test-python: build
	@for environment in base exchange; do \
		REEL=$(CURDIR)/$(REEL) REEL_VERIFY=$(CURDIR)/$(REEL) \
			.ci/python $$environment python -m unittest discover -s Python/tests || exit 1; \
	done

test-sb3: build
	@REEL=$(CURDIR)/$(REEL) REEL_VERIFY=$(CURDIR)/$(REEL) .ci/python sb3 python -m unittest discover -s Python/tests -p 'test_sb3.py'

test-cluster: build
	@.ci/setup libpmix-dev
	@.ci/slurm .ci/test-cluster
	@.ci/test-ranks

test-browser: build
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || .ci/setup chromium
	@.ci/python browser true
	@$(TEST) --filter BrowserTests

# README.md and docs/ as pages that need no server.
site:
	@.ci/site

gallery: build
	@.ci/gallery

torture: build
	@REEL_KILLS=200 REEL_POLLS=1000 REEL_RACES=200 REEL_CALLS=200 $(TEST) --filter 'KillTests|LiveCommandTests|RaceTests'

fuzz: build
	@REEL_FUZZ=100000 $(TEST) --filter FuzzTests

# In separate build folders, so that the usual objects stay. Processes that tests start are sanitized, too.
# Leak detection is off: the sanitizer does not follow Swift's tagged pointers, and reports what they point to.
sanitize: setup
	@for kind in address thread; do \
		ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=suppressions=$(CURDIR)/.ci/thread-sanitizer.txt \
			$(TEST) --sanitize $$kind --scratch-path .build/$$kind || exit 1; \
	done

bundle: setup
	@.ci/bundle

wheel: bundle
	@.ci/python wheel .ci/wheel

deb: bundle
	@.ci/deb

tarball: bundle
	@.ci/tarball

packages: wheel deb tarball

test-packages: packages
	@.ci/test-packages

test-reproducible: setup
	@.ci/test-reproducible

check:
	@.ci/run lint python browser test

clean:
	@rm -rf .build dist
