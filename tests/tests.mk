# Included by the Makefile: how the tests are built and run. tests/README.md says how to run one.

TEST_LIBS  = $(shell pkg-config --libs $(TEST_PKGS) 2>/dev/null) -lutil
# Criterion's assertions assign int to bit-fields where they are expanded, and take strings as char *.
$(B)/tests/%.o: override CFLAGS += -Wno-conversion -Wno-write-strings
SUPPORT_O := $(call objects,tests/support)

# One Criterion binary a layer (build/<variant>/unit-core, …), one for the screen in a real pseudo-terminal, one for the command line.
UNITS     := core store ui app
test_objects = $(patsubst %.c,$(B)/%.o,$(wildcard $(foreach d,$(1),$(d)/*.c)))
define TEST_RULE
$(B)/$(1): $(call test_objects,$(2)) $(SUPPORT_O) $(LIBS)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(LDLIBS) $$(TEST_LIBS)
TEST_BINARIES += $$(if $(call test_objects,$(2)),$(B)/$(1))
endef
$(foreach u,$(UNITS),$(eval $(call TEST_RULE,unit-$(u),tests/unit/$(u) tests/unit/$(u)/base)))
$(eval $(call TEST_RULE,cli,tests/cli))
$(eval $(call TEST_RULE,screen,tests/screen))

.PHONY: tests-built
tests-built: $(B)/assay $(TEST_BINARIES) $(B)/bench # built with them, so that it keeps up with the headers

RUN_TESTS = ASSAY_BIN=$(abspath $(B)/assay) sh tests/run.sh $(TEST_BINARIES)

## test: install what is missing, build, run every test; ends in "N passed, N failed"
test: deps-test
	$(Q)$(MAKE) --no-print-directory -j$(NPROC) tests-built
	$(Q)$(MAKE) --no-print-directory run-tests

.PHONY: run-tests
run-tests:
	$(Q)$(RUN_TESTS)

## asan: the same under AddressSanitizer and UndefinedBehaviorSanitizer; a leak fails it
asan: deps-test
	$(Q)$(MAKE) --no-print-directory -j$(NPROC) SAN=address,undefined CFLAGS="-O1 -g" tests-built
	$(Q)$(MAKE) --no-print-directory SAN=address,undefined CFLAGS="-O1 -g" run-tests

## soak: a fit of 2 GB in less than 256 MB (a minute); 25 people at once; a million random keys in each view, and 100,000 in a terminal, under ASan (EVENTS=n)
.PHONY: soak
soak: deps-test
	$(Q)$(MAKE) --no-print-directory -j$(NPROC) $(B)/assay $(B)/cli $(B)/screen $(B)/unit-store
	$(Q)TOGETHER_PEOPLE=25 TOGETHER_ITEMS=1000 $(B)/unit-store --filter 'together/*'
	$(Q)TOGETHER_PEOPLE=25 TOGETHER_ITEMS=300 TOGETHER_THINK_MS=3000 $(B)/unit-store --filter 'together/*'
	$(Q)$(MAKE) --no-print-directory -j$(NPROC) SAN=address,undefined CFLAGS="-O1 -g" $(BUILD)/$(VARIANT)-address-undefined/unit-ui $(BUILD)/$(VARIANT)-address-undefined/assay
	$(Q)ASSAY_BIN=$(abspath $(BUILD)/$(VARIANT)-address-undefined/assay) SOAK_EVENTS=$(or $(EVENTS),100000) $(B)/screen --filter 'soak/*'
	$(Q)SAFETY_EVENTS=$(or $(EVENTS),1000000) LC_ALL=C.UTF-8 $(BUILD)/$(VARIANT)-address-undefined/unit-ui --verbose --filter 'safety/random_keys*'
	$(Q)ASSAY_BIN=$(abspath $(B)/assay) STREAM_MB=2048 STREAM_LIMIT_MB=256 $(B)/cli --filter 'stream/differences_that*'

## coverage: lines covered by the tests, as build/coverage/index.html (needs lcov)
coverage: deps-test
	$(Q)sh assets/build/deps.sh "" "lcov"
	$(Q)$(MAKE) --no-print-directory -j$(NPROC) COV=1 tests-built
	$(Q)$(MAKE) --no-print-directory COV=1 run-tests
	$(Q)lcov -q -c -d $(BUILD)/gcc-coverage -o $(BUILD)/coverage.info --no-external && \
	  lcov -q -r $(BUILD)/coverage.info '*/tests/*' '*/build/gen/*' -o $(BUILD)/coverage.info && \
	  genhtml -q $(BUILD)/coverage.info -o $(BUILD)/coverage && lcov --summary $(BUILD)/coverage.info

$(B)/bench: $(call test_objects,tests/bench) $(SUPPORT_O) $(LIBS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS) $(TEST_LIBS)

## bench: our work beside this machine's limits and beside scikit-learn, PyTorch, liblinear and glmnet where they are installed
.PHONY: bench
bench: deps-test
	$(Q)$(MAKE) --no-print-directory -j$(NPROC) $(B)/bench $(B)/assay
	$(Q)ASSAY_BIN=$(abspath $(B)/assay) sh tests/bench/run.sh $(B)/bench

## screens: take the pictures of the documents anew, from the program in a terminal
.PHONY: screens
screens: deps-test
	$(Q)$(MAKE) --no-print-directory -j$(NPROC) $(B)/assay $(B)/screen
	$(Q)mkdir -p assets/doc/screens && ASSAY_BIN=$(abspath $(B)/assay) PICTURES=$(abspath assets/doc/screens) LC_ALL=C.UTF-8 TZ=UTC \
	  $(B)/screen --filter 'pictures/*'

## golden: rewrite the golden files of the command line and the screen; read the diff
golden: tests-built
	$(Q)GOLDEN=1 $(RUN_TESTS)
