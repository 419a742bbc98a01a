#!/usr/bin/env bash
# Runs the daemon in a virtual machine of two NUMA nodes, and looks where it is: scripts/test-numa.sh [FOLDER OF THE PROGRAMS]
#
# KERNEL=FILE names a Linux kernel; without it one in /boot is taken, or Debian's cloud kernel is fetched with apt. Where
# something is missing it says so, and ends with 3.
set -euo pipefail
cd "$(dirname "$0")/.."

cannot() {
    echo "# Berth was NOT tested on NUMA nodes here: $1" >&2
    exit 3
}
for tool in qemu-system-x86_64 busybox cpio gzip; do
    command -v "$tool" >/dev/null || cannot "$tool is missing: apt-get install qemu-system-x86 busybox-static cpio"
done
programs=$(realpath "${1:-$(swift build -c release --show-bin-path)}")
[ -x "$programs/berthd" ] || { echo "There is no $programs/berthd; build it first" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

kernel=${KERNEL:-$(find /boot -name "vmlinuz-*" | sort | tail -1)}
if [ -z "$kernel" ]; then
    image=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '/Depends:/ { print $2 }')
    [ -n "$image" ] || cannot "there is no kernel in /boot and none to fetch; name one with KERNEL="
    (cd "$folder" && apt-get -qq download "$image" && dpkg-deb -x "$image"_*.deb kernel) 2>/dev/null || cannot "$image cannot be fetched"
    kernel=$(ls -1 "$folder"/kernel/boot/vmlinuz-*)
fi

# A root of nothing but busybox, the programs and what they are linked with.
root=$folder/root
mkdir -p "$root"/{bin,proc,sys,dev,tmp,run,etc,var}
cp "$(command -v busybox)" "$root/bin/busybox"
for program in berthd berth; do
    cp "$programs/$program" "$root/bin/"
    ldd "$programs/$program" | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "$root$(dirname "$library")"
        cp -Ln "$library" "$root$library"
    done
done
cp config/fleets/colossus.yaml "$root/etc/fleet.yaml"
echo 'root:x:0:0:root:/:/bin/sh' > "$root/etc/passwd"
cat > "$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev; ip link set lo up
serve() { # OPTIONS…
    berthd --fleet /etc/fleet.yaml --state /var/state --socket /run/s "$@" 2>/run/log &
    daemon=$!
    until berth status --socket /run/s >/run/status 2>/dev/null; do kill -0 $daemon || { cat /run/log; poweroff -f; }; sleep 0.2; done
    berth status --socket /run/s -o json > /run/json
}
threads() { # NAME: the processors of threads of that name
    for task in /proc/$daemon/task/*; do
        grep -q "^$1" $task/comm && sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' $task/status
    done | sort -u
}
report() {
    echo "$1 share: $(tr -d ' \n' < /run/json | sed -n 's/.*"bookPercent":\([0-9]*\).*/\1/p')"
    echo "$1 status: $(tr -d ' \n' < /run/json | grep -o '"numa":{[^}]*}')"
    echo "$1 line: $(grep 'NUMA node' /run/status)"
    echo "$1 scheduler: $(threads scheduler)"
    echo "$1 network: $(threads NIO-SGLTN)"
    kill $daemon; wait $daemon
}
serve --initialise; report most-free
BERTHD_NUMA_NODE=0; export BERTHD_NUMA_NODE; serve; report configured
BERTHD_NUMA_NODE=7; berthd --fleet /etc/fleet.yaml --state /var/state --socket /run/s 2>/run/log; echo "unknown node: $? $(cat /run/log)"
echo finished
poweroff -f
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$folder/initrd"

# Node 0 has processors 0 and 1, node 1 has 2 and 3 and by far the most memory.
# It is emulated: a machine that is virtual itself does not always have a KVM that can do everything. ACCELERATION=kvm asks for that.
timeout 1200 qemu-system-x86_64 -accel "${ACCELERATION:-tcg}" -cpu max -m 3G -smp 4 -nographic -no-reboot -nodefaults -serial stdio \
    -object memory-backend-ram,id=m0,size=1G -object memory-backend-ram,id=m1,size=2G \
    -numa node,nodeid=0,cpus=0-1,memdev=m0 -numa node,nodeid=1,cpus=2-3,memdev=m1 \
    -kernel "$kernel" -initrd "$folder/initrd" -append "console=ttyS0 quiet panic=-1" < /dev/null > "$folder/console" 2>&1 || true
tr -d '\r' < "$folder/console" | grep -oE '(most-free|configured|unknown|finished).*' > "$folder/said" || true
cat "$folder/said"

failures=0
expect() { # TEXT: a line that must be there
    grep -qF -- "$1" "$folder/said" || { echo "  FAIL  there is no: $1"; failures=$((failures + 1)); }
}
expect 'most-free status: "numa":{"nodes":2,"node":1'
expect "most-free line: scheduler: NUMA node 1 of 2"
expect "most-free scheduler: 2-3"
expect "most-free network: 0-1"
expect 'configured status: "numa":{"nodes":2,"node":0'
expect "configured scheduler: 0-1"
expect "configured network: 2-3"
expect "unknown node: 78"
expect "finished"
# By the kernel's own count of the pages that a start took for the book.
for start in most-free configured; do
    share=$(sed -n "s/^$start share: //p" "$folder/said")
    [ "${share:-0}" -ge 90 ] || { echo "  FAIL  $start: ${share:-no} percent of the book's memory is on the node"; failures=$((failures + 1)); }
done
if [ "$failures" != 0 ]; then tail -20 "$folder/console"; exit 1; fi
echo "the scheduler and its memory are on one node, and the network is on the other"
