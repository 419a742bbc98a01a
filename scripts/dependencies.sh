#!/usr/bin/env bash
# Installs the C libraries that are missing where that is allowed, and otherwise says the one command to type.
set -euo pipefail

declare -A header=(
    [libsystemd-dev]=systemd/sd-daemon.h
    [libnuma-dev]=numa.h
    [zlib1g-dev]=zlib.h
    [libsqlite3-dev]=sqlite3.h
)
missing=()
for package in libsystemd-dev libnuma-dev libsqlite3-dev zlib1g-dev; do
    [ -e "/usr/include/${header[$package]}" ] || missing+=("$package")
done
command -v pkg-config >/dev/null || missing+=(pkg-config)
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v swift >/dev/null; then
    echo "Swift 6.3 is needed: see https://www.swift.org/install/linux/" >&2
    exit 1
fi
install="apt-get update && apt-get install -y ${missing[*]}"
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing ${missing[*]}"
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -qy "${missing[@]}" >/dev/null
elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then
    echo "Installing ${missing[*]}"
    sudo apt-get update -q >/dev/null
    sudo DEBIAN_FRONTEND=noninteractive apt-get install -qy "${missing[@]}" >/dev/null
else
    echo "Missing: ${missing[*]}. Type this and try again:" >&2
    echo "  sudo sh -c '$install'" >&2
    exit 1
fi
