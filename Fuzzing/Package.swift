// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Their sources conform types of modules that are of another package here, which is warned of.
let linked = strict + [.unsafeFlags(["-suppress-warnings"])]

// The three programs are fuzzed from within, and a program cannot be imported from another package: CommandFiles, DaemonFiles and
// TelemetryFiles are links to their sources, built here as libraries, without the files that they begin in.
let package = Package(
    name: "berth-fuzzing",
    dependencies: [
        .package(name: "berth", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(
            name: "CommandFiles",
            dependencies: [
                .product(name: "BerthCore", package: "berth"),
                .product(name: "BerthClient", package: "berth"),
                .product(name: "BerthDecoders", package: "berth"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            exclude: ["Commands/Berth.swift", "Commands/CompletionCommand.swift"],
            swiftSettings: linked
        ),
        .target(
            name: "DaemonFiles",
            dependencies: [
                .product(name: "BerthCore", package: "berth"),
                .product(name: "BerthClient", package: "berth"),
                .product(name: "BerthDecoders", package: "berth"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Yams", package: "Yams"),
            ],
            sources: [
                "CredentialPath.swift", "PepperFile.swift", "Settings.swift", "Settings+Listeners.swift",
                "Settings+Reload.swift", "StartFailure.swift",
            ],
            swiftSettings: linked
        ),
        .target(
            name: "TelemetryFiles",
            dependencies: [
                .product(name: "BerthClient", package: "berth"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            exclude: ["BerthTelemetry.swift"],
            swiftSettings: linked
        ),
        // Without a main of its own: libFuzzer has it.
        .executableTarget(
            name: "berth-fuzz",
            dependencies: [
                "CommandFiles", "DaemonFiles", "TelemetryFiles",
                .product(name: "BerthCore", package: "berth"),
                .product(name: "BerthClient", package: "berth"),
                .product(name: "BerthDecoders", package: "berth"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            exclude: ["Tests"],
            swiftSettings: strict
        ),
    ]
)
