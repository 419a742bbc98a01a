#!/usr/bin/env bash
# Boots a systemd of its own, installs Berth there and puts it through its life: scripts/test-systemd.sh [FOLDER OF THE PROGRAMS]
#
# Needs root, unshare and systemd on this machine; where one of them is missing it says so, and ends with 3.
#
# ROOT=FOLDER boots the Debian in that folder instead of this machine's, for a newer systemd:
#   mmdebstrap --variant=minbase --include=systemd,dbus,python3,openssl,curl,iproute2,libnuma1,libsqlite3-0,libstdc++6 trixie FOLDER
# LEASES=100000 is with how many leases READY is measured, POLLS=1000 how many polls then wait. SUITES="NAME…" are the system tests that
# run in the sandbox; KEEP_LOG=FILE keeps what they say.
set -euo pipefail
cd "$(dirname "$0")/.."

cannot() {
    echo "################################################################" >&2
    echo "# Berth was NOT tested under systemd here: $1" >&2
    echo "################################################################" >&2
    exit 3
}
[ "$(id -u)" = 0 ] || cannot "it needs root"
for tool in unshare nsenter python3 openssl curl setpriv systemd-analyze dpkg-deb dpkg-shlibdeps; do
    command -v "$tool" >/dev/null || cannot "$tool is missing"
done
[ -x "${ROOT:-}/lib/systemd/systemd" ] || cannot "there is no ${ROOT:-}/lib/systemd/systemd"
unshare --pid --fork --mount --uts --ipc --cgroup --net --propagation private \
    bash -c 'mount -t tmpfs tmpfs /mnt && mkdir /mnt/c && mount -t cgroup2 cgroup2 /mnt/c' 2>/dev/null \
    || cannot "it may not make namespaces and cgroups of its own"

programs=$(realpath "${1:-$(swift build -c release --show-bin-path)}")
[ -x "$programs/berthd" ] || { echo "There is no $programs/berthd; build it first" >&2; exit 1; }
folder=$(mktemp -d /tmp/berth-systemd-XXXXXX)
log=$folder.log

# Two releases of the package, of the same programs.
for version in 0.0.1 0.0.2; do VERSION=$version COMPRESSION=none scripts/deb.sh "$folder.packages" "$programs" >/dev/null; done

# Runs before the new systemd does, with the root that it will have. Libraries are those of programs that are not linked statically.
cat > "$folder.prepare" <<PREPARE
#!/usr/bin/env bash
set -euo pipefail
test="\$1/opt/berth-test"
mkdir -p "\$test/programs" "\$test/repository"
cp "$PWD"/scripts/systemd/*.py "$folder.packages"/*.deb "$PWD/config/fleets/small.yaml" "\$test/"
mount --bind -o ro "$programs" "\$test/programs"
mount --bind -o ro "$PWD" "\$test/repository"
for program in berthd berth berth-telemetry berthPackageTests.xctest; do
    [ -e "$programs/\$program" ] || continue
    ldd "$programs/\$program" | grep -o '/[^ ]*' | while read -r library; do
        [ -e "\$1\$library" ] || install -D -m 755 "\$library" "\$1\$library"
    done
done
PREPARE
chmod +x "$folder.prepare"
prepare="$folder.prepare" setsid scripts/systemd/boot.sh "$folder" >"$log" 2>&1 &
unshare=$!
finish() {
    kill -KILL "$unshare" 2>/dev/null || true
    wait "$unshare" 2>/dev/null || true
    rm -rf "$folder" "$folder".*
}
trap finish EXIT

# Process 1 of the new namespaces is the child of the one that made them.
pid=
for _ in $(seq 200); do
    pid=$(pgrep -P "$unshare" 2>/dev/null | head -1 || true)
    if [ -n "$pid" ] && nsenter -t "$pid" -m -p --root="/proc/$pid/root" systemctl is-system-running 2>/dev/null \
        | grep -qE 'running|degraded'; then
        break
    fi
    kill -0 "$unshare" 2>/dev/null || { cat "$log" >&2; echo "systemd did not come up" >&2; exit 1; }
    sleep 0.1
done
# shellcheck source=scripts/systemd/checks.sh
. scripts/systemd/checks.sh
