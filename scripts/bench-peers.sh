#!/usr/bin/env bash
# Measures Slurm and Berth one after the other on this machine, by the same loop of calls, and prints one table.
#
#   PEERS_NODES=27500    nodes of 8 GPUs that slurmctld is told of, at least 2000; half of them is the large request
#   PEERS_CPUS=8         processors of each such node; the cost of an allocation grows with nodes times processors
#   PEERS_COUNT=200      samples of each small request; the large ones have fewer, and the table says how many
#   PEERS_BERTHD=PATH    another daemon than .build/release/berthd, which is built when it is not there
#
# Slurm comes from Debian, and is installed when it is missing. It runs from a temporary folder, which is also its
# state's, with its own munged and on the loopback address alone. Nodes have no slurmd: slurmctld is told that they
# are idle. All that is started here is ended here.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin:/sbin"

nodes=${PEERS_NODES:-27500}
cpus=${PEERS_CPUS:-8}
count=${PEERS_COUNT:-200}
berthd=${PEERS_BERTHD:-.build/release/berthd}
fleet=config/fleets/colossus.yaml
half=$((nodes / 2))
others=1000
if [ "$nodes" -lt 2000 ] || [ "$nodes" -gt 27500 ] || [ "$count" -lt 4 ]; then
    echo "PEERS_NODES is 2000 to 27500, PEERS_COUNT at least 4" >&2
    exit 1
fi

home=$(mktemp -d "${TMPDIR:-/tmp}/berth-peers.XXXXXX")
chmod 711 "$home" # munge's clients want to reach its socket
export SLURM_CONF="$home/slurm.conf" BERTH_SOCKET="$home/berth.sock"
policy=
munged=
server=

finish() {
    local status=$?
    trap '' INT TERM # make passes a signal on, so it comes twice
    [ "$status" = 0 ] || [ ! -s "$home/log" ] || tail -n 5 "$home/log" >&2
    [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
    [ -z "$munged" ] || kill "$munged" 2>/dev/null || true
    wait 2>/dev/null || true
    [ -z "$policy" ] || "${as_root[@]}" rm -f "$policy"
    rm -rf "$home"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { echo "$*" >&2; }

# Installs what is missing; no service is started or left enabled by it.
install_slurm() {
    local packages=(slurmctld slurm-client slurm-wlm-basic-plugins libslurm-dev munge gcc libc6-dev)
    local new=() program service
    for program in slurmctld munged scontrol gcc; do
        command -v "$program" >/dev/null || new+=("$program")
    done
    if [ ${#new[@]} -eq 0 ] && [ -e /usr/include/slurm/slurm.h ]; then return; fi
    as_root=()
    if [ "$(id -u)" != 0 ]; then as_root=(sudo -n); fi
    if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
        say "Missing; type this and try again: sudo apt-get update && sudo apt-get install ${packages[*]}"
        exit 1
    fi
    say "Installing ${packages[*]}"
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
    fi
    "${as_root[@]}" apt-get update -q >/dev/null
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qy --no-install-recommends "${packages[@]}" >"$home/log" 2>&1
    for service in slurmctld munge; do
        [[ " ${new[*]} " = *" $service"?(d)" "* ]] || continue
        "${as_root[@]}" systemctl disable "$service" 2>/dev/null || true
    done
}

configure_slurm() {
    local port=26817
    while (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 2)); done
    cat >"$SLURM_CONF" <<CONF
ClusterName=peers
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
CommunicationParameters=NoCtldInAddrAny
AuthInfo=socket=$home/munge.sock
SlurmUser=$(id -un)
StateSaveLocation=$home/slurm
SlurmctldPidFile=$home/slurmctld.pid
SlurmctldLogFile=$home/log
SlurmdTimeout=0
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
GresTypes=gpu
SlurmdParameters=config_overrides
NodeName=n[00001-$(printf %05d "$nodes")] NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=1000000 Gres=gpu:8 State=FUTURE
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    (umask 077 && head -c 128 /dev/urandom >"$home/munge.key")
    munged --foreground --key-file="$home/munge.key" --socket="$home/munge.sock" --pid-file="$home/munge.pid" \
        --seed-file="$home/munge.seed" --log-file="$home/munge.log" >>"$home/log" 2>&1 &
    munged=$!
    await "$munged" test -S "$home/munge.sock"
}

# await PID COMMAND…: until the command succeeds, while the process lives, for at most two minutes.
await() {
    local process=$1 deadline=$((SECONDS + 120))
    shift
    until "$@" >/dev/null 2>&1; do
        if ! kill -0 "$process" 2>/dev/null || [ "$SECONDS" -gt "$deadline" ]; then
            say "$* never succeeded"
            exit 1
        fi
        sleep 0.01
    done
}

# start SIDE [keep]: an empty server, or the one that was, until it answers; sets server and ready_ms.
start() {
    local began
    [ "${2:-}" = keep ] || rm -rf "$home/$1" "$home/book-id"
    mkdir -p "$home/$1"
    began=$(date +%s%N)
    if [ "$1" = slurm ]; then
        slurmctld -D >/dev/null 2>&1 &
        server=$!
        await "$server" "$home/slurm-client" list
    else
        "$berthd" --fleet "$fleet" --state "$home/berth" --socket "$BERTH_SOCKET" \
            $([ "${2:-}" = keep ] || echo --initialise) >>"$home/log" 2>&1 &
        server=$!
        await "$server" "$home/berth-client" list
    fi
    ready_ms=$((($(date +%s%N) - began) / 1000000))
    if [ "$1" = slurm ] && [ "${2:-}" != keep ]; then idle_nodes; fi
}

# Three seconds after its start slurmctld asks every node to register, and one that does not answer stays unusable.
# Nodes of the future are not asked, so they become idle when that has passed; with SlurmdTimeout=0 they are not asked
# again.
idle_nodes() {
    sleep 8
    scontrol update nodename=ALL state=down reason=start
    scontrol update nodename=ALL state=idle
}

end() {
    kill -9 "$server"
    wait "$server" 2>/dev/null || true
    server=
}

# fact SIDE ROW TEXT, and measure SIDE ROW VERB…, whose samples become the row's percentiles.
fact() {
    echo "$2" >>"$home/rows"
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$home/facts"
}
measure() {
    local side=$1 row=$2
    shift 2
    say "$side: $row"
    echo "$row" >>"$home/rows"
    "$home/$side-client" "$@" |
        awk -v OFS='\t' -v side="$side" -v row="$row" '{ print side, row, $1, $2 }' >>"$home/samples"
}
memory() { fact "$1" "$2" "$(awk '$1 == "VmRSS:" { printf "%.0f MiB", $2 / 1024 }' "/proc/$server/status")"; }

side() {
    local side=$1 present run few=$((count / 4)) gangs=$((count / 4))
    [ "$gangs" -le $((nodes / 128)) ] || gangs=$((nodes / 128))
    start "$side"
    fact "$side" "start, empty" "$ready_ms ms"
    memory "$side" "resident, idle"
    for present in 0 $others; do
        [ "$present" = 0 ] || "$home/$side-client" fill "$present"
        measure "$side" "reservation of 1 node, $present others" reserve 1 "$count"
        measure "$side" "reservation of 64 nodes, $present others" reserve 64 "$count"
        measure "$side" "reservation of $half nodes, $present others" reserve "$half" "$few"
    done
    memory "$side" "resident, $others reservations"
    end

    start "$side"
    measure "$side" "test only, 1 GPU" test gpus 1 "$count"
    measure "$side" "allocate 1 GPU" allocate gpus 1 "$count"
    measure "$side" "allocate 8 GPUs of a node" allocate gpus 8 "$count"
    measure "$side" "allocate 64 nodes" allocate nodes 64 "$gangs"
    memory "$side" "resident, $((2 * count + gangs)) allocations"
    end
    for run in 1 2 3 4 5; do
        start "$side"
        measure "$side" "allocate $half nodes" allocate nodes "$half" 1
        end
    done

    start "$side"
    "$home/$side-client" fill 10
    end
    start "$side" keep
    fact "$side" "kept of 10 acknowledged reservations after kill -9" "$("$home/$side-client" list)"
    end
}

# The rows in the order measured, each side's p50 / p99 and number of samples.
table() {
    local version
    version=$(slurmctld -V | cut -d' ' -f2)
    echo "| what | Slurm $version, $nodes nodes | Berth, 59,008 nodes | what differs in the work |"
    echo "|---|---|---|---|"
    sort -t $'\t' -k 4,4g "$home/samples" |
        awk -F '\t' -f Benchmarks/peers/table.awk "$home/rows" "$home/facts" -
    cat <<TEXT

p50 / p99 (samples); one client, one call at a time. A reservation lasts a day and begins in a day; an allocation
begins at once, lasts 10 hours and stays. Slurm's nodes have $cpus processors and no slurmd; Berth's requests for nodes
are for those of 8 GPUs, of which it has 25,024; its daemon is $berthd.
Machine: $machine, state on $(df --output=fstype "$home" | tail -n 1);
load $load at the start, $(cut -d' ' -f1 /proc/loadavg) at the end.
TEXT
}

install_slurm
if [ ! -x "$berthd" ] && [ -z "${PEERS_BERTHD:-}" ]; then
    say "Building berthd"
    make build >&2
fi
gcc -std=gnu17 -O2 -Wall -o "$home/slurm-client" Benchmarks/peers/slurm-client.c -lslurm
gcc -std=gnu17 -O2 -Wall -o "$home/berth-client" Benchmarks/peers/berth-client.c
machine="$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), Linux $(uname -r)"
load=$(cut -d' ' -f1 /proc/loadavg)
configure_slurm
side slurm
side berth
table
