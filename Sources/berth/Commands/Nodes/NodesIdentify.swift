// berth nodes identify

import ArgumentParser
import ControlAPI
import ControlClient
import Foundation

struct NodesIdentify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identify",
        abstract: "Say which GPU sits in which module of which node.",
        discussion: """
            The file has a line for each GPU, as berth-telemetry's inventory has: its UUID, a colon, and the node \
            with the module. A GPU that was known elsewhere has moved. Only what changes is written.

            EXAMPLE
              berth nodes identify -f - --reason "as built" <<'END'
              GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5: memphis-1-h1-b001-r1-n1:3
              END
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("UUIDs and places, as YAML or JSON; - is standard input.", valueName: "path"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @Option(help: "Why, for the audit log.")
    var reason: String?

    /// GPUs in one request.
    private static let gpusMax = 1_024

    func run() async throws {
        try await connection.run(output) { client in
            let gpus = try IdentityFile.read(file)
            var (nodes, last) = (0, IdentifyAnswer?.none)
            for start in stride(from: 0, to: gpus.count, by: Self.gpusMax) {
                let some = Array(gpus[start..<min(gpus.count, start + Self.gpusMax)])
                let answer = try await client.identify(IdentifyRequest(gpus: some, reason: reason))
                (nodes, last) = (nodes + answer.nodes, answer)
            }
            guard var answer = last else {
                throw CommandFailure(status: .badRequest, message: "\(file) names no GPU")
            }
            answer.nodes = nodes
            try output.print(answer) {
                Terminal.standardOutput.write(
                    "\(counted($0.nodes, "node")) changed; \(counted($0.identifiedGpus, "GPU")) of the fleet are known")
            }
        }
    }
}

/// A file of GPUs, a line for each: `UUID: NODE:MODULE`. A whole fleet has 22 MB of them, so they are read as lines; the same file
/// is YAML.
enum IdentityFile {
    static func read(_ path: String) throws -> [IdentifiedGPU] {
        let data: Data?
        do {
            data =
                path == "-"
                ? try FileHandle.standardInput.readToEnd() : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure(status: .badRequest, message: "\(path): cannot be read: \(error.localizedDescription)")
        }
        return try parse(String(decoding: data ?? Data(), as: UTF8.self), file: path == "-" ? "standard input" : path)
    }

    static func parse(_ text: String, file: String) throws -> [IdentifiedGPU] {
        var gpus: [IdentifiedGPU] = []
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            let line = Substring(line).trimmingCharacters(in: .whitespacesAndNewlines)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: ":", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty, let module = Int(parts[2]),
                (1...8).contains(module)
            else {
                throw CommandFailure(
                    status: .badRequest,
                    message: "\(file):\(index + 1): expected a UUID, a colon, and a node with a module, such as "
                        + "GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5: n1:3")
            }
            gpus.append(IdentifiedGPU(node: parts[1], module: module, uuid: parts[0]))
        }
        return gpus
    }
}
