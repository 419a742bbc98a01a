#!/usr/bin/env bash
# Format, lint and layering, in under a minute on a built tree.
set -euo pipefail
cd "$(dirname "$0")/.."

swift format lint --strict --recursive --parallel Sources Tests Benchmarks/Sources Fuzzing/Sources/berth-fuzz \
    Package.swift Benchmarks/Package.swift Fuzzing/Package.swift
for file in scripts/*.sh .ci/run; do bash -n "$file"; done
swift test --filter LayeringTests
