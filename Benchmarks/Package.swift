// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "berth-benchmarks",
    dependencies: [
        .package(name: "berth", path: ".."),
        // Without its default traits: they interpose malloc and the runtime, and change what is measured.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        .target(
            name: "SampleFleets",
            dependencies: [.product(name: "BerthCore", package: "berth")],
            swiftSettings: strict
        ),
        // Stands before malloc in the program that it is linked into, so only berth-core has it.
        .target(name: "Probes"),
        .executableTarget(
            name: "berth-core",
            dependencies: ["Probes", "SampleBooks", "SampleFleets", .product(name: "BerthCore", package: "berth")],
            swiftSettings: strict
        ),
        .target(
            name: "SampleBooks",
            dependencies: [.product(name: "BerthCore", package: "berth")],
            swiftSettings: strict
        ),
        // The plug-in wants the folder above a target of benchmarks to be named Benchmarks.
        .executableTarget(
            name: "CoreBenchmarks",
            dependencies: [
                "SampleBooks",
                .product(name: "BerthCore", package: "berth"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Sources/Benchmarks/CoreBenchmarks",
            swiftSettings: strict,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        ),
        .executableTarget(name: "berth-load", swiftSettings: strict),
        .executableTarget(
            name: "berth-fill",
            dependencies: [
                "SampleBooks",
                .product(name: "BerthCore", package: "berth"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
    ]
)
