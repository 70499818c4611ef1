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

PKGS	= libevent libevent_pthreads libcrypto sqlite3 libgit2
CLIPKGS	= libcurl libcrypto smartcols
pkg	= $(shell pkg-config $(1) $(2) 2>/dev/null)

WARN	= -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	  -Wmissing-prototypes -Wold-style-definition -Wpointer-arith \
	  -Wwrite-strings -Wcast-qual -Wundef -Wvla -Wformat=2 -Wswitch-enum \
	  -Werror
HARDEN	= -fstack-protector-strong -fPIE -fcf-protection \
	  $(if $(SAN)$(TSAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANF	= $(if $(SAN),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer \
	  -fno-sanitize-recover=undefined) $(if $(TSAN),-fsanitize=thread)
STD	= -std=c17 -D_GNU_SOURCE -Iinclude
CFLAGS	?= -O2 -g
ALLC	= $(STD) $(WARN) $(HARDEN) $(CFLAGS) $(SANF)
LINK	= $(CC) $(CFLAGS) $(SANF) -pie -Wl,-z,relro,-z,now $(LDFLAGS)
comma	:= ,

obj	= $(patsubst %.c,$(BUILD)/%.o,$(1))
PROTO_SRC = $(wildcard proto/*.c proto/*/*.c)
PROTO	= $(call obj,$(PROTO_SRC))
TOP	= $(call obj,$(wildcard daemon/*.c))
HOUSE	= $(call obj,$(wildcard daemon/*/*.c))
CLI	= $(call obj,$(wildcard cli/*.c))
UNIT	= $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*/test_*.c))
TESTLIB	= $(call obj,$(wildcard tests/lib/*.c))
FUZZ	= $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

all: $(BUILD)/weighd $(BUILD)/weigh ## build weighd and weigh

$(BUILD)/weighd: $(TOP) $(HOUSE) $(PROTO)
	$(LINK) -o $@ $^ $(call pkg,--libs,$(PKGS)) -pthread
$(BUILD)/weigh: $(CLI) $(PROTO)
	$(LINK) -o $@ $^ $(call pkg,--libs,$(CLIPKGS)) -pthread

# The include path is the first wall: proto/ and cli/ cannot see daemon/.
$(BUILD)/daemon/%.o $(BUILD)/tests/%.o: STD += -Idaemon
$(BUILD)/tests/%.o: STD += -Itests/lib
$(BUILD)/daemon/%.o: STD += $(call pkg,--cflags,$(PKGS))
$(BUILD)/cli/%.o: STD += $(call pkg,--cflags,$(CLIPKGS))
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(TESTLIB) $(HOUSE) $(PROTO)
	$(LINK) -o $@ $^ $(call pkg,--libs,$(PKGS)) -lcmocka -pthread

unit: $(UNIT) ## build and run the unit tests only
	@set -e; for t in $(UNIT); do echo "# $$t"; $$t; done

check-layers:
	@find daemon -name '*.[ch]' | sort | xargs tests/tools/check-layers tests/tools/layers
check-pure: $(PROTO)
	@$(if $(SAN)$(TSAN),:,tests/tools/check-pure) $^

$(BUILD)/fuzz/%: tests/fuzz/fuzz_%.c $(PROTO_SRC) $(wildcard include/weigh/*.h)
	@mkdir -p $(@D)
	$(CLANG) $(STD) -Itests/lib -g -O1 -fsanitize=fuzzer,address,undefined \
	    -o $@ $< $(PROTO_SRC) -lcrypto
# New inputs go to the build folder; tests/fuzz/corpus only grows by hand.
fuzz-%: $(BUILD)/fuzz/%
	@mkdir -p $(BUILD)/corpus/$* tests/fuzz/corpus/$*
	$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
	    -artifact_prefix=$(BUILD)/corpus/$*- $(BUILD)/corpus/$* tests/fuzz/corpus/$*
fuzz: $(addprefix fuzz-,$(FUZZ)) ## fuzz every parser, FUZZ_SECONDS each

clean: ## remove what was built
	rm -rf build build-san build-tsan

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: all unit check-layers check-pure fuzz clean help
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
