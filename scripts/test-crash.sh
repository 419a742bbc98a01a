#!/usr/bin/env bash
# Kills the real daemon again and again: scripts/test-crash.sh [FOLDER OF THE PROGRAMS]
#
# KILLS=2000 is how often, FAULT=kill,power what is done to it (all of it by itself), SEED=7 where chance begins, SECONDS_MAX=60 after
# how long it begins no other book, CLIENTS=24 how many ask at once, STATE=FOLDER where books are made. The library that is put in
# front of the C library is made here. Ends with 1 where something is wrong; what there is of it is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=$(realpath "${1:-$(swift build -c release --show-bin-path)}")
for program in berthd berth-proof; do
    [ -x "$programs/$program" ] || { echo "There is no $programs/$program; build it first" >&2; exit 1; }
done
compiler=$(command -v clang || command -v cc || command -v gcc) || { echo "There is no C compiler" >&2; exit 1; }
folder=$(mktemp -d /tmp/berth-faults-XXXXXX)
trap 'rm -rf "$folder"' EXIT
"$compiler" -O1 -Wall -Wextra -Werror -shared -fPIC -o "$folder/faults.so" scripts/crash/faults.c

"$programs/berth-proof" crash --daemon "$programs/berthd" --library "$folder/faults.so" \
    --kills "${KILLS:-200}" --fault "${FAULT:-all}" ${SEED:+--seed "$SEED"} ${SECONDS_MAX:+--seconds "$SECONDS_MAX"} \
    ${CLIENTS:+--clients "$CLIENTS"} ${STATE:+--state "$STATE"}
