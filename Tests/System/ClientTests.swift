// Clients for others: the example in Python, and the recipes for curl, as the documents have them.

import Foundation
import Testing

extension SystemTests {
    @Suite("Clients for others")
    struct ClientTests {
        private static let client = Program.root + "/docs/clients/berth_client.py"
        private static let hasPython = Program.find("python3") != nil
        private let home: DaemonHome

        init() throws {
            home = try DaemonHome.started()
            _ = try home.berth("tenant", "set", "acme", "--gpus", "64", "--reason", "x")
        }

        private func python(_ arguments: String...) throws -> ChildProcess {
            try ChildProcess(try #require(Program.find("python3")), [Self.client, "--socket", home.socket] + arguments)
        }

        @Test("the Python client requests, waits for changes, shows refusals and releases", .enabled(if: hasPython))
        func requests() throws {
            let lease = try python("lease", "acme", #"[{"shape":"node","count":1}]"#, "1d")
            #expect(lease.wait() == .exited(0) && lease.output.contains("8 of 8 GPUs"), "\(lease.error)")
            let id = try #require(lease.output.split(separator: " ").first.map(String.init))

            let watch = try python("watch", "acme", "--changes", "2")
            #expect(watch.awaitOutput(id), "\(watch.error)")
            let release = try python("release", id)
            #expect(release.wait() == .exited(0), "\(release.error)")
            #expect(watch.wait() == .exited(0))
            let indexes = watch.output.split(separator: "\n").filter { $0.hasPrefix("acme, index ") }
            #expect(Set(indexes).count == 2, "\(watch.output)")

            let refused = try python("lease", "acme", #"[{"shape":"node","count":9}]"#, "1d")
            #expect(refused.wait() == .exited(3))
            #expect(refused.error.contains("in the way: quota") && refused.error.contains("would be granted"))
        }

        @Test(
            "the Python client comes back when the daemon says when, and repeats a write under its key",
            .enabled(if: hasPython))
        func retries() throws {
            let socket = home.folder("busy.sock")
            let server = try home.folder.write(Self.busyServer, to: "busy.py")
            let busy = try ChildProcess(try #require(Program.find("python3")), [server, socket])
            #expect(busy.awaitOutput("listening"))
            let lease = try ChildProcess(
                try #require(Program.find("python3")),
                [Self.client, "--socket", socket, "lease", "acme", "[]", "1d"])
            #expect(lease.wait() == .exited(0) && lease.output.contains("l-1  active"), "\(lease.error)")
            #expect(busy.wait() == .exited(0))
            let keys = busy.output.split(separator: "\n").filter { $0.hasPrefix("key ") }
            #expect(keys.count == 3 && Set(keys).count == 1, "\(busy.output)")
        }

        /// Answers 503, then 429, then grants; each says to come back at once.
        private static let busyServer = """
            import http.server, json, socketserver, sys
            statuses = [503, 429, 201]
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    self.rfile.read(int(self.headers["Content-Length"]))
                    print("key", self.headers["Idempotency-Key"], flush=True)
                    lease = {"id": "l-1", "state": "active", "end": "x", "promised": {"gpus": 0}, "delivered": {"gpus": 0}}
                    body = json.dumps(lease).encode()
                    self.send_response(statuses.pop(0))
                    self.send_header("Retry-After", "0")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def address_string(self): return "unix"
                def log_message(self, *words): pass
            server = socketserver.UnixStreamServer(sys.argv[1], Handler)
            print("listening", flush=True)
            while statuses: server.handle_request()
            """

        @Test("the Python client is short, and of the standard library alone")
        func size() throws {
            let text = try String(contentsOfFile: Self.client, encoding: .utf8)
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 150)
            let imports = text.split(separator: "\n").filter { $0.hasPrefix("import ") || $0.hasPrefix("from ") }
            let standard: Set = [
                "argparse", "http.client", "itertools", "json", "os", "socket", "ssl", "sys", "time", "urllib.parse",
                "uuid",
            ]
            #expect(imports.allSatisfy { standard.contains(String($0.dropFirst(7))) }, "\(imports)")
        }

        @Test("the recipes for curl do what their document says", .enabled(if: Program.find("curl") != nil))
        func recipes() throws {
            let text = try String(contentsOfFile: Program.root + "/docs/curl.md", encoding: .utf8)
            // Indented blocks are what a reader types, in their order.
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let script = lines.filter { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }.joined(separator: "\n")
            let path = try home.folder.write("set -euo pipefail\n" + script, to: "recipes.sh")
            let recipes = try ChildProcess("/bin/bash", [path], environment: ["BERTH_SOCKET": home.socket])
            #expect(recipes.wait() == .exited(0), "\(recipes.output)\n\(recipes.error)")
            for words in [
                "\"revision\"", "\"planToken\"", "\"blockers\"", "\"state\":\"active\"", "304", "\"state\":\"ending\"",
            ] {
                #expect(recipes.output.contains(words), "\(words): \(recipes.output)")
            }
        }
    }
}
