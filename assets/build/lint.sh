#!/bin/sh
# What the compilers do not check: layers, banned functions, words that do not belong here, format, shell and man page.
# Prints each finding and ends with status 1 when there was one.
set -u
bad=0
finding() { # finding "rule" "lines"
    [ -z "$2" ] && return
    printf '%s\n' "$2" | sed "s|^|lint: $1: |" >&2
    bad=1
}
# includes FOLDER PATTERN: lines of FOLDER that include what matches
includes() { grep -rnE "^ *# *include *$2" "$1" --include='*.c' --include='*.h' 2>/dev/null; }

# Layers: app -> ui -> store -> core -> core/base; nothing includes upward.
finding 'core/base includes only itself and libraries' "$(includes core/base '"' | grep -vE '"core/base/')"
finding 'core includes nothing above' "$(includes core '"(store|ui|app)/')"
finding 'core knows no SQLite and no curses' "$(includes core '[<"](sqlite3|n?curses|panel|term)')"
# core/safe is the one door for text that leaves: CSV files go through it, too.
finding 'store includes only core/base and core/safe below it' "$(includes store '"(ui|app)/|"core/' | grep -E '"(ui|app)/|"core/[a-z_]+\.h"' | grep -v '"core/safe\.h"')"
finding 'store knows no curses' "$(includes store '[<"](n?curses|panel)')"
finding 'ui includes nothing above' "$(includes ui '"app/')"
finding 'SQLite is known to store alone' "$(includes ui '[<"]sqlite3'; includes app '[<"]sqlite3')"
finding 'curses is known to ui/term.c alone' "$(includes ui '[<"](n?curses|panel)' | grep -v '^ui/term\.c:'; includes app '[<"](n?curses|panel)')"
finding 'BLAS is known to core/linalg.c alone' "$(grep -rnE '(cblas|lapacke)\.h' core store ui app | grep -v '^core/linalg\.c:')"

# Functions we do not call, and raw memory outside its one file.
code=$(git ls-files -co --exclude-standard 'core/*.[ch]' 'store/*.[ch]' 'ui/*.[ch]' 'app/*.[ch]')
# shellcheck disable=SC2086  # a list of files
finding 'banned function' "$(grep -nE '(^|[^_[:alnum:]>.])(sprintf|vsprintf|strcpy|strcat|strncat|strtok|gets|atoi|atof|atol|rand|srand|system|popen)\(' $code)"
# shellcheck disable=SC2086
finding 'raw memory outside core/base/mem.c' "$(grep -nE '(^|[^_[:alnum:]>.])(malloc|calloc|realloc|free|strdup|strndup)\(' $code | grep -v '^core/base/mem\.c:')"
# shellcheck disable=SC2086
finding 'unfinished work' "$(grep -nE '(^|[^[:alnum:]])(TODO|FIXME|XXX)([^[:alnum:]]|$)' $code)"

# The map of core names every header of it, and nothing that is gone.
for layer in core store ui app; do
    map=$(awk -v title="## $layer/" '/^## / { on = $0 == title } on && /^\|/' assets/doc/map.md | tr '`' '\n' | grep -xE '[a-z][a-z_0-9]*' | sort -u)
    headers=$(git ls-files -co --exclude-standard "$layer/*.h" | grep -v '^core/base/' | sed 's|.*/||; s|\.h$||' | sort -u)
    finding "not in assets/doc/map.md, $layer" "$(printf '%s\n' "$headers" | grep -vxF "$map")"
    finding "in assets/doc/map.md, $layer, but gone" "$(printf '%s\n' "$map" | grep -vxF "$headers")"
done

# The eight top-level entries, and nothing else.
finding 'top-level entry outside the agreed eight' \
    "$(git ls-files -co --exclude-standard | cut -d/ -f1 | sort -u | grep -vE '^(Makefile|README\.md|app|core|ui|store|tests|assets|\..*)$')"

if command -v clang-format-14 >/dev/null 2>&1; then
    finding 'format (make format)' "$(git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format-14 --dry-run 2>&1 | grep 'warning:' | cut -d: -f1 | sort -u)"
fi
if command -v shellcheck >/dev/null 2>&1; then
    finding 'shellcheck' "$(git ls-files -co --exclude-standard '*.sh' .ci/run | xargs shellcheck -f gcc)"
fi
if command -v mandoc >/dev/null 2>&1 && [ -f assets/man/assay.1 ]; then
    finding 'man page' "$(mandoc -T lint -W warning assets/man/*.[0-9] 2>&1)"
fi
if command -v cppcheck >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    finding 'cppcheck' "$(cppcheck -q --std=c11 --enable=warning,portability --inline-suppr -I. \
        --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches --template='{file}:{line}: {id}: {message}' core store ui app 2>&1)"
fi
[ $bad = 0 ] && echo 'lint: clean'
exit $bad
