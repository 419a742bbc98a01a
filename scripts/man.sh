#!/usr/bin/env bash
# Writes the manual, a page for each command of berth, berthd and berth-telemetry, from their own help:
# scripts/man.sh FOLDER [debug|release]
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-.build/man/man1}
configuration=${2:-release}
# The plugin of swift-argument-parser writes below .build, and nowhere else without being asked about it.
swift package generate-manual --configuration "$configuration" --multi-page >/dev/null
made=.build/plugins/GenerateManual/outputs
[ -e "$made/berth/berth.1" ] || { echo "The plugin has made no pages in $made/berth" >&2; exit 1; }
mkdir -p "$folder"
# Empty lines of a discussion are paragraphs; as they stand, man warns of each.
for page in "$made"/*/*.1; do sed 's/^$/.Pp/' "$page" > "$folder/${page##*/}"; done
echo "$(find "$folder" -name '*.1' | wc -l) pages in $folder; look at one with: man -l $folder/berth.1"
