// An upgrade of the daemon over a book of the release before: what an operator sees until it is finalised, and after.

import Foundation
import GRDB
import Testing

extension SystemTests {
    @Suite("Upgrades")
    struct UpgradeTests {
        private let home: DaemonHome

        /// On the book that release 0.1.0 made (Tests/Books/README.md).
        init() throws {
            home = try DaemonHome()
            home.fleet = Program.root + "/config/fleets/small.yaml"
            try FileManager.default.createDirectory(atPath: home.state, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: Program.root + "/Tests/Books/0.1.0.sqlite", toPath: home.state + "/book.sqlite")
        }

        @Test("until it is finalised, what 0.1.0 could not read is refused in words; finalising asks, and is audited")
        func finalise() throws {
            let secret = try home.folder.write("a secret that is long enough for it", to: "pepper")
            home.config = try home.folder.write("tokens: {pepperFile: \(secret)}\n", to: "berthd.yaml")
            try home.start()
            #expect(home.process?.error.contains("the upgrade is not finalised") == true)
            let connection = try home.connect()
            let waiting = try connection.get("/v1/status").json["upgrade"]
            #expect(waiting["level"].int == 1 && waiting["readableFrom"].string == "0.1.0")
            #expect(try home.berth("status").output.contains("The upgrade is not finalised"))
            let words = try home.berth("upgrade", "status").output
            #expect(
                words.contains("release 0.1.0 can be installed again") && words.contains("A tenant cannot be removed."))
            /// Under which pepper the daemon makes a token.
            func pepper(_ name: String) throws -> String? {
                let order = #"{"name":"\#(name)","scopes":["read"],"reason":"r"}"#
                let made = try connection.post("/v1/tenants/acme/tokens", order)
                #expect(made.status == 201, "\(made.text)")
                return made.json["pepper"].string
            }
            #expect(try pepper("before") == nil)

            _ = try connection.request("PUT", "/v1/tenants/umbra", #"{"reason":"a trial"}"#)
            let refused = try connection.request("DELETE", "/v1/tenants/umbra?reason=over")
            #expect(refused.status == 409 && refused.json["type"].string == "errors#not-finalised", "\(refused.text)")
            #expect(refused.text.contains("berth upgrade finalise"))
            let path = home.folder("copy.sqlite")
            #expect(try home.berth("backup", path, "--reason", "before").wait() == .exited(0))
            #expect(try home.berth("upgrade", "finalise", "--reason", "r").wait() != .exited(0), "nobody can be asked")
            #expect(try connection.get("/v1/upgrade").json["finalised"].bool == false)
            for _ in 0..<2 {
                let done = try home.berth("upgrade", "finalise", "--yes", "--reason", "a good week", "-o", "json")
                #expect(done.wait() == .exited(0), "\(done.error)")
                #expect(done.output.contains(#""finalised": true"#), "\(done.output)")
            }
            #expect(try pepper("after") == "current")
            let entries = try connection.get("/v1/audit?limit=1000").json["entries"].array
            let finalised = entries.filter { $0["what"][0].string == "finalise the upgrade to format level 2" }
            #expect(finalised.count == 1 && finalised.first?["reason"].string == "a good week")
            #expect(try connection.request("DELETE", "/v1/tenants/umbra?reason=over").status == 204)
            #expect(try home.berth("verify").wait() == .exited(0))
            try home.stop()
            try home.start()
            #expect(home.process?.error.contains("not finalised") == false)
            #expect(try home.connect().get("/v1/status").json["upgrade"]["level"].int == nil)
            try home.stop()
        }

        @Test("a book of a later release ends the start with 65 and in words, and stays as it is")
        func later() throws {
            try home.start()
            try home.stop()
            let path = home.state + "/book.sqlite"
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction {
                try $0.execute(sql: "INSERT OR REPLACE INTO meta VALUES ('format_level', 99)")
                _ = try $0.checkpoint(.truncate)
            }
            try queue.close()
            let before = FileManager.default.contents(atPath: path)
            let process = try home.launch()
            #expect(process.wait() == .exited(65))
            #expect(process.error.contains("format level 99"), "\(process.error)")
            #expect(process.error.contains("levels up to 2"))
            #expect(FileManager.default.contents(atPath: path) == before)
        }
    }
}
