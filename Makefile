# Weighhouse: one Makefile for the whole house, not recursive.  `make help`.
#
# SAN=1 builds under AddressSanitizer and UBSan, TSAN=1 under ThreadSanitizer,
# each in a folder of its own, so builds never mix.

CC	?= cc
CLANG	?= clang
BUILD	?= build$(if $(SAN),-san)$(if $(TSAN),-tsan)
PREFIX	?= /usr/local
DESTDIR	?=
FUZZ_SECONDS ?= 30
ROUNDS	?= 100
PYTHON	?= $(firstword $(wildcard /usr/bin/python3) python3)

PKGS	= libevent libcurl libssl libcrypto sqlite3 libgit2 yaml-0.1 zlib libisal
CLIPKGS	= libcurl libcrypto smartcols yaml-0.1 zlib
pkg	= $(shell pkg-config $(1) $(2) 2>/dev/null)

WARN	= -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	  -Wmissing-prototypes -Wold-style-definition -Wpointer-arith \
	  -Wwrite-strings -Wcast-qual -Wundef -Wvla -Wformat=2 -Wswitch-enum \
	  -Werror
# Indirect jumps only to marked places, where the processor can (CET, BTI).
BRANCH	:= $(if $(filter x86_64,$(shell uname -m)),-fcf-protection,\
	  -mbranch-protection=standard)
HARDEN	= -fstack-protector-strong -fstack-clash-protection -fPIE $(BRANCH) \
	  $(if $(SAN)$(TSAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANF	= $(if $(SAN),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer \
	  -fno-sanitize-recover=undefined) $(if $(TSAN),-fsanitize=thread)
STD	= -std=c17 -D_GNU_SOURCE -Iinclude
CFLAGS	?= -O2 -g
ALLC	= $(STD) $(WARN) $(HARDEN) $(CFLAGS) $(SANF)
LINK	= $(CC) $(CFLAGS) $(SANF) -pie -Wl,-z,relro,-z,now $(LDFLAGS)
comma	:= ,
# One short line a file; V=1 shows the commands.
Q	= $(if $(V),,@)
say	= $(if $(V),@:,@printf '  %-8s %s\n' $(1) $(2))

obj	= $(patsubst %.c,$(BUILD)/%.o,$(1))
PROTO_SRC = $(wildcard proto/*.c proto/*/*.c)
PROTO	= $(call obj,$(PROTO_SRC))
TOP	= $(call obj,$(wildcard daemon/*.c))
HOUSE	= $(call obj,$(wildcard daemon/*/*.c))
CLI	= $(call obj,$(wildcard cli/*.c))
UNIT	= $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*/test_*.c))
TESTLIB	= $(call obj,$(wildcard tests/lib/*.c))
PRELOAD	= $(BUILD)/tests/lib/preload.so
MAKE_PACK = $(BUILD)/packaging/license-pack/build
BENCH	= $(addprefix $(BUILD)/tests/bench/,load delay stock scan report verdict)
FUZZ	= $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAY	= $(addprefix $(BUILD)/replay/,$(FUZZ))
HEADERS	= $(filter-out %.tbl.h,$(wildcard include/weigh/*.h daemon/*.h \
	  daemon/*/*.h cli/*.h proto/*.h proto/*/*.h tests/lib/*.h \
	  tests/lib/*/*.h))
TABLES	= $(wildcard cli/*.tbl.h daemon/*.tbl.h)
MAN	= $(patsubst packaging/man/%.scd,$(BUILD)/man/%,$(wildcard packaging/man/*.scd))

# What of tests/tools/deps the goals on the command line need; nothing is ever
# installed for a plain `make`.  `make NEEDS= check` installs nothing either.
NEEDS	= $(sort $(foreach g,$(MAKECMDGOALS),$(NEEDS_$(g))))
NEEDS_deps = build demo check
NEEDS_demo = build demo
NEEDS_check = build demo check
NEEDS_check-long = $(NEEDS_check)
NEEDS_check-valgrind = $(NEEDS_check) valgrind
NEEDS_check-asan = $(NEEDS_check)
NEEDS_check-tsan = $(NEEDS_check)
NEEDS_check-clang = build fuzz
NEEDS_fuzz = build fuzz
NEEDS_lint = build lint
NEEDS_bench = build bench
NEEDS_compat = build compat
DEPS	= $(if $(strip $(NEEDS)),deps)

all: $(BUILD)/weighd $(BUILD)/weigh ## build weighd and weigh

deps: ## install the Debian packages that build, demo and check need
	@tests/tools/deps $(NEEDS)

$(BUILD)/weighd: $(TOP) $(HOUSE) $(PROTO)
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $^ $(call pkg,--libs,$(PKGS)) -pthread
$(BUILD)/weigh: $(CLI) $(PROTO)
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $^ $(call pkg,--libs,$(CLIPKGS)) -pthread

# What the assembler puts into the program is not among what the compiler tells it read.
$(BUILD)/proto/license/terms_builtin.o $(BUILD)/fuzz/proto/license/terms_builtin.o: \
	  proto/license/licenses.terms
$(BUILD)/proto/license/pack_builtin.o $(BUILD)/fuzz/proto/license/pack_builtin.o: \
	  proto/license/licenses.pack
$(BUILD)/proto/license/gb18030.o $(BUILD)/fuzz/proto/license/gb18030.o: \
	  proto/license/gb18030.bin

# The include path is the first wall: proto/ and cli/ cannot see daemon/.
$(BUILD)/daemon/%.o $(BUILD)/tests/%.o: STD += -Idaemon
$(BUILD)/tests/%.o: STD += -Itests/lib
$(BUILD)/daemon/%.o: STD += $(call pkg,--cflags,$(PKGS))
$(BUILD)/cli/%.o: STD += $(call pkg,--cflags,$(CLIPKGS))
# libFuzzer declares its entry point nowhere.
$(BUILD)/tests/fuzz/%.o: WARN += -Wno-missing-prototypes
$(BUILD)/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALLC) -MMD -MP -c -o $@ $<

# outbound alone and sources alone, for tests/e2e/u_outbound.py, u_git.py, u_source.py.
ASK	= $(addprefix $(BUILD)/tests/e2e/,ask bring tell)
$(ASK): %: %.o $(HOUSE) $(PROTO)
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $^ $(call pkg,--libs,$(PKGS)) -pthread

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(TESTLIB) $(HOUSE) $(PROTO)
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $^ $(call pkg,--libs,$(PKGS)) -lcmocka -pthread

# Not sanitized: it is put in front of programs as they are installed.
$(PRELOAD): $(wildcard tests/lib/preload/*.[ch])
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(STD) $(WARN) -O2 -g -fno-builtin -fPIC -shared -o $@ \
	    $(filter %.c,$^) -ldl

unit: $(UNIT) ## build and run the unit tests only
	@set -e; for t in $(UNIT); do echo "# $$t"; $$t; done

demo: all ## publish a real model, pull it back, compare every byte
	@WEIGH_BUILD=$(BUILD) PYTHON=$(PYTHON) tests/demo/demo.sh

# Everything is built first; then tests/tools/run-checks runs the guards, the
# units, the corpora and the stories of tests/e2e, and counts.
everything: all $(UNIT) $(PRELOAD) $(REPLAY) $(MAN) $(BENCH) $(ASK) $(MAKE_PACK)
check: everything ## build, run every test, count
	@BUILD=$(BUILD) CC="$(CC)" PYTHON=$(PYTHON) SAN=$(SAN) TSAN=$(TSAN) \
	    FLAGS='$(filter-out -MMD,$(ALLC)) -Idaemon -Itests/lib $(call \
	    pkg,--cflags,$(PKGS) $(CLIPKGS))' HEADERS='$(HEADERS)' \
	    PROTO='$(PROTO)' UNIT='$(UNIT)' REPLAY='$(REPLAY)' \
	    tests/tools/run-checks
check-long: all $(PRELOAD) ## the long loops of tests/long, ROUNDS percent of each
	@BUILD=$(BUILD) PYTHON=$(PYTHON) SAN=$(SAN) TSAN=$(TSAN) ROUNDS=$(ROUNDS) \
	    tests/tools/run-checks long
check-valgrind: all ## every verb of weigh, and pulls that go wrong, under valgrind
	@BUILD=$(BUILD) PYTHON=$(PYTHON) SAN= TSAN= tests/tools/run-checks valgrind
compat: all ## the real Hub clients, git, curl... against weighd; needs pip and npm
	@PYTHON=$(PYTHON) tests/compat/install $(BUILD)/compat
	@BUILD=$(BUILD) PYTHON=$(PYTHON) SAN=$(SAN) TSAN=$(TSAN) tests/tools/run-checks compat
check-asan: ## the same as check under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory SAN=1 check
check-tsan: ## the same under ThreadSanitizer
	@$(MAKE) --no-print-directory TSAN=1 check
check-clang: | $(DEPS) ## does clang compile all of it without a warning?
	@$(MAKE) --no-print-directory CC=$(CLANG) BUILD=build-clang everything
check-layers:
	@find daemon -name '*.[ch]' | sort | xargs tests/tools/check-layers tests/tools/layers
check-pure: $(PROTO)
	@$(if $(SAN)$(TSAN),:,tests/tools/check-pure) $^

# Parsers outside proto/ that fuzz targets look into.
FUZZ_MORE = cli/doc.c daemon/trust/roll.c daemon/audit/line.c daemon/config.c daemon/base/fd.c \
	  daemon/log/log.c daemon/repo/attributes.c daemon/upkeep/pace.c
FUZZ_OBJ = $(patsubst %.c,$(BUILD)/fuzz/%.o,$(PROTO_SRC) $(FUZZ_MORE))
FUZZ_SAN = -g -O1 -fsanitize=fuzzer$(1),address,undefined
$(BUILD)/fuzz/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,FUZZCC,$<)
	$(Q)$(CLANG) $(STD) -Idaemon -Itests/lib $(call FUZZ_SAN,-no-link) -MMD -MP -c -o $@ $<
$(BUILD)/fuzz/%: $(BUILD)/fuzz/tests/fuzz/fuzz_%.o $(FUZZ_OBJ)
	$(call say,FUZZ,$@)
	$(Q)$(CLANG) $(call FUZZ_SAN,) -o $@ $^ $(call pkg,--libs,libcrypto yaml-0.1 zlib)
# New inputs go to the build folder; tests/fuzz/corpus grows by choice only.
fuzz-%: $(BUILD)/fuzz/%
	@mkdir -p $(BUILD)/corpus/$* tests/fuzz/corpus/$*
	$(call say,RUN,$<)
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
	    -verbosity=$(if $(V),1,0) -artifact_prefix=$(BUILD)/corpus/$*- $(BUILD)/corpus/$* tests/fuzz/corpus/$*
fuzz: $(addprefix fuzz-,$(FUZZ)) ## fuzz every parser, FUZZ_SECONDS each
# The same target without libFuzzer: runs the files it is given, once each.
$(BUILD)/replay/%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay_main.o $(PROTO) $(call obj,$(FUZZ_MORE))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $^ $(call pkg,--libs,libcrypto yaml-0.1 zlib)

# Analyzers, a file at a time; what they found lies in the build folder until the
# source or a header changes.  tests/tools/lint-known explains what may stay.
LINT_SRC = $(PROTO_SRC) $(wildcard daemon/*.c daemon/*/*.c cli/*.c tests/lib/*.c \
	  tests/bench/*.c tests/fuzz/*.c tests/unit/*/*.c packaging/*/*.c)
LINT_FLAGS = $(STD) -Idaemon -Itests/lib $(call pkg,--cflags,$(PKGS) $(CLIPKGS))
LINT_LOG = $(foreach c,gcc tidy,$(LINT_SRC:%.c=$(BUILD)/lint/%.$c)) $(BUILD)/lint/cppcheck
lint: $(LINT_LOG) ## gcc -fanalyzer, clang-tidy and cppcheck over the sources
	@tests/tools/lint sum tests/tools/lint-known $^
$(BUILD)/lint/%.gcc: %.c tests/tools/lint.h | $(DEPS)
	@mkdir -p $(@D)
	$(call say,GCC,$<)
	$(Q)tests/tools/lint gcc $< $(LINT_FLAGS) -MMD -MP -MF $@.d \
	    -MT '$@ $(@:.gcc=.tidy)' >$@.new && mv $@.new $@
$(BUILD)/lint/%.tidy: %.c tests/tools/lint.h .clang-tidy tests/.clang-tidy | $(DEPS)
	@mkdir -p $(@D)
	$(call say,TIDY,$<)
	$(Q)tests/tools/lint tidy $< $(LINT_FLAGS) >$@.new && mv $@.new $@
$(BUILD)/lint/cppcheck: $(LINT_SRC) $(HEADERS) $(TABLES) | $(DEPS)
	@mkdir -p $@.seen
	$(call say,CPPCHECK,'all of them')
	$(Q)tests/tools/lint cppcheck -D_GNU_SOURCE -Iinclude -Idaemon -Itests/lib \
	    --cppcheck-build-dir=$@.seen $(LINT_SRC) >$@.new && mv $@.new $@

$(BUILD)/tests/bench/load $(BUILD)/tests/bench/delay: %: %.o
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $^
$(BUILD)/tests/bench/stock: $(BUILD)/tests/bench/stock.o $(HOUSE) $(PROTO)
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $^ $(call pkg,--libs,$(PKGS)) -pthread
$(addprefix $(BUILD)/tests/bench/,scan report verdict): %: %.o $(PROTO)
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $^ $(call pkg,--libs,libcrypto yaml-0.1 zlib)
bench: all $(BENCH) ## measure against what is fast at the same
	@WEIGH_BUILD=$(BUILD) $(PYTHON) tests/bench/bench.py

license-quality: $(BUILD)/tests/bench/scan ## how often the license engine is right about TEXTS=DIR
	@test -n "$(TEXTS)" || { echo "TEXTS=DIR says where the texts are"; exit 1; }
	@WEIGH_BUILD=$(BUILD) $(PYTHON) tests/bench/quality.py $(TEXTS)

$(BUILD)/man/%: packaging/man/%.scd packaging/man/expand $(TABLES) | $(DEPS)
	@mkdir -p $(@D)
	$(call say,MAN,$@)
	$(Q)packaging/man/expand $< >$@.scd && scdoc <$@.scd >$@.new && mv $@.new $@

# The pack that is built in, out of a folder of texts that are not in this repository.
# What makes it cannot have it inside, and reports look into it.
$(MAKE_PACK): $(MAKE_PACK).o $(filter-out %/pack_builtin.o $(BUILD)/proto/report/%,$(PROTO))
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $^ $(call pkg,--libs,libcrypto yaml-0.1 zlib)
license-pack: $(MAKE_PACK) ## proto/license/licenses.pack from the license texts of TEXTS=DIR
	@test -n "$(TEXTS)" || { echo "TEXTS=DIR says where the texts are"; exit 1; }
	@$(PYTHON) packaging/license-pack/read-texts $(TEXTS) >$(BUILD)/texts
	@$(MAKE_PACK) $(BUILD)/licenses.pack <$(BUILD)/texts
	@cmp -s $(BUILD)/licenses.pack proto/license/licenses.pack || \
	    cp $(BUILD)/licenses.pack proto/license/licenses.pack

man: $(MAN) ## the manual pages, into the build folder

INST	= install -D -p
ROOT	= $(DESTDIR)$(PREFIX)
SHELLS	= bash zsh fish
# Where each shell looks, below PREFIX.
COMPLETION_bash = share/bash-completion/completions/weigh
COMPLETION_zsh = share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)/_weigh
COMPLETION_fish = share/fish/vendor_completions.d/weigh.fish
install: all $(MAN) ## install under DESTDIR and PREFIX
	$(INST) -m 755 $(BUILD)/weigh $(ROOT)/bin/weigh
	$(INST) -m 755 $(BUILD)/weighd $(ROOT)/sbin/weighd
	set -e; for m in $(MAN); do \
	    $(INST) -m 644 $$m $(ROOT)/share/man/man$${m##*.}/$${m##*/}; done
	set -e; for s in $(foreach s,$(SHELLS),$(s):$(COMPLETION_$(s))); do \
	    $(BUILD)/weigh completion $${s%%:*} >$(BUILD)/completion; \
	    $(INST) -m 644 $(BUILD)/completion $(ROOT)/$${s#*:}; done
	set -e; for h in include/weigh/*.h; do \
	    $(INST) -m 644 $$h $(ROOT)/include/weigh/$${h##*/}; done
	set -e; for p in packaging/policy/*.conf; do \
	    $(INST) -m 644 $$p $(ROOT)/share/doc/weighhouse/examples/$${p##*/}; done
	$(INST) -m 644 packaging/sysusers.d/weighhouse.conf $(ROOT)/lib/sysusers.d/weighhouse.conf
	$(INST) -m 644 packaging/tmpfiles.d/weighhouse.conf $(ROOT)/lib/tmpfiles.d/weighhouse.conf
	sed 's|/usr/sbin/|$(PREFIX)/sbin/|' packaging/systemd/weighd.service >$(BUILD)/weighd.service
	$(INST) -m 644 $(BUILD)/weighd.service $(ROOT)/lib/systemd/system/weighd.service

clean: ## remove what was built
	rm -rf build build-san build-tsan build-clang

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile
	@echo "  SAN=1 or TSAN=1 builds under sanitizers, V=1 shows commands, BUILD=DIR elsewhere,"
	@echo "  NEEDS= installs nothing"

.PHONY: all everything deps unit demo compat check check-long check-asan check-tsan check-clang check-valgrind \
	check-layers check-pure fuzz lint bench license-pack license-quality man install clean help
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
