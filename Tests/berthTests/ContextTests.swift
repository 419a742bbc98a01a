// Which daemon a command speaks to.

import ControlAPI
import ControlClient
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
        #expect(try daemon(socket: "/opt.sock", both).address == .unixSocket(path: "/opt.sock"))
        #expect(try daemon(context: "lab", both).address == .unixSocket(path: "/lab.sock"))
        #expect(try daemon(both).choice == .environment("BERTH_SOCKET"))
        #expect(try daemon(["BERTH_SOCKET": "", "BERTH_CONTEXT": "lab"]).choice == .context("lab", isCurrent: false))
        #expect(try daemon().address == .unixSocket(path: "/m.sock"))
        #expect(try daemon().choice == .context("memphis", isCurrent: true))
        #expect(try daemon(file: ContextFile()).choice == .usual)
    }

    @Test("that an option or the environment overrules is not even read")
    func unread() throws {
        struct Unread: Error {}
        let daemon = try Daemon(socketOption: "/a", contextOption: nil, environment: [:]) { throw Unread() }
        #expect(daemon.address == .unixSocket(path: "/a"))
        #expect(throws: Unread.self) {
            try Daemon(socketOption: nil, contextOption: nil, environment: [:]) { throw Unread() }
        }
    }

    @Test("over TCP brings its files along, which options replace one by one, a certificate with its key")
    func overTCP() throws {
        var file = Self.file
        let files = CredentialFiles(token: "/t", authorities: "/ca", certificate: "/c", key: "/k")
        file.contexts["far"] = DaemonContext(url: "https://far:7411", files: files)
        let far = try daemon(context: "far", file: file)
        #expect(far.address == .url("https://far:7411") && far.files == files)
        let other = CredentialFiles(certificate: "/c2", key: "/k2").orElse(files)
        #expect(other == CredentialFiles(token: "/t", authorities: "/ca", certificate: "/c2", key: "/k2"))
        #expect(try StrictJSON.decode(ContextFile.self, from: CanonicalJSON.encode(file)) == file)
        #expect(try daemon(["BERTH_URL": "https://u:1", "BERTH_SOCKET": "/s"]).address == .url("https://u:1"))
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
