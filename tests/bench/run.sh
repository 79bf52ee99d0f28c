#!/bin/sh
# run.sh BENCH: our work beside the limits of this machine and beside the peers that are installed, in the same run.
#   WORK="50k-1024 2k-4096 50k-1024-a1.5 cv-50k-1024 bootstrap ridge load metric-1000k io-200k screen-1000k"   pairs in thousands, columns, spectrum 1/k^a
#   PEERS="sklearn-lbfgs torch-lbfgs"   only these; PEERS=0 none
#   LIMIT=120                           seconds that a peer may take
#   LAMBDA=1e-4
# Ends with status 1 when we did not reach the optimum. A peer's time is that of its loosest setting with a relative gap
# of at most 1e-6; ours also has a gradient of at most 1e-6. Gaps are measured by one plain loop in float64 for all.
set -u
bench=$1
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/assay-bench-XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
unset OPENBLAS_CORETYPE OPENBLAS_NUM_THREADS
export PYTHONPATH="$here/peers" PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
lambda=${LAMBDA:-1e-4}
bad=0

# work:name:command:how to see whether it is there:what installs it
peers='fit:sklearn-lbfgs:python3 sklearn_lbfgs.py:import sklearn:python3-sklearn
fit:sklearn-newton-cholesky:python3 sklearn_newton.py:import sklearn:python3-sklearn
fit:torch-lbfgs:python3 torch_lbfgs.py:import torch:python3-torch
fit:liblinear:python3 liblinear_primal.py:import liblinear, scipy:python3-liblinear python3-scipy
fit:glmnet:Rscript glmnet.R:library(glmnet):r-cran-glmnet
cv:sklearn-LogisticRegressionCV:python3 sklearn_cv.py:import sklearn:python3-sklearn
bootstrap:sklearn-loop:python3 sklearn_bootstrap.py:import sklearn:python3-sklearn
ridge:sklearn-RidgeCV:python3 sklearn_ridge.py:import sklearn:python3-sklearn'

# /usr/bin first: Debian's packages are for Debian's Python.
run_with() {
    interpreter=$(PATH="/usr/bin:$PATH" command -v "$1") || return 1
    shift
    timeout -k 5 "${LIMIT:-120}" "$interpreter" "$@"
}
is_there() {
    case $1 in
    python3) run_with python3 -c "$2" ;;
    *) run_with Rscript -e "$2" ;;
    esac > /dev/null 2>&1
}
value() { awk -v key="$2" '$1 == key { v = $2 } END { print v }' "$folder/$1"; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }

# The peers of one kind of work: kind, pairs, columns.
compare() {
    printf '%s\n' "$peers" | while IFS=: read -r kind name command probe package; do
        [ "$kind" = "$1" ] || continue
        case " ${PEERS:-$name} " in *" $name "*) ;; *) continue ;; esac
        program=${command%% *} script=$here/peers/${command#* }
        if ! is_there "$program" "$probe"; then
            printf '  %-30s not here; apt-get install %s\n' "$name" "$package"
            continue
        fi
        rm -f "$folder/x.f32.w"
        run_with "$program" "$script" "$folder/x.f32" "$2" "$3" "$lambda" "$(value ours objective)" \
            > "$folder/theirs" 2> "$folder/error" < /dev/null
        status=$?
        seconds=$(value theirs seconds)
        if [ -z "$seconds" ]; then
            if [ $status -eq 124 ]; then
                printf '  %-30s over %s s\n' "$name" "${LIMIT:-120}"
            else
                printf '  %-30s failed: %s\n' "$name" "$(tail -n 1 "$folder/error")"
            fi
            continue
        fi
        printf '  %-30s %9.3f s %8.1fx' "$name" "$seconds" "$(calc %.6f "$seconds / $(value ours seconds)")"
        if [ -s "$folder/x.f32.w" ]; then
            "$bench" check "$folder/x.f32" "$2" "$3" "$lambda" "$folder/x.f32.w" > "$folder/check"
            gap=$(calc %.17g "$(value check objective) / $(value ours objective) - 1")
            printf '   gap %8.1e   |g| %.1e%s' "$gap" "$(value check gradient)" \
                "$(calc %s "($gap > 1e-6 || $gap < -1e-6) ? \"   another optimum\" : \"\"")"
        fi
        echo
    done
}

# Figures of pairs with 2,000 resamples of prompts: ours beside the same in numpy and scikit-learn. pairs
metric() {
    "$bench" metric "$1" "$folder/z" > "$folder/ours"
    printf 'metric: %s pairs, 4 a prompt, 2,000 resamples (of prompts; ours of at most 4,096 random groups of them)\n' "$1"
    printf '  %-30s %9.3f s %9s   bins of equal mass, AUROC and their intervals %.3f s more\n' assay \
        "$(value ours seconds)" '' "$(value ours sorted)"
    [ "${PEERS:-}" = 0 ] && return
    if ! is_there python3 'import sklearn'; then
        printf '  %-30s not here; apt-get install python3-sklearn\n' sklearn-metrics
    elif run_with python3 "$here/peers/sklearn_metric.py" "$folder/z" > "$folder/theirs" 2> "$folder/error"; then
        printf '  %-30s %9.3f s %8.1fx   differ by %.0e in accuracy, %.0e in ECE, %.0e in AUROC\n' sklearn-metrics \
            "$(value theirs seconds)" "$(calc %.6f "$(value theirs seconds) / $(value ours seconds)")" \
            "$(apart accuracy)" "$(apart ece)" "$(apart auroc)"
    else
        printf '  %-30s failed: %s\n' sklearn-metrics "$(tail -n 1 "$folder/error")"
    fi
}
# A command of ours or of a peer: its seconds and memory go to the file $1.
timed() {
    to=$1
    shift
    "$bench" command "$@" > "$folder/$to" 2> "$folder/error" && return
    printf '  %-30s failed: %s\n' "$to" "$(tail -n 1 "$folder/error")"
    return 1
}
# name, file with its seconds, file with ours, what else there is to say
beside() {
    printf '  %-30s %9.3f s %8.2fx   %s\n' "$1" "$(value "$2" seconds)" \
        "$(calc %.6f "$(value "$2" seconds) / $(value "$3" seconds)")" "$4"
}
# Files in and out. records
io() {
    records=$folder/records.jsonl
    "$bench" records "$1" "$records"
    mb=$(($(wc -c < "$records") / 1000000))
    cat "$records" > /dev/null
    "$ASSAY_BIN" -w "$folder/io.assay" init > /dev/null
    printf 'import: %s records, %s MB\n' "$1" "$mb"
    timed import "$ASSAY_BIN" -q -w "$folder/io.assay" import --format trl "$records" || { bad=1; return; }
    beside assay import import "$(value import memory) MB of memory, $(calc %.0f "$mb / $(value import seconds)") MB/s"
    if [ "${PEERS:-}" = 0 ]; then :
    elif ! is_there python3 'import json, sqlite3'; then
        printf '  %-30s not here; apt-get install python3\n' python-sqlite3
    elif timed peer env PATH="/usr/bin:$PATH" python3 "$here/peers/sqlite_import.py" "$records" "$folder/peer.db"; then
        beside 'python, json and sqlite3' peer import 'one table, one transaction, no ids (at least 2.5x)'
    fi
    rm -f "$folder/peer.db"
    if command -v gzip > /dev/null; then
        gzip -1 -c "$records" > "$records.gz"
        timed gzip gzip -dc "$records.gz" && "$bench" lines "$records.gz" > "$folder/lines" &&
            printf '  %-30s %9.3f s %8s    of gzip -dc alone: %.2f (at most 1.15)\n' 'lines of .gz' \
                "$(value lines seconds)" '' "$(calc %.4f "$(value lines seconds) / $(value gzip seconds)")"
        "$ASSAY_BIN" -w "$folder/gz.assay" init > /dev/null
        timed packed "$ASSAY_BIN" -q -w "$folder/gz.assay" import --format trl "$records.gz" &&
            beside 'import of .gz' packed import "$(value packed memory) MB of memory"
        rm -f "$records.gz" "$folder/gz.assay"*
    else
        printf '  %-30s not here; apt-get install gzip\n' gzip
    fi
    rm -f "$records"
    printf 'export: the same as trl\n'
    timed export "$ASSAY_BIN" -q -w "$folder/io.assay" export -f trl -o "$folder/out.jsonl" || { bad=1; return; }
    beside assay export export "$(value export memory) MB of memory"
    if [ "${PEERS:-}" != 0 ]; then
        is_there python3 'import json, sqlite3' &&
            timed peer env PATH="/usr/bin:$PATH" python3 "$here/peers/sqlite_export.py" "$folder/io.assay" "$folder/out2.jsonl" &&
            beside 'python, sqlite3 and json' peer export '(at least 4x)'
        if command -v sqlite3 > /dev/null; then
            timed peer sqlite3 -json "$folder/io.assay" "SELECT messages, a.text, b.text FROM comparison
                JOIN prompt USING (prompt) JOIN response a ON a.response = first JOIN response b ON b.response = second
                ORDER BY comparison" && beside 'sqlite3 -json' peer export 'three columns (at least 1.4x)'
        else
            printf '  %-30s not here; apt-get install sqlite3\n' 'sqlite3 -json'
        fi
    fi
    rm -f "$folder"/io.assay* "$folder"/out*.jsonl
}
apart() { calc %.17g "sqrt(($(value theirs "$1") - $(value ours "$1")) ^ 2)"; }

# kind pairs columns alpha
work() {
    kind=$1 n=$2 d=$3 alpha=$4
    printf '%s: %s pairs x %s columns, spectrum 1/k^%s' "$kind" "$n" "$d" "$alpha"
    if ! "$bench" "$kind" "$n" "$d" "$alpha" "$lambda" "$folder/x.f32" > "$folder/ours"; then
        bad=1
        return
    fi
    printf '; read %s GB/s, P %.2f ms, gemm %s GF/s, a pass (16 bits) at %.0f %% of reading\n' "$(value ours read)" \
        "$(calc %.4f "1000 * $(value ours P)")" "$(value ours gemm)" "$(calc %.1f "100 * $(value ours fused)")"
    printf '  %-30s %9.3f s %9s' assay "$(value ours seconds)" ''
    case $kind in
    fit) printf '   %s passes, %.0f P, |g| %s' "$(value ours passes)" \
        "$(calc %.2f "$(value ours seconds) / $(value ours P)")" "$(value ours gradient)" ;;
    ridge) printf '   %s fits' "$(value ours heads)" ;;
    *) printf '   %s heads, %s passes, %.1fx flop/peak, |g| %s' "$(value ours heads)" "$(value ours passes)" \
        "$(calc %.3f "$(value ours seconds) * $(value ours gemm) * 1e9 / $(value ours flop)")" "$(value ours gradient)" ;;
    esac
    if [ "$(value ours converged)" != 1 ]; then
        printf '   NOT CONVERGED'
        bad=1
    fi
    echo
    [ "${PEERS:-}" = 0 ] || compare "$kind" "$n" "$d"
}

for name in ${WORK:-load 20k-512 50k-1024 2k-4096 cv-20k-512 bootstrap-20k-512 ridge-20k-512 metric-100k metric-1000k io-200k screen-1000k}; do
    case $name in
    load)
        "$bench" load 819 "$folder" > "$folder/ours"
        printf 'load: 819 MB of f16 at %s GB/s; read() by one thread %s, SHA-256 (beside the fit) %s GB/s\n' \
            "$(value ours load)" "$(value ours read1)" "$(value ours digest)"
        continue
        ;;
    io-*k)
        name=${name#io-}
        io "${name%k}000"
        continue
        ;;
    screen-*k)
        items=${name#screen-}
        "$bench" screen "${items%k}000" > "$folder/ours" || bad=1
        printf 'screen: %s comparisons, 100 judged at 200 x 60\n' "${items%k}000"
        printf '  annotate starts in %s ms (at most 100); status %s ms (at most 1000); queue %s ms\n' \
            "$(value ours first_paint)" "$(value ours status)" "$(value ours queue)"
        printf '  find: the first one makes the index of words, %s ms; later ones %s ms\n' \
            "$(value ours find_first)" "$(value ours find)"
        printf '  a rating key       %5s bytes (most %s, at most 400), seen after %s ms (p99 %s, at most 10)\n' \
            "$(value ours key_bytes)" "$(value ours key_bytes_most)" "$(value ours key_median)" "$(value ours key_p99)"
        printf '  keys an item       %5s (at most 12) for %s judgements; a key while a head is fitted: p99 %s ms (at most 10; -1: over too soon)\n' \
            "$(value ours keys_per_item)" "$(value ours judgements_per_item)" "$(value ours key_beside_p99)"
        printf '  Enter to next item %s ms (p99 %s, a frame is 16); memory %s MB (at most 40); 2 s idle cost %s ms\n' \
            "$(value ours next_median)" "$(value ours next_p99)" "$(value ours memory)" "$(value ours idle)"
        continue
        ;;
    metric-*k)
        name=${name#metric-}
        metric "${name%k}000"
        continue
        ;;
    cv | bootstrap | ridge) name=$name-50k-1024 ;;
    esac
    kind=fit
    case $name in cv-* | bootstrap-* | ridge-*) kind=${name%%-*} name=${name#*-} ;; esac
    alpha=1
    case $name in *-a*) alpha=${name##*-a} name=${name%-a*} ;; esac
    if ! expr "$name" : '[0-9][0-9]*k-[0-9][0-9]*$' > /dev/null; then
        echo "bench: no work is called \"$name\"; say 50k-1024, 50k-1024-a1.5, cv, bootstrap-20k-512, ridge, load, metric-100k, io-200k or screen-1000k" >&2
        exit 2
    fi
    work "$kind" "${name%%k-*}000" "${name#*k-}" "$alpha"
done
exit $bad
