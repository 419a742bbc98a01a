// Which daemon a command speaks to.

import ControlAPI
import Testing

@testable import berth

@Suite("A context")
struct ContextTests {
    private static let file: ContextFile = {
        var file = ContextFile()
        file.contexts = ["lab": DaemonContext(socket: "/lab.sock"), "memphis": DaemonContext(socket: "/m.sock")]
        file.current = "memphis"
        return file
    }()

    private func daemon(
        socket: String? = nil, context: String? = nil, _ environment: [String: String] = [:],
        file: ContextFile = Self.file
    ) throws -> Daemon {
        try Daemon(socketOption: socket, contextOption: context, environment: environment) { file }
    }

    @Test("comes after options and the environment, and before the usual socket")
    func precedence() throws {
        let both = ["BERTH_SOCKET": "/env.sock", "BERTH_CONTEXT": "lab"]
        #expect(try daemon(socket: "/opt.sock", both).socketPath == "/opt.sock")
        #expect(try daemon(context: "lab", both).socketPath == "/lab.sock")
        #expect(try daemon(both).choice == .environment("BERTH_SOCKET"))
        #expect(try daemon(["BERTH_SOCKET": "", "BERTH_CONTEXT": "lab"]).choice == .context("lab", isCurrent: false))
        #expect(try daemon().socketPath == "/m.sock")
        #expect(try daemon().choice == .context("memphis", isCurrent: true))
        #expect(try daemon(file: ContextFile()).choice == .usual)
    }

    @Test("that an option or the environment overrules is not even read")
    func unread() throws {
        struct Unread: Error {}
        let daemon = try Daemon(socketOption: "/a", contextOption: nil, environment: [:]) { throw Unread() }
        #expect(daemon.socketPath == "/a")
        #expect(throws: Unread.self) {
            try Daemon(socketOption: nil, contextOption: nil, environment: [:]) { throw Unread() }
        }
    }

    @Test("that is not there is refused with the nearest one")
    func nearest() throws {
        let failure = #expect(throws: CommandFailure.self) { try daemon(context: "memphsi") }
        #expect(failure?.message.contains("Did you mean memphis?") == true && failure?.status == .usage)
        #expect(failure?.advice?.contains("lab, memphis") == true)
    }

    @Test("file reads back as it was written, sorted by name")
    func roundTrip() throws {
        let text = try blockYAML(CanonicalJSON.encode(Self.file))
        #expect(text == "current: memphis\ncontexts:\n  lab:\n    socket: /lab.sock\n  memphis:\n    socket: /m.sock\n")
    }

    @Test("is found in a command line that is being completed")
    func completing() {
        #expect(LiveNames.value(of: "--context", in: ["berth", "lease", "show", "--context", "lab", ""]) == "lab")
        #expect(LiveNames.value(of: "--socket", in: ["berth", "--socket=/a b"]) == "/a b")
        #expect(LiveNames.value(of: "--socket", in: ["berth", "--socket", ""]) == nil)
    }
}
