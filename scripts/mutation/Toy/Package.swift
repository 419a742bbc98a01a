// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "toy",
    targets: [
        .target(name: "Toy"),
        .testTarget(name: "ToyTests", dependencies: ["Toy"]),
        // No test needs it, so that its copy is not built.
        .target(name: "Elsewhere"),
    ]
)
