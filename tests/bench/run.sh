#!/bin/sh
# run.sh BENCH: our fits beside the memory of this machine and beside scikit-learn where it is installed, in the same
# run. SHAPES="N,D,ALPHA,LAMBDA ..." chooses others; PEERS=0 leaves peers out. Ends with status 1 when somebody did not
# reach the optimum. A peer's time is that of its loosest setting with a relative gap of at most 1e-6; ours also has a
# gradient of at most 1e-6.
set -u
bench=$1
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/assay-bench-XXXXXX")
trap 'rm -rf "$folder"' EXIT
unset OPENBLAS_CORETYPE OPENBLAS_NUM_THREADS
python=/usr/bin/python3
bad=0
if [ "${PEERS:-1}" = 0 ]; then
    python=
elif ! "$python" -c 'import sklearn' 2>/dev/null; then
    echo "scikit-learn is not here; to compare with it: apt-get install python3-sklearn"
    python=
fi
value() { awk -v key="$1" '$1 == key { print $2 }' "$folder/ours"; }

printf '%-22s %9s %7s %7s %8s %8s %9s %8s %8s\n' 'pairs x columns, 1/k^a' 'read GB/s' 'fused' 'passes' 'fit s' 'fit/P' \
    '|grad|' 'sklearn' 'ratio'
for shape in ${SHAPES:-20000,512,0,1e-4 20000,512,1,1e-4 20000,512,1.5,1e-4 50000,1024,1,1e-4 2000,4096,1,1e-4}; do
    IFS=, read -r n d alpha l2 <<END
$shape
END
    if ! "$bench" "$n" "$d" "$alpha" "$l2" ${python:+"$folder/x.f32"} > "$folder/ours"; then
        echo "bench: $shape did not converge" >&2
        bad=1
        continue
    fi
    theirs=- ratio=-
    if [ -n "$python" ]; then
        "$python" "$here/peer_sklearn.py" "$folder/x.f32" "$n" "$d" "$l2" "$(value objective)" > "$folder/theirs"
        theirs=$(awk 'END { printf "%.2f", $2 }' "$folder/theirs")
        ratio=$(awk -v ours="$(value seconds)" 'END { printf "%.1fx", $2 / ours }' "$folder/theirs")
        # Neither may be below the other by more than the gap that both promise.
        if ! awk -v f="$(value objective)" 'END { exit !($4 <= f * (1 + 1e-6) && f <= $4 * (1 + 1e-6)) }' "$folder/theirs"; then
            ratio="$ratio (another optimum: $(awk 'END { print $4 }' "$folder/theirs"), not $(value objective))"
            bad=1
        fi
    fi
    printf '%-22s %9s %7s %7s %8.3f %8s %9s %8s %8s\n' "$n x $d, a = $alpha" "$(value bandwidth)" "$(value fused)" \
        "$(value passes)" "$(value seconds)" "$(awk -v s="$(value seconds)" -v p="$(value P)" 'BEGIN { printf "%.0f", s / p }')" \
        "$(value gradient)" "$theirs" "$ratio"
done
echo "fused: bandwidth of a pass over that of reading; P: one reading of the differences; ratio: scikit-learn's seconds over ours"
exit $bad
