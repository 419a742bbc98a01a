// What a service manager sees of the daemon, and what it hands over: the protocols of systemd, without systemd.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Supervision")
    struct SupervisionTests {
        private static let lease =
            #"{"tenant":"acme","reservations":[{"shape":"block","count":2}],"duration":"30d","reason":"supervised"}"#

        @Test("READY comes when it serves, STATUS says what is leased and follows it, STOPPING comes first")
        func notifications() throws {
            let home = try DaemonHome()
            let manager = try NotifySocket(in: home.folder)
            try home.start(initialise: true, environment: ["NOTIFY_SOCKET": manager.path])
            let first = try manager.messages { $0["READY"] == "1" }
            #expect(first.count == 1 && first[0]["STATUS"]?.contains("0 leases, 0 of 2,048 GPUs") == true, "\(first)")
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"supervised"}"#)
            #expect(try connection.post("/v1/leases", Self.lease).status == 201)
            let told = try manager.messages { $0["STATUS"]?.contains("1 lease, 1,024 of 2,048 GPUs") == true }
            #expect(told.last?["STATUS"]?.contains(" of 10.0 MW committed; revision ") == true, "\(told)")
            try home.stop()
            let last = try manager.messages { $0["STOPPING"] == "1" }
            #expect(last.allSatisfy { $0["READY"] == nil })
        }

        @Test("a replay is told of with percent, and extends the time that the start may take")
        func replay() throws {
            let home = try DaemonHome.started()
            for index in 0..<20 {
                _ = try home.connect().request("PUT", "/v1/tenants/t\(index)", #"{"reason":"supervised"}"#)
            }
            home.kill()
            let manager = try NotifySocket(in: home.folder)
            try home.start(environment: ["NOTIFY_SOCKET": manager.path])
            let told = try manager.messages { $0["READY"] == "1" }
            #expect(told[0]["STATUS"] == "replaying the journal: 100 %", "\(told)")
            #expect(told[0]["EXTEND_TIMEOUT_USEC"] == "30000000")
        }

        @Test("the watchdog hears of the writer again and again, and nothing of it stands in the book")
        func watchdog() throws {
            let home = try DaemonHome()
            let manager = try NotifySocket(in: home.folder)
            // Pings begin before it serves, and the socket holds a few: who does not read them stops the daemon.
            let daemon = try home.launch(
                initialise: true, environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "20000"])
            _ = try manager.messages { $0["READY"] == "1" }
            try home.adopt(daemon)
            let before = try home.connect().get("/v1/status").json["revision"].int
            for _ in 0..<5 { _ = try manager.messages { $0["WATCHDOG"] == "1" } }
            #expect(try home.connect().get("/v1/status").json["revision"].int == before)
        }

        @Test("a start that fails says why to the service manager, with the system's error, and ends with its own code")
        func failure() throws {
            let home = try DaemonHome.started()
            let manager = try NotifySocket(in: home.folder)
            let socket = home.socket
            home.socket = home.folder("other.sock")
            let second = try home.launch(environment: ["NOTIFY_SOCKET": manager.path])
            #expect(second.wait() == .exited(1))
            let told = try manager.next()
            #expect(told["STATUS"]?.contains("held by process") == true && told["ERRNO"] == "\(EAGAIN)", "\(told)")
            home.socket = socket
        }

        @Test("sockets that are handed over are served, in any order, and stay where they are when the daemon goes")
        func handover() throws {
            let home = try DaemonHome()
            let files = try TestAuthority().server().write(to: home.folder, "server")
            home.config = try home.folder.write(
                "tcp:\n  certificateFile: \(files.certificate)\n  keyFile: \(files.key)\n", to: "berthd.yaml")
            let path = home.folder("handed.sock")
            let process = try home.launch(
                handing: [
                    HandedSocket(name: "plain", kind: .loopback),
                    HandedSocket(name: "control", kind: .unixStream, path: path),
                    HandedSocket(name: "tcp", kind: .loopback),
                ], initialise: true)
            try home.adopt(process)
            let connection = try HTTPConnection(path: path)
            let listeners = try connection.get("/v1/status").json["listeners"].array
            #expect(listeners.map { $0["tls"].bool } == [false, true, false])
            #expect(listeners.first?["place"].string == path)
            #expect(!FileManager.default.fileExists(atPath: home.socket), "the socket of the settings is not made")
            let port = try #require(
                listeners.last?["place"].string?.split(separator: ":").last.flatMap { UInt16($0) })
            #expect(try HTTPConnection(port: port).get("/healthz").status == 401)
            process.signal(SIGTERM)
            #expect(process.wait() == .exited(0))
            #expect(FileManager.default.fileExists(atPath: path), "it is not the daemon's to remove")
        }

        @Test(
            "a socket of the wrong kind or under an unknown name is refused before anything is made",
            arguments: [
                (HandedSocket(name: "control", kind: .loopback), "is not a listening Unix stream socket"),
                (HandedSocket(name: "control", kind: .unixDatagram), "is not a listening Unix stream socket"),
                (HandedSocket(name: "control", kind: .unixNotListening), "is not a listening Unix stream socket"),
                (HandedSocket(name: "tcp", kind: .unixStream), "is not a listening TCP socket"),
                (HandedSocket(name: "plain", kind: .anywhere), "on a loopback address"),
                (HandedSocket(name: "berthd.socket", kind: .unixStream), "none of control, tcp, plain"),
            ])
        func wrongSockets(_ socket: HandedSocket, _ words: String) throws {
            let home = try DaemonHome()
            let socket = HandedSocket(name: socket.name, kind: socket.kind, path: home.folder("handed.sock"))
            let process = try home.launch(handing: [socket], initialise: true)
            #expect(process.wait() == .exited(78))
            #expect(process.error.contains(words) && process.error.contains("FileDescriptorName="), "\(process.error)")
            #expect(!FileManager.default.fileExists(atPath: home.state))
        }

        @Test("a credential is read where the service manager has put it, and missed with words where there is none")
        func credentials() throws {
            let home = try DaemonHome()
            let files = try TestAuthority().server().write(to: home.folder, "berth_server")
            #expect(files.key == home.folder("berth_server.key"))
            home.config = try home.folder.write(
                """
                tcp:
                  addresses: ["127.0.0.1:0"]
                  certificateFile: credential:berth_server.pem
                  keyFile: credential:berth_server.key

                """, to: "berthd.yaml")
            let without = try home.launch(initialise: true)
            #expect(without.wait() == .exited(78))
            #expect(without.error.contains("LoadCredential="), "\(without.error)")
            try home.start(initialise: true, environment: ["CREDENTIALS_DIRECTORY": home.folder.path])
            #expect(try home.connect().get("/v1/status").json["listeners"][1]["tls"].bool == true)
        }

        @Test("a book can be made without serving, once, and is then served")
        func initialiseOnly() throws {
            let home = try DaemonHome()
            let arguments = ["--fleet", home.fleet, "--state", home.state, "--initialise-only"]
            let environment = ["BERTHD_STATE_IDENTITY_FILE": home.identity]
            let first = try ChildProcess(Program.berthd, arguments, environment: environment)
            #expect(first.wait() == .exited(0))
            let second = try ChildProcess(Program.berthd, arguments, environment: environment)
            #expect(second.wait() == .exited(65))
            #expect(second.error.contains("exists already"), "\(second.error)")
            try home.start()
        }

        @Test("a socket for TLS needs a certificate")
        func handedWithoutCertificate() throws {
            let home = try DaemonHome()
            let process = try home.launch(handing: [HandedSocket(name: "tcp", kind: .loopback)], initialise: true)
            #expect(process.wait() == .exited(78))
            #expect(process.error.contains("handed over as tcp needs tcp.certificateFile"), "\(process.error)")
        }
    }
}
