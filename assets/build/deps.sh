#!/bin/sh
# deps.sh "pkg-config modules" "Debian packages": installs the packages when one of them is missing.
set -eu
modules=$1
packages=$2
missing=
for p in $packages; do
    if ! dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q '^install ok installed'; then
        missing="$missing $p"
    fi
done
[ -z "$missing" ] && exit 0
# Elsewhere than on Debian what counts is that the libraries are there.
if [ -n "$modules" ] && ! command -v apt-get >/dev/null 2>&1; then
    # shellcheck disable=SC2086  # a list of words
    pkg-config --exists $modules 2>/dev/null && exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "assay needs these Debian packages and there is no apt-get here to install them:$missing" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    sudo=
elif command -v sudo >/dev/null 2>&1; then
    sudo=sudo
else
    echo "assay needs these Debian packages; ask an administrator to run: apt-get install$missing" >&2
    exit 1
fi
echo "  installing$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
install="${sudo:+$sudo }apt-get install -y -q --no-install-recommends$missing"
if ! $install >/tmp/assay-deps.$$ 2>&1; then
    $sudo apt-get update -q >>/tmp/assay-deps.$$ 2>&1 || true
    if ! $install >>/tmp/assay-deps.$$ 2>&1; then
        tail -5 /tmp/assay-deps.$$ >&2
        rm -f /tmp/assay-deps.$$
        echo "could not install$missing; run \"$install\" to see why" >&2
        exit 1
    fi
fi
rm -f /tmp/assay-deps.$$
