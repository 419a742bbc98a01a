// `berth top` on a real terminal.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("berth top")
    struct TopTests {
        private let home: DaemonHome
        private static let leave = "\u{1B}[?1049l"

        init() throws {
            home = try DaemonHome.started()
            _ = try home.berth("tenant", "set", "acme", "--reason", "x")
        }

        private func top(_ arguments: String..., environment: [String: String] = [:]) throws -> PseudoTerminal {
            try PseudoTerminal(
                Program.berth, ["top"] + arguments,
                environment: ["BERTH_SOCKET": home.socket].merging(environment) { $1 })
        }

        @Test("follows the daemon, takes keys and sizes, and leaves the terminal as it was")
        func follows() throws {
            let terminal = try top()
            #expect(
                terminal.awaitOutput("\u{1B}[?1049h") != nil && terminal.awaitOutput("DOMAINS") != nil,
                "\(terminal.output)")
            #expect(!terminal.isCooked)
            let lease = try home.berth(
                "lease", "create", "--tenant", "acme", "--line", "node:2", "--duration", "1d", "-o", "json")
            let id = try #require(JSONValue(bytes: Array(lease.output.utf8))["id"].string)
            let seen = try #require(terminal.awaitOutput(id), "\(terminal.output)")
            terminal.resize(rows: 48, columns: 160)
            let wide = try #require(terminal.awaitOutput(" │ ", after: seen), "\(terminal.output)")
            terminal.type("?")
            let help = try #require(terminal.awaitOutput("Any key goes back", after: wide))
            terminal.type(" /acme\r")
            #expect(terminal.awaitOutput("LEASES of acme", after: help) != nil)
            terminal.type("q")
            #expect(terminal.wait() == .exited(0))
            #expect(terminal.isCooked && terminal.awaitOutput(Self.leave) != nil)
        }

        @Test(
            "ends by a signal as whoever sent it expects, with the terminal as it was",
            arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT])
        func signals(_ number: Int32) throws {
            let terminal = try top()
            try #require(terminal.awaitOutput("DOMAINS") != nil, "\(terminal.output)")
            terminal.signal(number)
            #expect(terminal.wait() == .signalled(number))
            #expect(terminal.isCooked && terminal.output.contains(Self.leave))
        }

        @Test("ends at Ctrl-C, which is a key on its screen")
        func interrupt() throws {
            let terminal = try top()
            try #require(terminal.awaitOutput("DOMAINS") != nil, "\(terminal.output)")
            terminal.type("\u{03}")
            #expect(terminal.wait() == .exited(0) && terminal.isCooked)
        }

        @Test("says when the daemon is away, and goes on when it is back")
        func reconnects() throws {
            let terminal = try top()
            try #require(terminal.awaitOutput("live") != nil, "\(terminal.output)")
            try home.stop()
            let away = try #require(terminal.awaitOutput("trying again"), "\(terminal.output)")
            try home.start()
            #expect(terminal.awaitOutput("live", after: away) != nil)
            terminal.type("q")
            #expect(terminal.wait() == .exited(0))
        }

        @Test("begins its events anew when the daemon comes back with a backup, in which they are not history any more")
        func restored() throws {
            let backup = home.folder("backup.sqlite")
            #expect(try home.berth("backup", backup).wait() == .exited(0))
            _ = try home.berth("tenant", "set", "lost", "--reason", "x")
            let terminal = try top()
            try #require(terminal.awaitOutput("tenant lost") != nil, "\(terminal.output)")
            try home.stop()
            let away = try #require(terminal.awaitOutput("trying again"), "\(terminal.output)")
            (home.state, home.identity) = (home.folder("restored"), home.folder("restored-id"))
            let restored = try ChildProcess(
                Program.berthd,
                ["--fleet", home.fleet, "--state", home.state, "--socket", home.socket, "--restore", backup],
                environment: ["BERTHD_STATE_IDENTITY_FILE": home.identity])
            try home.adopt(restored)
            let back = try #require(terminal.awaitOutput("live", after: away), "\(terminal.output)")
            _ = try home.berth("tenant", "set", "found", "--reason", "x")
            #expect(terminal.awaitOutput("tenant found", after: back) != nil, "\(terminal.output)")
            // What the book no longer knows goes from the screen with the history that it came from.
            let drawn = terminal.output.utf8.count
            terminal.resize(rows: 60, columns: 160)
            let end = try #require(terminal.awaitOutput("tenant acme", after: drawn), "\(terminal.output)")
            let screen = String(decoding: Array(terminal.output.utf8)[drawn..<end], as: UTF8.self)
            #expect(screen.contains("tenant found") && !screen.contains("tenant lost"), "\(screen)")
            terminal.type("q")
            #expect(terminal.wait() == .exited(0))
        }

        @Test("of a tenant waits in its poll and shows what it holds alone")
        func tenant() throws {
            let terminal = try top("--tenant", "acme")
            try #require(terminal.awaitOutput("index 1") != nil, "\(terminal.output)")
            _ = try home.berth("lease", "create", "--tenant", "acme", "--line", "node:2", "--duration", "1d")
            #expect(terminal.awaitOutput("16 GPUs") != nil)
            #expect(!terminal.output.contains("DOMAINS") && !terminal.output.contains("POWER"))
            terminal.type("q")
            #expect(terminal.wait() == .exited(0))
        }

        @Test("prints one page where no cursor can be placed, and has no colour where none is wanted")
        func plain() throws {
            let dumb = try top(environment: ["TERM": "dumb"])
            #expect(dumb.wait() == .exited(0))
            #expect(dumb.awaitOutput("EVENTS") != nil && !dumb.output.contains("\u{1B}"), "\(dumb.output)")
            let piped = try home.berth("top")
            #expect(piped.wait() == .exited(0) && piped.output.contains("lab-meter"), "\(piped.output)")
            let quiet = try top(environment: ["NO_COLOR": "1"])
            try #require(quiet.awaitOutput("DOMAINS") != nil)
            quiet.type("q")
            #expect(quiet.wait() == .exited(0) && !quiet.output.contains(/\u{1B}\[[0-9;]*m/), "\(quiet.output)")
        }

        @Test("says what to do when there is no daemon, before it takes the screen")
        func absent() throws {
            let terminal = try top(environment: ["BERTH_SOCKET": home.folder("none.sock")])
            #expect(terminal.wait() == .exited(9))
            #expect(terminal.awaitOutput("Is berthd running?") != nil && !terminal.output.contains("\u{1B}[?1049h"))
        }

        @Test(
            "shows a caller that is a tenant what it holds, whatever it asks for",
            .enabled(if: geteuid() == 0 && Program.find("setpriv") != nil, "calling as another user needs root"))
        func role() throws {
            let (user, group) = (42_001, 42_100)
            _ = try home.berth("lease", "create", "--tenant", "acme", "--line", "node:2", "--duration", "1d")
            try home.stop()
            home.config = try home.folder.write("roles:\n  tenants: [\"user:\(user)=acme\"]\n", to: "berthd.yaml")
            try home.start()
            #expect(chown(home.socket, 0, gid_t(group)) == 0)
            func berth(_ arguments: String...) throws -> ChildProcess {
                let process = try ChildProcess(
                    try #require(Program.find("setpriv")),
                    ["--reuid", "\(user)", "--regid", "\(group)", "--clear-groups", Program.berth] + arguments,
                    environment: ["BERTH_SOCKET": home.socket, "HOME": home.folder.path])
                process.wait()
                return process
            }
            let page = try berth("top")
            #expect(page.wait() == .exited(0) && page.output.hasPrefix("berth top  acme, index "), "\(page.error)")
            #expect(page.output.contains("16 GPUs") && !page.output.contains("POWER"), "\(page.output)")
            let calendar = try berth("calendar", "-o", "json")
            let answer = JSONValue(bytes: Array(calendar.output.utf8))
            #expect(answer["leases"].array.count == 1, "\(calendar.error)")
            #expect(answer["maintenance"].isAbsent && answer["loadTargets"].isAbsent && answer["unleased"].isAbsent)
            let near = try berth("tenant", "show", "amce")
            #expect(near.wait() == .exited(5) && !near.error.contains("Did you mean"), "\(near.error)")
        }
    }
}
