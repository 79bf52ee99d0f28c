#!/bin/sh
# run.sh BINARY...: runs Criterion binaries one after the other and adds up what they say. A sanitizer's report fails the run even where the test
# that caused it passed. The last line is "N passed, N failed, N skipped".
# TESTS='suite/name*' runs only those.
set -u
folder=$(mktemp -d "${TMPDIR:-/tmp}/assay-run-XXXXXX")
trap 'rm -rf "$folder"' EXIT
here=$(cd "$(dirname "$0")" && pwd)
export ASSAY_TESTS="$here"
export OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-1}"
export LC_ALL=C.UTF-8 TZ=UTC
# A leak fails the run by its report, in which a frame of ours must stand: Criterion loses a little memory of its own. The slow unwinder sees
# our frames through libraries built without frame pointers.
printf 'leak:cri_assert_\nleak:cri_fmt_\n' > "$folder/lsan"
export LSAN_OPTIONS="suppressions=$folder/lsan:print_suppressions=0:exitcode=0"
export ASAN_OPTIONS="log_path=$folder/report:detect_leaks=1:handle_abort=0:fast_unwind_on_malloc=0"
export UBSAN_OPTIONS="log_path=$folder/report:print_stacktrace=1"
unset ASSAY_WORKSPACE ASSAY_SCRIPT ASSAY_TRACE ASSAY_SEED ASSAY_NOW NO_COLOR
passed=0 failed=0 skipped=0
cd "$here/.." || exit 1
for binary in "$@"; do
    printf '%s\n' "== ${binary##*/}"
    "$binary" --tap="$folder/tap" ${TESTS:+--filter "$TESTS"} > "$folder/out" 2>&1
    status=$?
    ok=$(grep -c '^ok ' "$folder/tap" 2>/dev/null)
    skip=$(grep -cE '^ok .*# SKIP' "$folder/tap" 2>/dev/null)
    bad=$(grep -c '^not ok ' "$folder/tap" 2>/dev/null)
    ok=${ok:-0} skip=${skip:-0} bad=${bad:-0} # a binary that died at once left no file to count in
    if [ $status -ne 0 ] || [ "$bad" -gt 0 ] || [ ! -e "$folder/tap" ]; then
        cat "$folder/out"
        [ "$bad" -eq 0 ] && bad=1
    fi
    grep -E '^ok .*# SKIP' "$folder/tap" 2>/dev/null | sed 's/^ok - /  skipped: /'
    for report in "$folder"/report.*; do
        [ -e "$report" ] || continue
        if ! grep -q 'LeakSanitizer' "$report" || grep -qE ' (core|store|ui|app|tests)/[^ ]+\.c:' "$report"; then
            echo "sanitizer report:"
            head -60 "$report"
            bad=$((bad + 1))
        fi
        rm -f "$report"
    done
    passed=$((passed + ok - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
    rm -f "$folder/tap"
done
printf '%s\n' "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
