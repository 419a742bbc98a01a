#!/usr/bin/env bash
# Serves a fleet from ./var in the foreground. The first start of the default fleet applies the two deals.
set -euo pipefail
cd "$(dirname "$0")/.."

fleet=${1:-colossus}
file="config/fleets/$fleet.yaml"
if [ ! -e "$file" ]; then
    echo "There is no $file. Fleets: $(basename -s .yaml -a config/fleets/*.yaml | paste -sd' ')" >&2
    exit 1
fi
home=var
[ "$fleet" = colossus ] || home="var/$fleet"
mkdir -p "$home"
export BERTH_SOCKET="$PWD/$home/berth.sock"
# A socket's path has at most 107 bytes; from here a short relative one always fits.
[ ${#BERTH_SOCKET} -le 107 ] || BERTH_SOCKET="$home/berth.sock"
binaries=$(swift build -c release --show-bin-path)
berth="$binaries/berth"

options=(--config config/berthd.yaml --fleet "$file" --state "$home/state" --socket "$home/berth.sock")
[ -e "$home/state/book.sqlite" ] || options+=(--initialise)
BERTHD_STATE_IDENTITY_FILE="$home/book-id" "$binaries/berthd" "${options[@]}" &
daemon=$!
stop() {
    kill -TERM "$daemon" 2>/dev/null || true
    wait "$daemon" || true
    exit 0
}
trap stop INT TERM

until "$berth" status -o json >/dev/null 2>&1; do
    kill -0 "$daemon" 2>/dev/null || { wait "$daemon"; exit $?; }
    sleep 0.1
done

"$berth" fleet
if [ "$fleet" = colossus ]; then
    "$berth" apply config/scenarios/two-tenants.yaml
fi
"$berth" status
cat <<TEXT

berthd serves on $home/berth.sock until Ctrl-C. In another terminal:

  export BERTH_SOCKET=$BERTH_SOCKET PATH="$binaries:\$PATH"
TEXT
if [ "$fleet" = colossus ]; then
    cat <<TEXT
  berth tenant set acme --gpus 4096 --reason trial
  berth lease create --tenant acme --line node:2:GB200 --site memphis-2 --duration 7d --cap-watts 800
  berth lease create --tenant acme --line gpu:1x4:GB200 --site memphis-2 --duration 1d
  berth lease list
  berth budgets timeline memphis-2-meter
  berth verify

memphis-1 is sold out. This is refused, and says what would fit:

  berth lease create --tenant acme --line block:4:H100 --site memphis-1 --duration 30d
TEXT
else
    cat <<TEXT
  berth tenant set acme --reason trial
  berth lease create --tenant acme --line nvl72:1 --duration 7d --cap-percent 80
  berth lease create --tenant acme --line gpu:2x4:H100 --duration 1d
  berth lease list
  berth verify
TEXT
fi
wait "$daemon"
