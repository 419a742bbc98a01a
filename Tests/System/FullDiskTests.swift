// A full disk: a small tmpfs under the book.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Full disk", .enabled(if: geteuid() == 0 && SmallDisk.canMount, "mounting a tmpfs needs root"))
    struct FullDiskTests {
        private static let tenant = #"{"reason":"full disk"}"#

        private func lease(_ connection: HTTPConnection) throws -> HTTPAnswer {
            try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","reservations":[{"shape":"gpu","gpus":1}],"duration":"30d","reason":"full disk"}"#)
        }

        private func activeIDs(_ connection: HTTPConnection) throws -> [String] {
            try connection.get("/v1/leases?tenant=acme&limit=1000").json["leases"].array.compactMap { $0["id"].string }
        }

        private func checkRules(_ connection: HTTPConnection) throws {
            let rules = try connection.get("/v1/verify").json["rules"].array
            #expect(rules.count == 9)
            for rule in rules { #expect(rule["violations"].array.isEmpty, "\(rule)") }
        }

        @Test("a full disk refuses writes with 507 and changes nothing; reads go on; writes resume when there is room")
        func full() throws {
            let home = try DaemonHome()
            let disk = try SmallDisk(at: home.folder("disk"), kibibytes: 4_096)
            home.state = home.folder("disk/state")
            try home.start(initialise: true)
            let connection = try home.connect()
            #expect(try connection.request("PUT", "/v1/tenants/acme", Self.tenant).status == 201)
            var answered: [String] = []
            for _ in 0..<20 { answered.append(try #require(try lease(connection).json["id"].string)) }

            try disk.fill()
            var refusal: HTTPAnswer?
            // Room that the book already has is used up first.
            for _ in 0..<1_500 where refusal == nil {
                let answer = try lease(connection)
                if answer.status == 201 { answered.append(answer.json["id"].string ?? "") } else { refusal = answer }
            }
            let first = try #require(refusal)
            #expect(first.status == 507 && first.isProblem, "\(first.text)")
            #expect(first.json["type"].string == "errors#journal-full" && first.headers["retry-after"] != nil)

            let before = try connection.get("/v1/verify").json
            let poll = try connection.get("/v1/tenants/acme/allocation")
            for _ in 0..<10 {
                #expect(try lease(connection).status == 507)
                #expect(try connection.request("PUT", "/v1/tenants/new", Self.tenant).status == 507)
                #expect(try connection.request("DELETE", "/v1/leases/\(answered[0])?reason=x").status == 507)
            }
            let after = try connection.get("/v1/verify").json
            #expect(after["digest"].string == before["digest"].string)
            #expect(after["revision"].int == before["revision"].int)
            #expect(try connection.get("/v1/tenants/acme/allocation").body == poll.body)
            #expect(try activeIDs(connection).sorted() == answered.sorted())
            #expect(try connection.get("/v1/tenants/new").status == 404)
            let journal = try connection.get("/v1/status").json["journal"]
            #expect(journal["writable"].bool == false)
            #expect(journal["detail"].string?.contains("full") == true, "\(journal)")
            #expect(try connection.get("/healthz").status == 200)
            // A bad request is still told what is wrong with it.
            #expect(try connection.post("/v1/leases", "{").status == 400)

            disk.makeRoom()
            let resumed = try lease(connection)
            #expect(resumed.status == 201, "\(resumed.text)")
            answered.append(resumed.json["id"].string ?? "")
            #expect(try connection.get("/v1/status").json["journal"]["writable"].bool == true)
            try checkRules(connection)

            try disk.fill()
            home.kill()
            disk.makeRoom()
            try home.start()
            let again = try home.connect()
            #expect(try activeIDs(again).sorted() == answered.sorted())
            try checkRules(again)
            try home.stop()
        }

        @Test("a daemon that stops and starts while the disk is full serves reads, and writes once there is room")
        func startFull() throws {
            let home = try DaemonHome()
            let disk = try SmallDisk(at: home.folder("disk"), kibibytes: 4_096)
            home.state = home.folder("disk/state")
            try home.start(initialise: true)
            var connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", Self.tenant)
            let id = try #require(try lease(connection).json["id"].string)
            try disk.fill()
            try home.stop()
            try disk.fill()
            try home.start()
            connection = try home.connect()
            #expect(try activeIDs(connection) == [id])
            disk.makeRoom()
            #expect(try lease(connection).status == 201)
            try home.stop()
        }
    }
}

/// A tmpfs of its own, unmounted with it.
final class SmallDisk {
    private let path: String

    static let canMount: Bool = {
        guard let folder = try? ScratchFolder(), let disk = try? SmallDisk(at: folder("disk"), kibibytes: 64) else {
            return false
        }
        return withExtendedLifetime(disk) { true }
    }()

    init(at path: String, kibibytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else { throw SystemFault("mount \(path)") }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    private var filler: String { path + "/filler" }

    /// Takes all the room that is left.
    func fill() throws {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw SystemFault("open \(filler)") }
        defer { close(descriptor) }
        let zeroes = [UInt8](repeating: 0, count: 4_096)
        while write(descriptor, zeroes, zeroes.count) > 0 {}
        guard errno == ENOSPC else { throw SystemFault("write \(filler)") }
    }

    func makeRoom() { unlink(filler) }
}
