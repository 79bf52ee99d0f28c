#!/bin/sh
# Prints C source that holds the given files of assets/ as byte arrays (core/base/asset.h).
set -eu
echo '#include "core/base/asset.h"'
i=0
for f in "$@"; do
    printf 'static const unsigned char a%d[] = {' "$i"
    od -An -v -tu1 "$f" | tr -s ' \n' ',,' | sed 's/^,//; s/,$//'
    echo ',0};'
    i=$((i + 1))
done
echo 'const struct asset assets[] = {'
i=0
for f in "$@"; do
    printf '{"%s", a%d, sizeof a%d - 1},\n' "${f#assets/}" "$i" "$i"
    i=$((i + 1))
done
echo '{0, 0, 0}};'
