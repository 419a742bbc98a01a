// What the document says of how far a field of a request may go is what its type checks.

import ControlAPI
import Testing

@testable import ControlServer

@Suite("A bound of the document")
struct BoundTests {
    private static let document = APIDocument.node(Route.areas)

    /// A place in an example, with the schema of what stands there or may.
    private struct Place {
        let path: [String]
        let schema: JSONNode
        let isPresent: Bool

        var pointer: String { path.map { "/" + $0 }.joined() }
    }

    private static func resolved(_ schema: JSONNode) -> JSONNode {
        if case .string(let reference)? = schema["$ref"] {
            let name = reference.split(separator: "/").last.map(String.init) ?? ""
            return document["components"]?["schemas"]?[name] ?? [:]
        }
        // An optional reference is one or null.
        if case .array(let choices)? = schema["anyOf"], choices.count == 2, choices[1] == ["type": "null"] {
            return resolved(choices[0])
        }
        return schema
    }

    private static func places(in value: JSONNode, _ schema: JSONNode, at path: [String] = []) -> [Place] {
        let schema = resolved(schema)
        var places = path.isEmpty ? [] : [Place(path: path, schema: schema, isPresent: true)]
        if case .array(let elements) = value, let items = schema["items"] {
            for (index, element) in elements.enumerated() {
                places += Self.places(in: element, items, at: path + [String(index)])
            }
        }
        if case .object = value {
            for property in schema["properties"]?.members ?? [] {
                let inner = path + [property.name]
                if let member = value[property.name] {
                    places += Self.places(in: member, property.value, at: inner)
                } else {
                    places.append(Place(path: inner, schema: resolved(property.value), isPresent: false))
                }
            }
        }
        return places
    }

    private static func setting(_ value: JSONNode, at path: ArraySlice<String>, to new: JSONNode) -> JSONNode {
        guard let step = path.first else { return new }
        var value = value
        if case .array(var elements) = value, let index = Int(step) {
            elements[index] = setting(elements[index], at: path.dropFirst(), to: new)
            return .array(elements)
        }
        value[step] = setting(value[step] ?? .null, at: path.dropFirst(), to: new)
        return value
    }

    /// Values just beyond what a schema allows.
    private static func beyond(_ schema: JSONNode, like value: JSONNode?) -> [JSONNode] {
        var values: [JSONNode] = []
        if case .integer(let least)? = schema["minimum"] { values.append(.integer(least - 1)) }
        if case .integer(let most)? = schema["maximum"], most < .max { values.append(.integer(most + 1)) }
        if case .integer(let most)? = schema["maxLength"] {
            values.append(.string(String(repeating: "x", count: most + 1)))
        }
        if case .integer(1...)? = schema["minLength"] { values.append("") }
        if schema["pattern"] != nil, schema["enum"] == nil { values.append("\u{7}") }
        if case .array(let elements)? = value, let element = elements.first {
            if case .integer(let most)? = schema["maxItems"] {
                values.append(.array(Array(repeating: element, count: most + 1)))
            }
            if case .integer(1...)? = schema["minItems"] { values.append([]) }
            if schema["uniqueItems"] == true { values.append([element, element]) }
        }
        return values
    }

    /// Values that are just within it.
    private static func within(_ schema: JSONNode) -> [JSONNode] {
        [schema["minimum"], schema["maximum"]].compactMap { $0 }.filter {
            if case .integer = $0 { true } else { false }
        }
    }

    private static func error(_ type: any WireType.Type, _ body: JSONNode) -> RequestBodyError? {
        func read<Body: Decodable>(_ type: Body.Type) -> RequestBodyError? {
            do throws(RequestBodyError) {
                _ = try StrictJSON.decode(type, from: CanonicalJSON.encode(body))
                return nil
            } catch {
                return error
            }
        }
        return read(type)
    }

    @Test("is what the request's type checks", arguments: Route.all.filter { $0.request != nil }.map(\.name))
    func isChecked(_ name: String) throws {
        let route = try #require(Route.all.first { $0.name == name })
        let (request, text) = (try #require(route.request), try #require(RequestExamples.all[name]))
        let body = RequestExamples.node(text)
        let reference: JSONNode = ["$ref": .string("#/components/schemas/" + SchemaBook.name(of: request.type))]
        for place in Self.places(in: body, reference) {
            let present = place.path.reduce(Optional(body)) { value, step in
                if case .array(let elements)? = value { return Int(step).map { elements[$0] } }
                return value?[step]
            }
            for value in Self.beyond(place.schema, like: place.isPresent ? present : nil) {
                let error = Self.error(request.type, Self.setting(body, at: place.path[...], to: value))
                #expect(error != nil, "\(name)\(place.pointer) may be \(String("\(value)".prefix(80)))")
                if place.isPresent {
                    let pointer = error?.pointer ?? ""
                    // What is wrong with an element is said of its list.
                    let isHere =
                        pointer.hasPrefix(place.pointer) || place.pointer.hasPrefix(pointer) && !pointer.isEmpty
                    #expect(isHere, "\(name)\(place.pointer): \(pointer)")
                }
            }
            guard place.isPresent, case .integer = present else { continue }
            // No units are only asked for with a ramp that begins later.
            for value in Self.within(place.schema) where !(value == 0 && place.path.last == "count") {
                let error = Self.error(request.type, Self.setting(body, at: place.path[...], to: value))
                #expect(error == nil, "\(name)\(place.pointer) may not be \(value): \(error!)")
            }
        }
    }

    /// Fields that name what is there already. Nothing is kept of a name that is of nothing, and it is refused.
    private static let references: Set<String> = [
        "acknowledge", "budget", "hold", "lease", "node", "nodes", "planToken", "uuid",
    ]

    /// Whether a place takes text of the caller's own.
    private static func isFree(_ place: Place) -> Bool {
        let field = place.path.last { Int($0) == nil } ?? ""
        guard place.schema["enum"] == nil, !references.contains(field), !place.pointer.hasPrefix("/lines/") else {
            return false
        }
        if case .array(let types)? = place.schema["type"] { return types.contains("string") }
        return place.schema["type"] == "string"
    }

    @Test(
        "no text of a request may hold what a terminal or a C string would take for more than text",
        arguments: Route.all.filter { $0.request != nil }.map(\.name))
    func isText(_ name: String) throws {
        let route = try #require(Route.all.first { $0.name == name })
        let (request, text) = (try #require(route.request), try #require(RequestExamples.all[name]))
        let body = RequestExamples.node(text)
        let reference: JSONNode = ["$ref": .string("#/components/schemas/" + SchemaBook.name(of: request.type))]
        for place in Self.places(in: body, reference) where Self.isFree(place) {
            for text in ["/tmp/a\u{0}b", "/tmp/a\u{1b}[2Jb"] {
                let error = Self.error(request.type, Self.setting(body, at: place.path[...], to: .string(text)))
                #expect(error != nil, "\(name)\(place.pointer) may hold a control character")
            }
        }
    }
}
