#!/usr/bin/env bash
# Makes a small book with the programs of a release, for the tests of upgrades: tenants of whom one was removed, a contract, leases
# that are over, active and to come, a token, and hardware that is out of order.
#
#     Tests/Books/make.sh FOLDER-OF-THE-PROGRAMS OUTPUT.sqlite
#
# OUTPUT.sqlite is the book; beside it, OUTPUT.digest is what `berth verify` says its digest is.
set -euo pipefail
programs=$(realpath "$1")
output=$(realpath -m "$2")
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
daemon=
trap 'kill -9 $daemon 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

BERTHD_STATE_IDENTITY_FILE=$work/book-id "$programs/berthd" --fleet "$here/../../config/fleets/small.yaml" --state "$work/state" \
    --socket "$work/b.sock" --initialise >"$work/log" 2>&1 &
daemon=$!
berth() { "$programs/berth" "$@"; }
export BERTH_SOCKET=$work/b.sock
until [ -S "$BERTH_SOCKET" ] && berth status >/dev/null 2>&1; do
    kill -0 "$daemon" || { cat "$work/log"; exit 1; }
    sleep 0.2
done

for tenant in acme globex initech; do berth tenant set "$tenant" --gpus 512 --reason "a customer"; done
printf 'tenant: globex\nprice: {perGpuHour: {currency: USD, micros: 2990000}}\nnoticePeriod: 90d\n' | berth contract set globex-2026 -f -
berth lease create --tenant acme --line node:2:GB200 --duration 300d --cap-watts 800 --label kept
berth lease create --tenant globex --contract globex-2026 --line gpu:2x4:H100 --duration 200d --cap-percent 60
berth lease create --tenant acme --line node:1:H100 --start +30d --duration 10d --cap-percent 60 --label later
berth lease create --tenant initech --line node:1:H100 --start +40d --duration 1d --cap-percent 60 --label cancelled
berth lease release cancelled --reason "not needed"
berth tenant remove initech --reason "left"
berth token create ci --tenant acme --scope read --expires-in 300d --reason "a build host" >/dev/null
berth nodes cordon lab-h1-b1-r8-n8 --reason "a fan" || berth nodes cordon b1-r8-n8 --reason "a fan"
berth verify -o json >verify.json
kill "$daemon"
wait "$daemon"

sqlite3 "$work/state/book.sqlite" "PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE); VACUUM INTO '$work/book.sqlite'"
cp "$work/book.sqlite" "$output"
sed -n 's/.*"digest": *"\([0-9a-f]*\)".*/\1/p' verify.json >"${output%.sqlite}.digest"
