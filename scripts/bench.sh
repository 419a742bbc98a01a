#!/usr/bin/env bash
# Measures Berth on the default fleet and prints one table: the rows of docs/performance.md.
#
#   BENCH_RUNS=3          runs of each row over the socket; the median is printed
#   BENCH_LEASES=100000   live leases for restart, memory and waiting polls
#   BENCH_FACTS=1000000   facts behind the long restart
#   BENCH_CORE=no         leaves the packing core and the benchmarks of books out
#   BENCH_FIGURES=docs/figures   keeps the core's numbers and the figure made from them there
#   BENCH_LOAD=no         leaves everything over the socket out
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${BENCH_RUNS:-3}
live=${BENCH_LEASES:-100000}
facts=${BENCH_FACTS:-1000000}
fleet=config/fleets/colossus.yaml
home=$(mktemp -d "${TMPDIR:-/tmp}/berth-bench.XXXXXX")
socket="$home/berth.sock"
table="$home/table"
daemon=
nginx=
# The large sample book is made once and read by everything that needs it.
export BERTH_BENCHMARK_BOOKS=${BERTH_BENCHMARK_BOOKS:-$home}

finish() {
    [ -z "$nginx" ] || kill "$nginx" 2>/dev/null || true
    [ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$home"
}
trap finish EXIT

say() { echo "$*" >&2; }
row() { printf '%s\t%s\n' "$1" "$2" | tee -a "$table" >&2; }

# The median line of several runs, by the rate after the name.
median() {
    local run
    for ((run = 0; run < runs; run++)); do "$@"; done |
        awk -F': ' '{ split($2, rate, " "); print rate[1] "\t" $0 }' | sort -n | sed -n "$(((runs + 1) / 2))p" | cut -f2-
}
load_row() {
    local line
    line=$(median "$load" "$@" --socket "$socket" --pid "$daemon")
    row "${line%%: *}" "${line#*: }"
}
median_of() { sort -n | sed -n "$(((runs + 1) / 2))p"; }

# start STATE [OPTION…]: starts the daemon; sets daemon and ready_ms.
start() {
    local state=$1 began ended
    shift
    began=$(date +%s%N)
    "$berthd" --fleet "$fleet" --state "$state" --socket "$socket" "$@" 2>>"$home/log" &
    daemon=$!
    ended=$("$load" ready --socket "$socket")
    ready_ms=$(((ended - began) / 1000000))
}
end() {
    kill "-$1" "$daemon"
    wait "$daemon" 2>/dev/null || true
    daemon=
}
# ticks PID: the processor time of a process so far, in ticks of the kernel.
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }
memory() { awk -v field="$1:" '$1 == field { printf "%.1f MB", $2 * 1024 / 1e6 }' "/proc/$daemon/status"; }

figures=${BENCH_FIGURES:-$home}

say "Building"
make build >&2
berthd="$(swift build -c release --show-bin-path)/berthd"
swift build --package-path Benchmarks -c release --product berth-load >&2
swift build --package-path Benchmarks -c release --product berth-fill >&2
swift build --package-path Benchmarks -c release --product berth-core >&2
binaries=$(swift build --package-path Benchmarks -c release --show-bin-path)
load="$binaries/berth-load"
fill="$binaries/berth-fill"
core="$binaries/berth-core"

row "machine" "$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), Linux $(uname -r), load $(cut -d' ' -f1 /proc/loadavg) at the start"

if [ "${BENCH_CORE:-yes}" = yes ]; then
    mkdir -p "$figures"
    "$core" table --csv "$figures/core.csv" | tee "$home/core-table" >&2
    "$core" refusals | tee "$home/refusals" >&2
    "$core" forks | tee "$home/forks" >&2
    "$core" growth --csv "$figures/core-scaling.csv" --svg "$figures/core-scaling.svg" >&2
    # One process for each benchmark; the sandbox would keep the book from being kept between them.
    swift package --package-path Benchmarks --disable-sandbox benchmark --target CoreBenchmarks --no-progress \
        --time-units microseconds >"$home/core"
    cat "$home/core" >&2
fi

if [ "${BENCH_LOAD:-yes}" = yes ]; then
    line=$("$load" sync --file "$home/sync")
    row "${line%%: *}" "${line#*: }"

    start "$home/state" --initialise
    row "first start to READY" "$ready_ms ms"
    row "resident, no leases" "$(memory VmRSS)"
    "$load" tenants --socket "$socket" --count 101
    "$load" leases --socket "$socket" --tenant load-100 --connections 1 --count 3 >&2

    load_row leases --connections 1 --count 2000
    load_row leases --connections 64 --count 5000
    load_row leases --connections 64 --count 5000 --keys yes
    load_row batch --size 256 --connections 1 --count 5120
    load_row batch --size 256 --connections 1 --count 5120 --atomic yes

    taken=$((3 + runs * 22240))
    if [ "$taken" -lt "$live" ]; then
        "$load" batch --socket "$socket" --size 256 --connections 2 --count $((live - taken)) >&2
    fi
    row "resident, about $live live leases" "$(memory VmRSS), highest $(memory VmHWM)"
    load_row leases --connections 64 --count 2000

    # One core for the server, one for the client, as with nginx below.
    if [ "$(nproc)" -ge 2 ]; then
        taskset -a -p -c 0 "$daemon" >/dev/null
        pin=(taskset -c 1)
    else
        pin=()
    fi
    path=/v1/tenants/load-100/allocation
    for match in no yes; do
        line=$(median "${pin[@]}" "$load" poll --tenant load-100 --count 100000 --match $match \
            --socket "$socket" --pid "$daemon")
        row "${line%%: *}" "${line#*: }"
    done
    if command -v nginx >/dev/null && command -v h2load >/dev/null && command -v curl >/dev/null; then
        mkdir -p "$home/www/v1/tenants/load-100"
        curl -s --unix-socket "$socket" "http://localhost$path" >"$home/www$path"
        tag=$(curl -s -D - -o /dev/null --unix-socket "$socket" "http://localhost$path" |
            tr -d '\r' | awk 'tolower($1) == "etag:" { print $2 }')
        cat >"$home/nginx.conf" <<CONF
daemon off; worker_processes 1; error_log $home/nginx.log; pid $home/nginx.pid;
$([ "$(id -u)" = 0 ] && echo "user root;")
events { worker_connections 1024; }
http {
    access_log off; default_type application/json; keepalive_requests 1000000000; open_file_cache max=16;
    client_body_temp_path $home/t1; proxy_temp_path $home/t2; fastcgi_temp_path $home/t3;
    uwsgi_temp_path $home/t4; scgi_temp_path $home/t5;
    server { listen unix:$home/nginx.sock; root $home/www; }
}
CONF
        "${pin[@]/1/0}" nginx -c "$home/nginx.conf" &
        nginx=$!
        until [ -S "$home/nginx.sock" ]; do kill -0 "$nginx" || exit 1; sleep 0.1; done
        nginx_tag=$(curl -s -D - -o /dev/null --unix-socket "$home/nginx.sock" "http://localhost$path" |
            tr -d '\r' | awk 'tolower($1) == "etag:" { print $2 }')
        # A worker serves; its master only waits.
        nginx_worker=$(pgrep -P "$nginx" | head -n 1)
        # polls PID SOCKET [HEADER]: polls a second by h2load, and the server's processor time for each in microseconds.
        polls() {
            local run before
            for ((run = 0; run < runs; run++)); do
                before=$(ticks "$1")
                "${pin[@]}" h2load --h1 -t 1 -c 64 -n 100000 --base-uri="unix:$2" ${3:+-H "$3"} "http://localhost$path" |
                    awk '/^finished in/ { rate = $4 } /^status codes:/ { ok = $3 + $5 } END { print (ok == 100000 ? int(rate) : 0) }' |
                    tr '\n' ' '
                echo "$((($(ticks "$1") - before) * 1000000 / $(getconf CLK_TCK) / 1000))e-2"
            done | sort -n | sed -n "$(((runs + 1) / 2))p"
        }
        # Both answer each request in turn, so that what else goes on falls on both.
        for match in 200 304; do
            if [ "$match" = 200 ]; then berth_header='' nginx_header=''; else
                berth_header="if-none-match: $tag" nginx_header="if-none-match: $nginx_tag"
            fi
            read -r berth_rate berth_cpu < <(polls "$daemon" "$socket" "$berth_header")
            read -r nginx_rate nginx_cpu < <(polls "$nginx_worker" "$home/nginx.sock" "$nginx_header")
            row "poll by h2load over a Unix socket, $(stat -c %s "$home/www$path") bytes, $match" "$(awk \
                -v b="$berth_rate" -v n="$nginx_rate" -v bc="$berth_cpu" -v nc="$nginx_cpu" 'BEGIN {
                    printf "%d/s, server CPU %.1f us each; nginx %d/s, %.1f us each, the same bytes; ", b, bc, n, nc
                    printf "ratio of rates %.2f, of processor time %.2f", b / n, nc / bc }')"
        done
        kill "$nginx"
        wait "$nginx" 2>/dev/null || true
        nginx=
    else
        row "poll beside nginx" "skipped: nginx, h2load or curl is not installed"
    fi
    end KILL

    for ((run = 0; run < runs; run++)); do
        start "$home/state"
        echo "$ready_ms"
        end KILL
    done >"$home/restarts"
    row "restart after kill -9, about $live live leases" "READY in $(median_of <"$home/restarts") ms"

    if [ "$(ulimit -n)" -ge 11000 ] || ulimit -n 11000 2>/dev/null; then
        start "$home/state"
        "$load" idle --socket "$socket" --pid "$daemon" --polls 10000 --tenants 10 >"$home/idle" || say "waiting polls failed"
        while IFS= read -r line; do row "${line%%: *}" "${line#*: }"; done <"$home/idle"
        end TERM
    else
        row "10000 idle polls" "skipped: ulimit -n is under 11000"
    fi

    # The same requests by a tenant, which is told nothing of how the fleet is packed.
    BERTHD_ROLES_OPERATORS=user:nobody BERTHD_ROLES_TENANTS="user:$(id -un)=load-0" start "$home/state"
    line=$(median "$load" leases --tenant load-0 --connections 64 --count 5000 --socket "$socket" --pid "$daemon")
    row "as a tenant: ${line%%: *}" "${line#*: }"
    end KILL
    rm -rf "$home/state" "$home/book-id"

    "$fill" "$home/state" "$live" "$facts" >"$home/fill"
    while IFS= read -r line; do row "${line%%: *}" "${line#*: }"; done < <(grep ': ' "$home/fill")
    for ((run = 0; run < runs; run++)); do
        start "$home/state"
        echo "$ready_ms"
        resident=$(memory VmRSS)
        end KILL
    done >"$home/restarts"
    row "restart after kill -9, $facts facts, $live live leases" "READY in $(median_of <"$home/restarts") ms"
    row "resident after that restart" "$resident"
fi

echo
[ ! -f "$home/core-table" ] || cat "$home/core-table"
[ ! -f "$home/refusals" ] || { echo && cat "$home/refusals"; }
[ ! -f "$home/forks" ] || { echo && cat "$home/forks"; }
echo "Medians of $runs runs where a row has several; load $(cut -d' ' -f1 /proc/loadavg) at the end."
column -t -s $'\t' "$table"
