// The OpenAPI document: what it says of every route, and that docs/ has it.
//
// Files are rewritten only on purpose, with `make api-docs`.

import ControlAPI
import Foundation
import HTTPTypes
import Leasing
import Testing

@testable import ControlServer

@Suite("The OpenAPI document")
struct APIDocumentTests {
    private static let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs")
    private static let isRewriting = ProcessInfo.processInfo.environment["BERTH_REWRITE_GOLDEN"] == "1"
    private static let document = APIDocument.node(Route.areas)

    @Test("is the one in docs/openapi.json")
    func isInDocs() throws {
        let file = Self.docs.appendingPathComponent("openapi.json")
        let text = String(decoding: APIDocument.current.text, as: UTF8.self)
        if Self.isRewriting { try text.write(to: file, atomically: true, encoding: .utf8) }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "run `make api-docs`")
    }

    @Test("has the same routes as docs/api.md")
    func hasReference() throws {
        let file = Self.docs.appendingPathComponent("api.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let mark = "## Paths\n\n"
        let start = try #require(page.range(of: mark)?.upperBound)
        let sections = ReferencePage.sections(Route.areas)
        if Self.isRewriting {
            try (page[..<start] + sections).write(to: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(page[start...] == sections, "run `make api-docs`")
    }

    @Test("names each route once, and each path with its methods")
    func namesAreUnique() {
        let routes = Route.all
        #expect(Set(routes.map(\.name)).count == routes.count)
        #expect(Set(routes.map { "\($0.method) \($0.pattern)" }).count == routes.count)
        let operations = Self.document["paths"]?.members.flatMap { path in
            path.value.members.map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(Set(operations ?? []) == Set(routes.map { "\($0.method.rawValue) \($0.pattern)" }))
    }

    @Test("has an example for each route that takes a body, which the route reads", arguments: Route.all.map(\.name))
    func examplesAreRead(_ name: String) throws {
        let route = try #require(Route.all.first { $0.name == name })
        #expect((route.request == nil) == (RequestExamples.all[name] == nil))
        guard let request = route.request, let example = RequestExamples.all[name] else { return }
        func read<Body: Decodable>(_ type: Body.Type) throws {
            _ = try StrictJSON.decode(type, from: Array(example.utf8))
        }
        try read(request.type)
    }

    @Test("has examples of answers that their types read", arguments: AnswerExamples.all.keys.sorted())
    func answersAreRead(_ name: String) throws {
        let types = Route.all.flatMap(\.answers.all).flatMap(\.content).compactMap { content in
            if case .json(let type) = content { type } else { nil }
        }
        let type = try #require((types + [Problem.self]).first { SchemaBook.name(of: $0) == name })
        let example = try #require(AnswerExamples.all[name])
        func read<Body: Decodable>(_ type: Body.Type) throws {
            _ = try StrictJSON.decode(type, from: Array(example.utf8))
        }
        try read(type)
    }

    @Test("refers to nothing that it does not have")
    func referencesResolve() {
        var references: Set<String> = []
        func walk(_ node: JSONNode) {
            switch node {
            case .object(let members):
                for member in members {
                    if member.name == "$ref", case .string(let target) = member.value { references.insert(target) }
                    walk(member.value)
                }
            case .array(let elements): elements.forEach(walk)
            default: break
            }
        }
        walk(Self.document)
        #expect(references.count > 100)
        for reference in references {
            let steps = reference.dropFirst(2).split(separator: "/").map(String.init)
            let target = steps.reduce(Optional(Self.document)) { $0?[$1] }
            #expect(target != nil, "\(reference)")
        }
    }

    @Test("says of each operation what shows who calls, by schemes that it has and scopes that tokens have")
    func saysWhoCalls() throws {
        let schemes = try #require(Self.document["components"]?["securitySchemes"]?.members)
        #expect(schemes.map(\.name) == ["bearerToken", "clientCertificate"])
        var tokens = 0
        for route in Route.all {
            let operation = Self.document["paths"]?[route.pattern]?[route.method.rawValue.lowercased()]
            guard case .array(let requirement) = operation?["security"] else {
                Issue.record("\(route.name) says nothing")
                continue
            }
            // The Unix socket needs nothing shown.
            #expect(requirement.count { $0.members.isEmpty } == 1, "\(route.name)")
            let names = requirement.flatMap(\.members).map(\.name)
            #expect(names.contains("clientCertificate") && names.allSatisfy(schemes.map(\.name).contains))
            let isForOperatorsAlone = route.roles.names == ["operator"]
            #expect(names.contains("bearerToken") != isForOperatorsAlone, "\(route.name)")
            guard case .array(let scopes) = requirement.lazy.compactMap({ $0["bearerToken"] }).first else { continue }
            tokens += 1
            #expect(scopes == route.scope.names.map { .string($0) } && scopes.count == 1, "\(route.name)")
        }
        #expect(tokens > 50)
    }

    @Test("gives words to each type and each field that has a name")
    func hasWords() {
        for schema in Self.document["components"]?["schemas"]?.members ?? [] {
            #expect(schema.value["description"] != nil, "\(schema.name)")
            for field in schema.value["properties"]?.members ?? [] {
                #expect(field.value["description"] != nil, "\(schema.name).\(field.name)")
            }
        }
    }
}
