// Statements over the socket and on the command line, and the accounts behind them checked from facts alone.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Ledger")
    struct LedgerTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            for tenant in ["acme", "rival"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"ledger"}"#)
            }
            let terms =
                #"{"tenant":"acme","price":{"perMonth":{"currency":"USD","micros":920000000000000},"#
                + #""rampDiscounts":[{"months":2,"percent":40}]},"reason":"ledger"}"#
            let put = try connection.request("PUT", "/v1/contracts/acme-1", terms)
            try #require(put.status == 201, "\(put.text)")
        }

        private func lease(_ tenant: String, _ more: String = "") throws -> JSONValue {
            let answer = try connection.post(
                "/v1/leases",
                #"{"tenant":"\#(tenant)","reservations":[{"shape":"node","count":2}],"duration":"30d"\#(more)}"#)
            try #require(answer.status == 201, "\(answer.text)")
            return answer.json
        }

        private func json(_ process: ChildProcess) -> JSONValue { JSONValue(bytes: Array(process.output.utf8)) }

        /// Seconds since 1970.
        private func seconds(_ text: String?) throws -> Int {
            Int(try #require(text.flatMap { ISO8601DateFormatter().date(from: $0) }).timeIntervalSince1970)
        }

        @Test("the month that goes on is counted up to now, for the tenant and its contract alone")
        func current() throws {
            let lease = try lease("acme", #","contract":"acme-1","label":"first""#)
            _ = try self.lease("rival")
            let start = try seconds(lease["start"].string)
            let answer = try connection.get("/v1/tenants/acme/ledger")
            try #require(answer.status == 200, "\(answer.text)")
            let statement = answer.json
            #expect(statement["tenant"].string == "acme" && !answer.text.contains("rival"))
            #expect(statement["closed"].bool == false && statement["contracts"].array.count == 1)
            // Where the month has just begun the lease may lie in the one before.
            let contract = statement["contracts"][0]
            let month = try #require(statement["month"].string)
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
            let first = try #require(ISO8601DateFormatter().date(from: month + "-01T00:00:00Z"))
            let days = try #require(calendar.range(of: .day, in: .month, for: first)).count
            if Double(start) >= first.timeIntervalSince1970 {
                // 60 % of 920 million for the seconds of its window, of those of the month.
                let due = (try seconds(statement["until"].string) - start) * 552_000_000_000_000 / (days * 86_400)
                #expect(
                    contract["contract"].string == "acme-1" && contract["perMonth"]["micros"].int == due,
                    "\(answer.text)")
                #expect(statement["due"]["micros"].int == due && statement["charge"]["micros"].int == due)
            }
            #expect(statement["auditHead"]["log"].string == "tenant:acme", "\(answer.text)")
            let gpus = statement["sums"]["gpuMilliseconds"]
            #expect(gpus["promised"].int == gpus["delivered"].int)
            let future = try connection.get("/v1/tenants/acme/ledger?month=2999-01")
            #expect(future.status == 400 && future.isProblem)
            for bad in ["2026-13", "2026", "26-01", "2026-1", "1969-12"] {
                #expect(try connection.get("/v1/tenants/acme/ledger?month=\(bad)").status == 400, "\(bad)")
            }
            let old = try connection.get("/v1/tenants/acme/ledger?month=2020-02").json
            #expect(old["closed"].bool == true && old["leases"].array.isEmpty && old["due"]["micros"].int == 0)
            #expect(try connection.get("/v1/tenants/nobody/ledger").status == 404)
        }

        @Test("berth shows a statement as a table, JSON, CSV and a page to print")
        func forms() throws {
            _ = try lease("acme", #","contract":"acme-1","label":"first""#)
            let table = try home.berth("ledger", "show", "acme")
            #expect(table.wait() == .exited(0) && table.output.hasPrefix("acme, "), "\(table.error)")
            #expect(table.output.contains("not closed") && table.output.contains("due: $"), "\(table.output)")
            let shown = json(try home.berth("ledger", "show", "acme", "--month", "2020-02", "-o", "json"))
            let fetched = try connection.get("/v1/tenants/acme/ledger?month=2020-02").json
            #expect(shown["tenant"].string == "acme" && shown["sums"].text == fetched["sums"].text)
            let csv = try home.berth("ledger", "show", "acme", "-o", "csv")
            let rows = csv.output.split(separator: "\r\n")
            #expect(rows.first?.hasPrefix("kind,tenant,month,contract,lease,leases,label,gpu_ms_promised,") == true)
            #expect(rows.last?.hasPrefix("total,acme,") == true, "\(csv.output)")
            let page = try home.berth("ledger", "show", "acme", "-o", "html").output
            #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
            #expect(!page.contains("<script") && !page.contains("http"))
            #expect(page.contains("@media print") && page.contains("Contract acme-1"), "\(page)")
            let one = try home.berth("ledger", "contract", "acme-1", "--month", "2020-02")
            #expect(one.wait() == .exited(0) && one.output.contains("due: $0"), "\(one.output)\(one.error)")
            let refused = try home.berth("ledger", "show", "nobody", "-o", "json")
            #expect(refused.wait() != .exited(0) && refused.error.contains("\"status\": 404"), "\(refused.error)")
        }

        @Test("the facts alone give every account again, on the live book and from a backup")
        func verified() throws {
            let lease = try lease("acme")
            _ = try connection.post("/v1/nodes:fault", #"{"nodes":"lab-h1-b1-r1-n1","reason":"ledger"}"#)
            let released = try connection.request("DELETE", "/v1/leases/\(lease["id"].string ?? "")?reason=done")
            #expect(released.status == 200, "\(released.text)")
            let live = try home.berth("ledger", "verify")
            #expect(live.wait() == .exited(0) && live.output.contains("1 leases"), "\(live.output)\(live.error)")
            let path = home.folder.path + "/copy.sqlite"
            let backup = try home.berth("backup", path)
            try #require(backup.wait() == .exited(0), "\(backup.error)")
            let file = try home.berth("ledger", "verify", "--file", path)
            #expect(file.wait() == .exited(0) && file.output.contains("1 leases"), "\(file.output)\(file.error)")
            try home.stop()
            let closed = try home.berth("ledger", "verify", "--file", path)
            #expect(closed.wait() == .exited(0), "\(closed.error)")
            let none = try home.berth("ledger", "verify", "--file", path + ".not")
            #expect(none.wait() == .exited(1) && none.error.contains("copy.sqlite.not"), "\(none.error)")
            // A byte of a fact that is another one makes it no sound book.
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let place = try #require(bytes.range(of: Data("acme-1".utf8)))
            var spoilt = bytes
            spoilt[place.lowerBound] = UInt8(ascii: "b")
            try spoilt.write(to: URL(fileURLWithPath: path))
            let found = try home.berth("ledger", "verify", "--file", path)
            #expect(found.wait() == .exited(1), "\(found.output)")
            // The same book goes on where it was.
            try home.start()
            #expect(try home.berth("ledger", "verify").wait() == .exited(0))
        }
    }
}
