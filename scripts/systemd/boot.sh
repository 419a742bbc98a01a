#!/usr/bin/env bash
# Boots a systemd of its own in new namespaces over a copy of this machine's root: boot.sh FOLDER
#
# ROOT=FOLDER takes the Debian in that folder instead. $prepare is run with the new root before systemd is. Whoever ends the process that
# this makes ends all of it. Nothing it does reaches this machine: the root is an overlay, /dev, /run, /tmp and the cgroups are new, and
# the network has a loopback of its own.
set -euo pipefail

folder=$1
mkdir -p "$folder"
export folder ROOT="${ROOT:-/}"
exec unshare --pid --fork --kill-child --mount --uts --ipc --cgroup --net --propagation private bash -euc '
    mount -t tmpfs tmpfs "$folder" -o size=2g
    mkdir "$folder/upper" "$folder/work" "$folder/root"
    mount -t overlay overlay -o "lowerdir=$ROOT,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
    root=$folder/root
    mount -t proc proc "$root/proc"
    mount --bind -o ro "$root/proc/sys" "$root/proc/sys"
    mount -t tmpfs tmpfs "$root/dev" -o mode=755
    for node in null zero full random urandom tty; do
        : > "$root/dev/$node"
        mount --bind "/dev/$node" "$root/dev/$node"
    done
    mkdir "$root/dev/pts" "$root/dev/shm"
    mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    for part in dev/shm tmp var/tmp; do mount -t tmpfs tmpfs "$root/$part" -o mode=1777; done
    for part in run var/log; do mount -t tmpfs tmpfs "$root/$part" -o mode=755; done
    mount -t sysfs sysfs "$root/sys"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    # systemd hands mounts of credentials over by propagation, and in a container leaves it to whoever made that.
    mount --make-rshared /
    ip link set lo up 2>/dev/null || true
    hostname berth-test
    : > "$root/etc/machine-id"
    # Of this machine, only what systemd itself brings is started.
    rm -rf "$root/etc/systemd/system" && mkdir -p "$root/etc/systemd/system" "$root/var/log/journal"
    for unit in systemd-sysctl systemd-modules-load systemd-udevd systemd-udev-trigger kmod-static-nodes; do
        ln -s /dev/null "$root/etc/systemd/system/$unit.service"
    done
    "$prepare" "$root"
    exec env -i container=berth PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" \
        /lib/systemd/systemd --unit=basic.target --log-target=journal --show-status=no
'
