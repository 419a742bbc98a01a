// The document that the daemon serves, held against what it does: who may do what, who sees which field, and no field that
// the document does not have.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("The document", .enabled(if: geteuid() == 0 && ThreadUser.isAvailable, "calling as another user needs root"))
    struct DescriptionTests {
        /// A role, and the user who has it.
        private struct Caller {
            let role: String
            let uid: Int
        }

        private static let callers = [
            Caller(role: "operator", uid: 0), Caller(role: "auditor", uid: 42_003),
            Caller(role: "actuator", uid: 42_004), Caller(role: "tenant", uid: 42_001),
        ]
        private static let group = 42_100

        private let home: DaemonHome
        private let document: APIDescription
        /// What stands for the parameters of paths, by the step before them.
        private let names: [String: String]

        init() throws {
            home = try DaemonHome()
            home.config = try home.folder.write(
                """
                roles:
                  auditors: ["user:42003"]
                  actuators: ["user:42004"]
                  tenants: ["user:42001=acme", "user:42002=rival"]

                """, to: "berthd.yaml")
            try home.start(initialise: true)
            let connection = try home.connect()
            document = APIDescription(try connection.get("/openapi.json").json)
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
            names = try Self.populate(connection, home)
        }

        /// Something of everything; what the tenant acme has stands in paths.
        private static func populate(_ connection: HTTPConnection, _ home: DaemonHome) throws -> [String: String] {
            func done(_ method: String, _ target: String, _ body: String) throws -> JSONValue {
                let answer = try connection.request(method, target, body)
                try #require((200..<300).contains(answer.status), "\(method) \(target): \(answer.text)")
                return answer.json
            }
            let later = Date(timeIntervalSinceNow: 60 * 86_400).ISO8601Format()
            _ = try done("PUT", "/v1/cohorts/research", #"{"reason":"x"}"#)
            for tenant in ["acme", "rival"] {
                _ = try done("PUT", "/v1/tenants/\(tenant)", #"{"cohort":"research","reason":"x"}"#)
                _ = try done(
                    "PUT", "/v1/contracts/\(tenant)-1",
                    #"{"tenant":"\#(tenant)","transfers":{"approval":false},"subleases":{"approval":false},"reclaimCauses":["x"],"reclaimForCause":{"noticePeriod":"1d"},"#
                        + #""approvals":{"of":["cause"],"expiresAfter":"1d"},"reclaimForConvenience":"#
                        + #"{"maxPercent":50,"per":"30d","noticePeriod":"7d"},"reason":"x"}"#)
            }
            func lease(_ tenant: String) throws -> String {
                let body =
                    #"{"tenant":"\#(tenant)","contract":"\#(tenant)-1","reservations":[{"shape":"node","count":2}],"#
                    + #""duration":"30d","reason":"x"}"#
                return try #require(try done("POST", "/v1/leases", body)["id"].string)
            }
            let (own, offered, other) = (try lease("acme"), try lease("acme"), try lease("rival"))
            _ = try done(
                "POST", "/v1/leases/\(own)/reclaim", #"{"clause":"convenience","gpus":8,"reason":"x"}"#)
            _ = try done("POST", "/v1/leases/\(other)/reclaim", #"{"clause":"cause","cause":"x","reason":"x"}"#)
            let transfer = try done(
                "POST", "/v1/transfers", #"{"lease":"\#(offered)","to":"rival","reason":"x"}"#)["id"].string
            let sublease =
                try done("POST", "/v1/subleases", #"{"lease":"\#(try lease("acme"))","to":"rival","reason":"x"}"#)["id"]
                .string ?? ""
            for user in [42_001, 42_002] {
                let answer = try home.asUser(
                    user, in: group, "POST", "/v1/subleases/\(sublease)", #"{"accept":true,"reason":"x"}"#)
                try #require(answer.status == 200, "\(answer.text)")
            }
            let node = try connection.get("/v1/leases/\(own)/allocation").json["nodes"][0]["node"].string ?? ""
            let fault = try done(
                "POST", "/v1/tenants/acme/faults", #"{"nodes":[{"node":"\#(node)"}],"text":"hot"}"#)["faults"][0]
            _ = try done(
                "PUT", "/v1/maintenance/later",
                #"{"nodes":"lab/h1/b4","start":"\#(later)","duration":"4h","reason":"x"}"#)
            _ = try done(
                "PUT", "/v1/budgets/lab-meter/load-targets/call",
                #"{"watts":9000000,"start":"\#(later)","duration":"1h","reason":"x"}"#)
            return [
                "leases": own, "tenants": "acme", "contracts": "acme-1", "cohorts": "research",
                "budgets": "lab-meter", "load-targets": "call", "maintenance": "later", "transfers": transfer ?? "",
                "subleases": sublease,
                "faults": fault["id"].string ?? "",
                "approvals": try connection.get("/v1/approvals").json["approvals"][0]["id"].string ?? "",
                "notices": try connection.get("/v1/notices").json["notices"][0]["id"].string ?? "",
            ]
        }

        private func target(_ operation: APIDescription.Operation) -> String {
            let steps = operation.path.split(separator: "/").map(String.init)
            var filled = steps
            for (place, step) in steps.enumerated() where place > 0 {
                guard let open = step.firstIndex(of: "{"), let close = step.firstIndex(of: "}") else { continue }
                filled[place].replaceSubrange(open...close, with: names[steps[place - 1]] ?? "none")
            }
            var query = operation.requiredQuery.map { $0 + "=1" }
            // The stream would go on for ever.
            if operation.path == "/v1/events" { query.append("follow=false") }
            return "/" + filled.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        }

        @Test("says of each route who may use it: others get 403, and they do not")
        func roles() throws {
            #expect(document.operations.count > 90)
            for caller in Self.callers {
                for operation in document.operations {
                    // An empty body is refused as a body, once its sender may send one.
                    let body = operation.method == "GET" || operation.method == "DELETE" ? nil : "[]"
                    let target =
                        operation.method == "GET" || operation.roles.contains(caller.role) == false
                        ? target(operation) : Self.unknown(operation)
                    let answer = try home.asUser(caller.uid, in: Self.group, operation.method, target, body)
                    let isAllowed = operation.roles.contains(caller.role)
                    #expect(
                        isAllowed ? answer.status != 401 && answer.status != 403 : answer.status == 403,
                        "\(caller.role): \(operation.method) \(target): \(answer.text.prefix(300))")
                    #expect(
                        operation.statuses.contains(answer.status),
                        "\(operation.method) \(target): \(answer.status) is not in the document")
                }
            }
        }

        /// The path with names of nothing, so that nothing is changed by asking.
        private static func unknown(_ operation: APIDescription.Operation) -> String {
            operation.path.replacing(#/\{[a-z]+\}/#, with: "none")
        }

        @Test("says of each field who sees it: no other is answered, and nobody sees one that is not for him")
        func fields() throws {
            var seen: [String: Set<String>] = [:]
            for caller in Self.callers {
                for operation in document.operations where operation.method == "GET" {
                    guard operation.roles.contains(caller.role) else { continue }
                    let answer = try home.asUser(caller.uid, in: Self.group, "GET", target(operation))
                    note(answer, operation, caller, &seen)
                }
                let asked = [
                    (
                        "/v1/leases",
                        #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#
                    ),
                    ("/v1/offers", #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#),
                ]
                for (path, body) in asked {
                    let operation = try #require(
                        document.operations.first { $0.path == path && $0.method == "POST" })
                    guard operation.roles.contains(caller.role) else { continue }
                    let query = path == "/v1/leases" ? "?dryRun=plan" : ""
                    let answer = try home.asUser(caller.uid, in: Self.group, "POST", path + query, body)
                    note(answer, operation, caller, &seen)
                }
            }
            for (field, roles) in document.visibility {
                for caller in Self.callers where !roles.contains(caller.role) {
                    #expect(seen[field]?.contains(caller.role) != true, "\(caller.role) sees \(field)")
                }
            }
            // What is hidden from some was there for an operator to see, where such a thing was made.
            for field in ["LeaseAnswer.decision", "NodeAnswer.holder", "FaultReportAnswer.by", "OfferAnswer.packing"] {
                #expect(document.visibility[field] != nil && seen[field]?.contains("operator") == true, "\(field)")
            }
            #expect(seen.count > 150, "\(seen.count)")
        }

        private func note(
            _ answer: HTTPAnswer, _ operation: APIDescription.Operation, _ caller: Caller,
            _ seen: inout [String: Set<String>]
        ) {
            let place = "\(caller.role): \(operation.method) \(operation.path)"
            #expect(answer.status == 200, "\(place): \(answer.text.prefix(300))")
            let isReader = ["operator", "auditor"].contains(caller.role)
            #expect((answer.headers["berth-revision"] != nil) == isReader, "\(place)")
            guard let schema = operation.answers[answer.status] else { return }
            for problem in document.problems(
                of: answer.json.value, in: schema, { seen[$0, default: []].insert(caller.role) })
            {
                Issue.record("\(place): \(problem)")
            }
        }

        @Test("is served with an ETag, and not again to whom has it")
        func conditional() throws {
            let first = try home.connect().get("/openapi.json")
            let tag = try #require(first.headers["etag"])
            let second = try home.connect().get("/openapi.json", headers: ["If-None-Match": tag])
            #expect(second.status == 304 && second.body.isEmpty && second.headers["etag"] == tag)
            #expect(try home.connect().get("/openapi.json", headers: ["If-None-Match": "\"x\""]).status == 200)
        }
    }
}

/// An OpenAPI document, as far as these tests read it.
struct APIDescription {
    struct Operation {
        let method: String
        let path: String
        let roles: [String]
        let requiredQuery: [String]
        let statuses: Set<Int>
        /// Schemas of JSON answers by status.
        let answers: [Int: [String: Any]]
    }

    let operations: [Operation]
    /// Roles by `Type.field`, of fields that not all see.
    let visibility: [String: [String]]
    private let schemas: [String: [String: Any]]

    init(_ document: JSONValue) {
        schemas = document["components"]["schemas"].value as? [String: [String: Any]] ?? [:]
        operations = document["paths"].names.flatMap { path in
            document["paths"][path].names.map { method in
                Operation(method: method.uppercased(), path: path, document["paths"][path][method])
            }
        }
        var visibility: [String: [String]] = [:]
        for (type, schema) in schemas {
            for (field, property) in schema["properties"] as? [String: [String: Any]] ?? [:] {
                if let roles = property["x-berth-visible-to"] as? [String] { visibility[type + "." + field] = roles }
            }
        }
        self.visibility = visibility
    }

    /// What is wrong with a value by a schema, in words; calls `found` for each field that it has.
    func problems(of value: Any?, in schema: [String: Any], at place: String = "", _ found: (String) -> Void)
        -> [String]
    {
        if let name = (schema["$ref"] as? String)?.split(separator: "/").last.map(String.init) {
            return problems(of: value, in: schemas[name] ?? [:], named: name, at: place, found)
        }
        return problems(of: value, in: schema, named: nil, at: place, found)
    }

    private func problems(
        of value: Any?, in schema: [String: Any], named name: String?, at place: String, _ found: (String) -> Void
    ) -> [String] {
        if let choices = schema["anyOf"] as? [[String: Any]] {
            let fitting = choices.first { problems(of: value, in: $0, at: place) { _ in }.isEmpty }
            guard let fitting else { return ["\(place) is none of what it may be"] }
            return problems(of: value, in: fitting, at: place, found)
        }
        switch value {
        case let object as [String: Any]:
            guard Self.allows("object", schema) else { return ["\(place) is an object"] }
            return problems(of: object, in: schema, named: name, at: place, found)
        case let array as [Any]:
            guard Self.allows("array", schema), let items = schema["items"] as? [String: Any] else {
                return ["\(place) is an array"]
            }
            return array.enumerated().flatMap { problems(of: $1, in: items, at: "\(place)/\($0)", found) }
        case let text as String:
            let words = schema["enum"] as? [String]
            return Self.allows("string", schema) && words?.contains(text) != false ? [] : ["\(place) is \(text)"]
        case is NSNull: return Self.allows("null", schema) ? [] : ["\(place) is null"]
        case let number as NSNumber:
            let isBoolean = ["c", "B"].contains(String(cString: number.objCType))
            let types = isBoolean ? ["boolean"] : ["integer", "number"]
            return types.contains { Self.allows($0, schema) } ? [] : ["\(place) is \(number)"]
        default: return ["\(place) is nothing"]
        }
    }

    private func problems(
        of object: [String: Any], in schema: [String: Any], named name: String?, at place: String,
        _ found: (String) -> Void
    ) -> [String] {
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        let missing = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map {
            "\(place) has no \($0)"
        }
        let wrong = object.flatMap { field, value -> [String] in
            guard let property = properties[field] else {
                if let others = schema["additionalProperties"] as? [String: Any] {
                    return problems(of: value, in: others, at: "\(place)/\(field)", found)
                }
                return schema["additionalProperties"] as? Bool == false ? ["\(place) has \(field)"] : []
            }
            if let name { found(name + "." + field) }
            return problems(of: value, in: property, at: "\(place)/\(field)", found)
        }
        return missing + wrong
    }

    private static func allows(_ type: String, _ schema: [String: Any]) -> Bool {
        switch schema["type"] {
        case let one as String: one == type
        case let several as [String]: several.contains(type)
        default: true
        }
    }
}

extension APIDescription.Operation {
    fileprivate init(method: String, path: String, _ operation: JSONValue) {
        var answers: [Int: [String: Any]] = [:]
        for status in operation["responses"].names {
            let schema = operation["responses"][status]["content"]["application/json"]["schema"].value
            if let schema = schema as? [String: Any] { answers[Int(status) ?? 0] = schema }
        }
        let required = operation["parameters"].array.filter {
            $0["in"].string == "query" && $0["required"].bool == true
        }
        self.init(
            method: method, path: path, roles: operation["x-berth-roles"].array.compactMap(\.string),
            requiredQuery: required.compactMap { $0["name"].string },
            statuses: Set(operation["responses"].names.compactMap { Int($0) }), answers: answers)
    }
}
