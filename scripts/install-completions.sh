#!/usr/bin/env bash
# Installs what shells need to complete berth's command lines: scripts/install-completions.sh PREFIX
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=${1:-$HOME/.local}
berth="$(swift build -c release --show-bin-path)/berth"
install_for() {
    mkdir -p "$(dirname "$2")"
    "$berth" completion "$1" > "$2"
    echo "$1: $2"
}
install_for bash "$prefix/share/bash-completion/completions/berth"
install_for zsh "$prefix/share/zsh/site-functions/_berth"
install_for fish "$prefix/share/fish/vendor_completions.d/berth.fish"
echo "zsh needs this before compinit: fpath=($prefix/share/zsh/site-functions \$fpath)"
