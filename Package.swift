// swift-tools-version: 6.2
import PackageDescription

/// Every target builds with the same strict settings; in CI a warning is an error.
let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

let package = Package(
    name: "berth",
    products: [
        .executable(name: "berthd", targets: ["berthd"]),
        .executable(name: "berth", targets: ["berth"]),
        .executable(name: "berth-telemetry", targets: ["berth-telemetry"]),
        // The benchmarks are a package of their own and drive these two directly.
        .library(name: "BerthCore", targets: ["FleetModel", "Packing", "Leasing", "Journaling", "Scheduling"]),
        .library(name: "BerthClient", targets: ["ControlAPI", "ControlClient"]),
        // The fuzz targets are a package of their own too, and read bytes with all that reads them.
        .library(
            name: "BerthDecoders",
            targets: [
                "ControlServer", "DaemonLog", "MerkleLog", "Recurrence", "Simulation", "Supervision", "Telemetry",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CVectorScan"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CNuma", pkgConfig: "numa", providers: [.apt(["libnuma-dev"])]),

        .target(
            name: "FleetModel",
            dependencies: [.product(name: "Yams", package: "Yams")],
            resources: [.embedInCode("Catalogue/platforms.yaml")],
            swiftSettings: strict
        ),
        .target(name: "Recurrence", dependencies: ["FleetModel"], swiftSettings: strict),
        .target(
            name: "Packing",
            dependencies: ["FleetModel", "CVectorScan"],
            swiftSettings: strict + [.strictMemorySafety()]
        ),
        .target(name: "Telemetry", dependencies: ["FleetModel"], swiftSettings: strict),
        .target(
            name: "DaemonLog",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Leasing",
            dependencies: [
                "FleetModel", "Packing",
                .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "MerkleLog",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(
            name: "Journaling",
            dependencies: [
                "MerkleLog",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Scheduling",
            dependencies: [
                "DaemonLog", "FleetModel", "Packing", "Leasing", "Journaling", "MerkleLog",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(name: "ControlAPI", swiftSettings: strict),
        .target(
            name: "ControlClient",
            dependencies: [
                "ControlAPI",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "ControlServer",
            dependencies: [
                "CZlib", "DaemonLog", "FleetModel", "Recurrence", "Packing", "Leasing", "Scheduling", "Telemetry",
                "ControlAPI",
                "MerkleLog",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Supervision",
            dependencies: ["CSystemd", "CNuma", "DaemonLog", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .target(
            name: "Simulation",
            dependencies: [
                "FleetModel", "Packing", "Leasing", "Scheduling", "Journaling", "MerkleLog",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "berth-proof",
            dependencies: [
                "ControlAPI", "FleetModel", "Packing", "Simulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "berthd",
            dependencies: [
                "ControlAPI", "ControlServer", "DaemonLog", "FleetModel", "Journaling", "Leasing", "MerkleLog",
                "Scheduling", "Simulation", "Supervision", "Telemetry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "berth",
            dependencies: [
                "ControlAPI", "ControlClient", "FleetModel", "MerkleLog", "Packing", "Simulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "berth-telemetry",
            dependencies: [
                "ControlAPI", "ControlClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),

        .testTarget(name: "FleetModelTests", dependencies: ["FleetModel"], swiftSettings: strict),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "FleetModel"], swiftSettings: strict),
        .testTarget(name: "MerkleLogTests", dependencies: ["MerkleLog"], swiftSettings: strict),
        .testTarget(name: "RecurrenceTests", dependencies: ["Recurrence", "FleetModel"], swiftSettings: strict),
        .testTarget(
            name: "PackingTests", dependencies: ["Packing", "FleetModel", "Simulation"], swiftSettings: strict),
        .testTarget(name: "LeasingTests", dependencies: ["Leasing", "Packing", "FleetModel"], swiftSettings: strict),
        // A disk in memory for tests: it fails and forgets on purpose.
        .target(
            name: "FaultDisk",
            dependencies: ["Journaling", .product(name: "GRDBSQLite", package: "GRDB.swift")],
            path: "Tests/FaultDisk",
            swiftSettings: strict
        ),
        .testTarget(
            name: "JournalingTests",
            dependencies: ["FaultDisk", "Journaling", "MerkleLog", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SchedulingTests",
            dependencies: [
                "Scheduling", "Simulation", "Leasing", "Packing", "Journaling", "FleetModel", "MerkleLog",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ControlAPITests", dependencies: ["ControlAPI"], exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "berthTests",
            dependencies: [
                "berth", "ControlAPI", "FleetModel", "Packing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "berth-telemetryTests", dependencies: ["berth-telemetry", "ControlAPI"], swiftSettings: strict),
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "ControlAPI", "ControlClient", "ControlServer", "Journaling",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            path: "Tests/System",
            swiftSettings: strict
        ),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Simulation", "Leasing", "Packing", "FleetModel", "Journaling", "Scheduling",
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ControlServerTests",
            dependencies: [
                "ControlServer", "ControlAPI", "DaemonLog", "Leasing",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], swiftSettings: strict),
        .testTarget(
            name: "SupervisionTests",
            dependencies: ["Supervision", "DaemonLog", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        // The fuzz targets once more, over their corpora, without libFuzzer.
        .testTarget(
            name: "FuzzingTests",
            dependencies: [
                "berth", "berthd", "berth-telemetry", "ControlAPI", "ControlServer", "FleetModel", "Leasing",
                "MerkleLog",
                "Packing", "Recurrence", "Scheduling", "Simulation", "Telemetry",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Fuzzing/Sources/berth-fuzz",
            exclude: ["EntryPoints.swift"],
            swiftSettings: strict),
        .testTarget(name: "LayeringTests", swiftSettings: strict),
    ]
)
