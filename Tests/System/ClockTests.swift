// A clock that is set while the daemon runs: it is not believed until an operator says why it is right.

import Foundation
import Glibc
import Testing

extension SystemTests {
    /// The daemon's wall clock is set by a library that is loaded before the C library, and by nothing in the daemon.
    @Suite("The clock", .enabled(if: Program.compiler != nil, "needs a C compiler"))
    struct ClockTests {
        private let home: DaemonHome
        private let ahead: String

        private static let library = """
            #include <stdio.h>
            #include <stdlib.h>
            #include <time.h>

            time_t time(time_t *out) {
                struct timespec now;
                long ahead = 0;
                FILE *file = fopen(getenv("CLOCK_AHEAD"), "r");
                if (file) {
                    if (fscanf(file, "%ld", &ahead) != 1) ahead = 0;
                    fclose(file);
                }
                clock_gettime(CLOCK_REALTIME, &now);
                if (out) *out = now.tv_sec + ahead;
                return now.tv_sec + ahead;
            }

            """

        init() throws {
            home = try DaemonHome()
            ahead = try home.folder.write("0", to: "ahead")
            let source = try home.folder.write(Self.library, to: "clock.c")
            let library = home.folder("clock.so")
            let compiler = try ChildProcess(
                try #require(Program.compiler), ["-shared", "-fPIC", "-o", library, source])
            try #require(compiler.wait() == .exited(0), "\(compiler.error)")
            try home.start(initialise: true, environment: ["LD_PRELOAD": library, "CLOCK_AHEAD": ahead])
        }

        private func last(_ connection: HTTPConnection) throws -> JSONValue {
            let entries = try connection.get("/v1/audit?limit=1000").json["entries"].array
            return try #require(entries.last)
        }

        @Test("a jump is confirmed with the operator's reason in the audit log, and a clock that nobody doubts is not")
        func confirm() throws {
            let connection = try home.connect()
            func confirm(_ query: String) throws -> HTTPAnswer {
                try connection.post("/v1/clock:confirm" + query, "")
            }
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"first"}"#)
            let sure = try confirm("?reason=nothing%20to%20confirm")
            #expect(sure.status == 200 && sure.json["frozen"].bool == false)
            #expect(try last(connection)["reason"].string == "first")

            for (reason, hours) in [("the%20rack%27s%20clock%20was%20set", 2), ("", 4)] {
                _ = try home.folder.write("\(hours * 3_600)", to: "ahead")
                _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"in doubt"}"#)
                #expect(try connection.get("/v1/status").json["clock"]["frozen"].bool == true)
                let answer = try confirm(reason.isEmpty ? "" : "?reason=\(reason)")
                #expect(answer.status == 200 && answer.json["frozen"].bool == false, "\(answer.text)")
                let entry = try last(connection)
                #expect(entry["what"][0].string == "confirm the clock", "\(entry)")
                let expected = reason.isEmpty ? "clock confirmed" : "the rack's clock was set"
                #expect(entry["reason"].string == expected)
                #expect(entry["requestId"].string == answer.headers["berth-request-id"])
            }
            let long = try confirm("?reason=" + String(repeating: "a", count: 1_025))
            #expect(long.status == 400 && long.isProblem)
            try home.stop()
        }
    }
}
