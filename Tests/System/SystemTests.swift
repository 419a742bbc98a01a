// The running daemon: the real `berthd` and `berth` over their real Unix socket.

import Foundation
import Testing

/// Every system test. One at a time: each has a daemon of its own and the machine to itself.
@Suite("System", .serialized)
struct SystemTests {}

/// The programs beside the test bundle, or those in the folder that `BERTH_TEST_PROGRAMS` names.
enum Program {
    static let berthd = path(of: "berthd")
    static let berth = path(of: "berth")
    static let berthTelemetry = path(of: "berth-telemetry")
    static let berthProof = path(of: "berth-proof")
    /// A C compiler: the toolchain's, or the machine's.
    static let compiler = find("clang") ?? find("cc") ?? find("gcc")
    /// Prometheus from Debian, where it is installed.
    static let prometheus = find("prometheus")

    /// A program that the machine may have.
    static func find(_ name: String) -> String? {
        ["/usr/bin/\(name)", "/usr/local/bin/\(name)", "/bin/\(name)"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    /// Its tool that checks metrics and rules.
    static let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// The root of the repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static func path(of name: String) -> String {
        var folders: [URL] = []
        if let named = ProcessInfo.processInfo.environment["BERTH_TEST_PROGRAMS"] {
            folders.append(URL(fileURLWithPath: named))
        }
        if let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            folders.append(URL(fileURLWithPath: bundle).deletingLastPathComponent())
        }
        for argument in CommandLine.arguments where argument.contains(".xctest") {
            var folder = URL(fileURLWithPath: argument)
            while folder.path != "/" {
                folder.deleteLastPathComponent()
                folders.append(folder)
            }
        }
        folders.append(URL(fileURLWithPath: root + "/.build/debug"))
        let paths = folders.map { $0.appendingPathComponent(name).path }
        guard let found = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            preconditionFailure("\(name) is not built: swift build --build-tests")
        }
        return found
    }
}
