# assay: the whole build. `make help` lists the targets.
#
# Objects go to build/<variant>/; a variant is a compiler and a set of flags, so that changing them never mixes objects.
#   make CC=clang            another compiler
#   make SAN=address,undefined
#   make V=1                 show commands
#   make WERROR=0            warnings do not stop the build

CC      ?= gcc
ifeq ($(origin CC),default)
CC      := gcc
endif
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
DESTDIR ?=
SAN     ?=
COV     ?=
WERROR  ?= 1
BUILD   ?= build
NPROC   := $(shell nproc 2>/dev/null || echo 2)

comma   := ,
VARIANT := $(notdir $(CC))$(if $(SAN),-$(subst $(comma),-,$(SAN)))$(if $(COV),-coverage)
B       := $(BUILD)/$(subst $(comma),-,$(VARIANT))
GEN     := $(BUILD)/gen

PKGS      := json-c zlib libzstd nettle sqlite3 ncursesw libutf8proc md4c openblas lapacke
TEST_PKGS := criterion vterm
# Debian 12 names of what the build, the tests and the linter need.
DEPS_BUILD := gcc make pkg-config libjson-c-dev zlib1g-dev libzstd-dev nettle-dev libsqlite3-dev libncurses-dev \
              libutf8proc-dev libmd4c-dev libopenblas-pthread-dev liblapacke-dev libcsv-dev
DEPS_TEST  := libcriterion-dev libvterm-dev sqlite3
DEPS_LINT  := clang-14 clang-format-14 cppcheck shellcheck mandoc

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
        -Wno-format-nonliteral -Wwrite-strings -Wundef -fno-common $(if $(filter 1,$(WERROR)),-Werror)
# -Wno-format-nonliteral: the checked printf wrappers (err_set, buf_addf, …) hand their format on; their callers are checked.
override CPPFLAGS += -I. -I$(GEN) -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
        $(filter-out -D_XOPEN_SOURCE=% -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=%,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
override ALL_CFLAGS = -std=c11 $(WARN) $(CFLAGS) -fstack-protector-strong -pthread \
        $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer,-D_FORTIFY_SOURCE=2) \
        $(if $(COV),--coverage -O0)
override LDLIBS += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lcsv -lm
override ALL_LDFLAGS := $(LDFLAGS) -pthread $(if $(SAN),-fsanitize=$(SAN)) $(if $(COV),--coverage)

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$(patsubst $(BUILD)/%,%,$(2))')

LAYERS   := core/base core store ui app
SRC       = $(foreach l,$(1),$(wildcard $(l)/*.c))
objects   = $(patsubst %.c,$(B)/%.o,$(call SRC,$(1)))
CORE_O   := $(call objects,core/base core)
STORE_O  := $(call objects,store)
UI_O     := $(call objects,ui)
APP_O    := $(filter-out $(B)/app/main.o,$(call objects,app))
LIBS     := $(B)/libapp.a $(B)/libui.a $(B)/libstore.a $(B)/libcore.a
ASSETS   := $(wildcard assets/sql/schema/*.sql assets/sql/bulk/*.sql assets/rubrics/*.json assets/keys/*.keys assets/sample/*.jsonl assets/html/*)
GENERATED := $(GEN)/assets.c $(GEN)/stmt_list.h

.PHONY: all demo test lint format asan coverage install uninstall clean help deps deps-test deps-lint golden
.DELETE_ON_ERROR:
.SECONDARY:

## all: build build/assay (the default)
all: $(B)/assay
	$(Q)ln -sf $(patsubst $(BUILD)/%,%,$<) $(BUILD)/assay

$(B)/assay: $(B)/app/main.o $(LIBS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

# The manual page with the keys of every view, from the tables that the program runs by.
$(B)/assay.1: assets/man/assay.1 $(B)/assay
	$(call say,GEN,$@)
	$(Q)$(B)/assay __keys > $@.keys && sed '/^\.\\" The keys of every view/r $@.keys' $< > $@ && rm -f $@.keys

$(B)/libcore.a: $(CORE_O) $(B)/gen/assets.o
$(B)/libstore.a: $(STORE_O)
$(B)/libui.a: $(UI_O)
$(B)/libapp.a: $(APP_O)
$(B)/lib%.a:
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/%.o: %.c | $(GENERATED)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/%.o: $(GEN)/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(GEN)/assets.c: assets/build/embed.sh $(ASSETS)
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && sh assets/build/embed.sh $(ASSETS) > $@

$(GEN)/stmt_list.h: assets/build/queries.awk assets/sql/queries.sql
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && awk -f assets/build/queries.awk assets/sql/queries.sql > $@

-include $(shell find $(B) -name '*.d' 2>/dev/null)

## demo: install what is missing, build, and run the whole loop on the bundled sample
demo: deps
	$(Q)$(MAKE) --no-print-directory -j$(NPROC) all
	$(Q)$(BUILD)/assay demo

include tests/tests.mk

## deps: install the Debian packages the build needs (nothing to do when they are there)
deps:
	$(Q)sh assets/build/deps.sh "$(PKGS)" "$(DEPS_BUILD)"
deps-test: deps
	$(Q)sh assets/build/deps.sh "$(TEST_PKGS)" "$(DEPS_TEST)"
deps-lint: deps
	$(Q)sh assets/build/deps.sh "" "$(DEPS_LINT)"

## lint: layers, banned functions, format, cppcheck, shellcheck, man page, both compilers
lint: deps-lint
	$(Q)sh assets/build/lint.sh
	$(Q)$(MAKE) --no-print-directory -j$(NPROC) CC=gcc all
	$(Q)$(MAKE) --no-print-directory -j$(NPROC) CC=clang-14 all

## format: rewrite the sources as .clang-format says
format: deps-lint
	$(Q)clang-format-14 -i $$(git ls-files -co --exclude-standard '*.c' '*.h')

## install: copy the program, its man page and completions to $(DESTDIR)$(PREFIX)
install: all $(B)/assay.1
	install -D -m 755 $(B)/assay $(DESTDIR)$(PREFIX)/bin/assay
	install -D -m 644 $(B)/assay.1 $(DESTDIR)$(PREFIX)/share/man/man1/assay.1
	install -D -m 644 assets/completion/assay.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/assay

## uninstall: remove what install copied
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/assay $(DESTDIR)$(PREFIX)/share/man/man1/assay.1 \
	      $(DESTDIR)$(PREFIX)/share/bash-completion/completions/assay

## clean: remove everything that was built
clean:
	rm -rf $(BUILD)

## help: this list
help:
	@grep -hE '^## ' $(MAKEFILE_LIST) | sed 's/^## /  /' | awk -F': ' '{printf "  %-12s %s\n", $$1, $$2}'
