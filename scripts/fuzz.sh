#!/usr/bin/env bash
# Runs the fuzz targets under AddressSanitizer, each over its corpus and for so many seconds beyond. A row for each target; fails when one
# traps, takes too long or too much memory, with the command that does it again.
#
#   fuzz.sh [SECONDS [TARGET...]]   30 seconds and every target by themselves
#   JOBS                            how many at a time; one for each processor by itself
#   fuzz.sh seeds                   writes the corpora that are kept in the repository anew
set -euo pipefail
cd "$(dirname "$0")/../Fuzzing"
# What is found lies here, so that the next run goes on from it.
work=.build/fuzz
# The longest that an input may take in seconds, and the most memory that the program may, in MiB.
limits=(-timeout=20 -rss_limit_mb=3072 -malloc_limit_mb=2048 -detect_leaks=0)

# One target: NAME BYTES SECONDS PROGRAM
run_one() {
    local name=$1 bytes=$2 seconds=$3 program=$4
    local found=$work/found/$name log=$work/$name.log crashes=$work/crashes/$name
    mkdir -p "$found" "$crashes"
    # Faults from before stay until they are seen again.
    local result=ok
    BERTH_FUZZ=$name "$program" "$found" "$work/seeds/$name" "Corpora/$name" -max_total_time="$seconds" \
        -max_len="$bytes" -dict="$work/seeds/$name.dict" -artifact_prefix="$crashes/" -print_final_stats=1 \
        "${limits[@]}" >"$log" 2>&1 || result=FAILED
    local runs covered
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    covered=$(grep -ao 'cov: [0-9]* ft: [0-9]* corp: [0-9]*' "$log" | tail -1 || true)
    read -r _ edges _ features _ inputs <<<"${covered:-? ? ? ? ? ?}"
    printf '%-14s %10s %8s %9s %8s   %s\n' "$name" "${runs:-?}" "$edges" "$features" "$inputs" "$result"
    [ "$result" = ok ] && return 0
    local input
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    grep -aE -m2 'Fatal error|ERROR: (AddressSanitizer|libFuzzer)' "$log" | sed 's/^/    /' || true
    grep -aE '^ +#[0-9]+ .*/Sources/' "$log" | grep -v /checkouts/ | head -4 || true
    echo "    again: (cd Fuzzing && SWIFT_BACKTRACE=enable=no BERTH_FUZZ=$name $program ${limits[*]} ${input:-$work/found/$name $work/seeds/$name})"
    return 1
}

if [ "${1:-}" = one ]; then
    run_one "${@:2}"
    exit
fi

# SwiftPM keeps sanitizers in a set. In another order they would be another command, for which all is compiled anew; and with the fuzzer
# before the address sanitizer the compiler counts no coverage, so both are named once more.
export SWIFT_DETERMINISTIC_HASHING=1
build=(swift build -c release --sanitize=address --sanitize=fuzzer -Xswiftc -sanitize=address,fuzzer)
build+=(-Xswiftc -enable-testing --product berth-fuzz)
"${build[@]}" >&2
program=$("${build[@]}" --show-bin-path)/berth-fuzz
# Swift's own report would come before libFuzzer's.
export SWIFT_BACKTRACE=enable=no
# Traps of Swift come as signals, with their place in the source where there is something that knows it.
export ASAN_OPTIONS=${ASAN_OPTIONS:-handle_abort=1:detect_leaks=0}
swift=$(readlink -f "$(command -v swift)")
export ASAN_SYMBOLIZER_PATH=${ASAN_SYMBOLIZER_PATH:-$(command -v llvm-symbolizer || echo "${swift%/*}/llvm-symbolizer")}

if [ "${1:-}" = seeds ]; then
    "$program" seeds Corpora
    exit
fi

seconds=${1:-30}
# Seeds are made anew each time, so that they follow the types.
mkdir -p "$work"
rm -rf "$work/seeds"
"$program" seeds "$work/seeds"
targets=$("$program" list)
wanted=("${@:2}")
if [ ${#wanted[@]} = 0 ]; then mapfile -t wanted < <(cut -f1 <<<"$targets"); fi
arguments=()
for name in "${wanted[@]}"; do
    bytes=$(awk -F '\t' -v name="$name" '$1 == name { print $2 }' <<<"$targets")
    [ -n "$bytes" ] || { printf 'there is no target %s; there are:\n%s\n' "$name" "$targets" >&2; exit 2; }
    mkdir -p "Corpora/$name"
    arguments+=("$name" "$bytes" "$seconds" "$program")
done
printf '%-14s %10s %8s %9s %8s   %s\n' target runs edges features inputs result
printf '%s\0' "${arguments[@]}" | xargs -0 -n 4 -P "${JOBS:-$(nproc)}" ../scripts/fuzz.sh one
