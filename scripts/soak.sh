#!/usr/bin/env bash
# Keeps the real daemon busy and looks whether it stays as it was: scripts/soak.sh [FOLDER OF THE PROGRAMS]
#
# HOURS=8 or MINUTES=20 is how long (an hour by itself), LEASES=20000 how many leases there are, RESTART_EVERY=15 minutes between two
# restarts, SEED=7 where chance begins, CSV=FILE where the samples go, STATE=FOLDER where the book is made, FLEET=NAME another fleet.
# Everything else, such as the rates, stands in 'berth-proof soak --help' and goes into OPTIONS. Ends with 1 where something is wrong.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=$(realpath "${1:-$(swift build -c release --show-bin-path)}")
for program in berthd berth-proof; do
    [ -x "$programs/$program" ] || { echo "There is no $programs/$program; build it first" >&2; exit 1; }
done

# shellcheck disable=SC2086  # options are words
"$programs/berth-proof" soak --daemon "$programs/berthd" --fleet "config/fleets/${FLEET:-colossus}.yaml" \
    ${HOURS:+--hours "$HOURS"} ${MINUTES:+--minutes "$MINUTES"} ${LEASES:+--leases "$LEASES"} \
    ${RESTART_EVERY:+--restart-every "$RESTART_EVERY"} ${SEED:+--seed "$SEED"} ${CSV:+--csv "$CSV"} \
    ${STATE:+--state "$STATE"} ${OPTIONS:-}
