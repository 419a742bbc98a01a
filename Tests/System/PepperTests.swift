// The pepper of tokens: without it a token that was made under it does not count, wherever its book is.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Pepper")
    struct PepperTests {
        private let home: DaemonHome

        init() throws {
            home = try DaemonHome()
            try name("pepper", "a first secret that is long enough")
            try home.start(initialise: true)
            let made = try home.connect().request("PUT", "/v1/tenants/acme", #"{"reason":"a customer"}"#)
            try #require(made.status == 201 || made.status == 200, "\(made.text)")
        }

        /// Puts a pepper in the settings; nil takes the setting away.
        private func name(_ file: String?, _ secret: String = "") throws {
            guard let file else {
                home.config = try home.folder.write("log: {level: info}\n", to: "berthd.yaml")
                return
            }
            let path = try home.folder.write(secret, to: file)
            home.config = try home.folder.write("tokens: {pepperFile: \(path)}\n", to: "berthd.yaml")
        }

        private func reload() throws -> HTTPAnswer {
            try home.connect().post("/v1/reload", #"{"reason":"another pepper"}"#)
        }

        private func make(_ name: String) throws -> (token: String, pepper: String?) {
            let made = try home.connect().post(
                "/v1/tenants/acme/tokens", #"{"name":"\#(name)","scopes":["read"],"reason":"r"}"#)
            return (try #require(made.json["token"].string, "\(made.text)"), made.json["pepper"].string)
        }

        private func status(of token: String) throws -> Int {
            try home.connect().request(
                "GET", "/v1/leases", nil, headers: ["Authorization": "Bearer " + token]
            ).status
        }

        private func listed() throws -> [String?] {
            try home.connect().get("/v1/tenants/acme/tokens").json["tokens"].array.map { $0["pepper"].string }
        }

        @Test(
            "a token made under a pepper counts with it alone; one made without goes on; a reload changes all or nothing"
        )
        func change() throws {
            let peppered = try make("peppered")
            #expect(try peppered.pepper == "current" && status(of: peppered.token) == 200)

            try name("short", "31 bytes are not enough for it.")
            let refused = try reload()
            #expect(refused.status == 409 && refused.text.contains("32 to 4096 bytes"), "\(refused.text)")
            #expect(try status(of: peppered.token) == 200, "the one before stays")

            // Another secret, or none, as where somebody has the book and not the secret.
            try name("other", "another secret that is long enough too")
            #expect(try reload().status == 200)
            #expect(try status(of: peppered.token) == 401)
            #expect(try listed() == ["other"])
            #expect(
                home.process?.awaitError("tokens that were not made under the pepper in force do not count") == true)
            try name(nil)
            #expect(try reload().status == 200)
            #expect(try status(of: peppered.token) == 401)
            let plain = try make("plain")
            #expect(try plain.pepper == nil && status(of: plain.token) == 200)

            // With the first one again, after a restart, both count. The end of its line does not.
            try name("pepper", "a first secret that is long enough\n")
            try home.stop()
            try home.start()
            #expect(try status(of: peppered.token) == 200 && status(of: plain.token) == 200)
            #expect(try listed() == ["current", nil])
            #expect(try home.berth("token", "list", "--tenant", "acme").output.contains("current"))
            try home.stop()
            let book = try Data(contentsOf: URL(fileURLWithPath: home.state + "/book.sqlite"))
            #expect(book.range(of: Data("a first secret".utf8)) == nil, "the secret is in no book")
        }

        @Test("where a pepper is required, tokens that were made without it do not count, and none is made without")
        func required() throws {
            func settings(_ text: String) throws { _ = try home.folder.write(text, to: "berthd.yaml") }
            let pepper = try home.folder.write("a first secret that is long enough", to: "pepper")
            try settings("log: {level: info}\n")
            #expect(try reload().status == 200)
            let plain = try make("plain")
            #expect(try plain.pepper == nil && status(of: plain.token) == 200)
            try settings("tokens: {requirePepper: true}\n")
            let refused = try reload()
            #expect(refused.status == 409 && refused.text.contains("tokens.requirePepper"), "\(refused.text)")
            #expect(try status(of: plain.token) == 200, "nothing of it is in force")

            try settings("tokens: {pepperFile: \(pepper), requirePepper: true}\n")
            #expect(try reload().status == 200)
            #expect(home.process?.awaitError("not made under the pepper in force") == true)
            let peppered = try make("peppered")
            #expect(try (status(of: plain.token), status(of: peppered.token)) == (401, 200))
            #expect(try listed() == ["missing", "current"])
            #expect(try home.berth("token", "list", "--tenant", "acme").output.contains("missing"))
            try home.stop()
            try home.start()
            #expect(try (status(of: plain.token), status(of: peppered.token)) == (401, 200))
            try settings("tokens: {pepperFile: \(pepper)}\n")
            #expect(try reload().status == 200)
            #expect(try (status(of: plain.token), status(of: peppered.token)) == (200, 200))
            #expect(try listed() == [nil, "current"])
            try home.stop()
        }

        @Test(
            "a pipe in the place of the pepper or of the audit key is refused at once", arguments: ["tokens", "audit"])
        func pipe(section: String) throws {
            let pipe = home.folder("pipe")
            try #require(mkfifo(pipe, 0o600) == 0)
            let key = section == "tokens" ? "pepperFile" : "keyFile"
            home.config = try home.folder.write("\(section): {\(key): \(pipe)}\n", to: "berthd.yaml")
            if section == "tokens" {
                let refused = try reload()
                #expect(refused.status == 409 && refused.text.contains("not a plain file"), "\(refused.text)")
            }
            try home.stop()
            let process = try home.launch()
            #expect(process.wait() == .exited(78))
            #expect(process.error.contains("pipe is not a plain file"), "\(process.error)")
        }

        @Test("a wait that began under the pepper ends with it")
        func waiting() throws {
            let token = try make("ci").token
            let connection = try home.connect()
            let shown = ["Authorization": "Bearer " + token]
            let first = try connection.request("GET", "/v1/tenants/acme/allocation", nil, headers: shown)
            let index = try #require(first.json["index"].int)
            try connection.send("GET", "/v1/tenants/acme/allocation?index=\(index)&wait=2s", headers: shown)
            try name("other", "another secret that is long enough too")
            #expect(try reload().status == 200)
            #expect(try connection.receive().status == 401)
            try home.stop()
        }

        @Test("a pepper that cannot be read ends the start with 78 and its name")
        func missing() throws {
            try home.stop()
            home.config = try home.folder.write("tokens: {pepperFile: \(home.folder("gone"))}\n", to: "berthd.yaml")
            let process = try home.launch()
            #expect(process.wait() == .exited(78))
            #expect(process.error.contains("tokens.pepperFile") && process.error.contains("gone"), "\(process.error)")
        }
    }
}
