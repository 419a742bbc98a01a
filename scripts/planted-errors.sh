#!/usr/bin/env bash
# Plants errors in the packing core, one at a time, and says which of them its tests notice.
#
#   scripts/planted-errors.sh [COUNT] [SEED]
#
# An error is one comparison, sum or condition turned round, at a place that SEED draws. The core is copied with its tests to a
# package of its own, so that one error takes a minute and the checkout stays as it is. What survives is printed: an error
# there changes no answer, only how soon it is found, or the tests have a hole.
set -euo pipefail
cd "$(dirname "$0")/.."
count=${1:-10}
seed=${2:-1}
[[ $count =~ ^[1-9][0-9]*$ && $seed =~ ^[0-9]+$ ]] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/Sources/Simulation" "$folder/Tests"
cp -r Sources/FleetModel Sources/Packing Sources/CVectorScan "$folder/Sources/"
# Of the simulation what the tests compare with: the slow model of a placement.
cp Sources/Simulation/Model/Slow*.swift "$folder/Sources/Simulation/"
cp -r Tests/PackingTests "$folder/Tests/"
yams=$(grep -o '.package(url: "[^"]*/Yams"[^)]*)' Package.swift)
cat >"$folder/Package.swift" <<SWIFT
// swift-tools-version: 6.2
import PackageDescription
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let package = Package(
    name: "planted", dependencies: [$yams],
    targets: [
        .systemLibrary(name: "CVectorScan"),
        .target(
            name: "FleetModel", dependencies: [.product(name: "Yams", package: "Yams")],
            resources: [.embedInCode("Catalogue/platforms.yaml")], swiftSettings: strict),
        .target(name: "Packing", dependencies: ["FleetModel", "CVectorScan"], swiftSettings: strict),
        .target(name: "Simulation", dependencies: ["FleetModel", "Packing"], swiftSettings: strict),
        .testTarget(
            name: "PackingTests", dependencies: ["FleetModel", "Packing", "Simulation"], swiftSettings: strict),
    ])
SWIFT
options=(-c release -Xswiftc -enable-testing --package-path "$folder")
log="$folder/log"

# Whether the core as it is now builds and passes: 0; builds and fails: 1; does not build: 2.
try() {
    swift build "${options[@]}" --build-tests >"$log" 2>&1 || return 2
    timeout 300 swift test "${options[@]}" --skip-build >"$log" 2>&1 && return 0
    # An error that never ends leaves its test behind.
    pkill -KILL -f "$folder/.build" || true
    return 1
}

echo "building the core and its tests as they are"
try || { cat "$log"; echo "the core fails without a planted error"; exit 1; }

python3 - "$folder" "$count" "$seed" >"$folder/errors" <<'PYTHON'
import glob, random, re, sys

folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
turned = {" < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > ", " == ": " != ", " != ": " == ", " && ": " || ",
          " || ": " && ", " + ": " - ", " - ": " + ", "min(": "max(", "max(": "min("}
places = []
for name in sorted(glob.glob(folder + "/Sources/Packing/S[et]*/*.swift")):
    for number, line in enumerate(open(name, encoding="utf-8")):
        code = line.split("//")[0]
        if "precondition" in code or "func " in code or "operator" in code:
            continue
        for token in turned:
            for match in re.finditer(re.escape(token), code):
                places.append((name, number, match.start(), token, turned[token]))
random.Random(seed).shuffle(places)
for place in places[:count * 3]:
    print(*place[:3], place[3].strip(), place[4].strip(), sep="\t")
PYTHON

noticed=0 survived=0
while IFS=$'\t' read -r file line column from to && ((noticed + survived < count)); do
    cp "$file" "$folder/before"
    python3 - "$file" "$line" "$column" "$from" "$to" <<'PYTHON'
import sys

name, line, column, before, after = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
lines = open(name, encoding="utf-8").read().split("\n")
head, tail = lines[line][:column], lines[line][column:]
lines[line] = head + tail.replace(before, after, 1)
open(name, "w", encoding="utf-8").write("\n".join(lines))
PYTHON
    where="${file#"$folder"/}:$((line + 1)): $from as $to"
    status=0
    try || status=$?
    case $status in
    0) survived=$((survived + 1)) && echo "SURVIVED $where" && sed -n "$((line + 1))s/^ */    /p" "$file" ;;
    1) noticed=$((noticed + 1)) && echo "noticed  $where" ;;
    2) echo "no build $where" ;;
    esac
    cp "$folder/before" "$file"
done <"$folder/errors"
echo "$noticed of $((noticed + survived)) planted errors were noticed"
