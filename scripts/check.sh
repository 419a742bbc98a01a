#!/usr/bin/env bash
# Format, lint and layering, in under a minute on a built tree.
set -euo pipefail
cd "$(dirname "$0")/.."

swift format lint --strict --recursive --parallel Sources Tests Benchmarks/Sources Package.swift Benchmarks/Package.swift
for file in scripts/*.sh .ci/run; do bash -n "$file"; done
swift test --filter LayeringTests
