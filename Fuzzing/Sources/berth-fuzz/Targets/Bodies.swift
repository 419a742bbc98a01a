// Bodies of requests: each route's type, read as the server reads it.

@testable import ControlAPI
@testable import ControlServer

extension FuzzTarget {
    static let bodies = FuzzTarget(
        "bodies", "the body of each route", bytesMax: 8_192,
        words: { quotedWords(in: RequestExamples.all.values) + RequestExamples.all.keys.sorted().map { $0 + "\n" } },
        seeds: { RequestExamples.all.sorted { $0.key < $1.key }.map { ($0.key, Addressed.bytes($0.key, $0.value)) } }
    ) { bytes in
        guard let input = Addressed(bytes), let type = Route.named(input.words[0])?.request?.type else { return false }
        readTwice(type, input.rest)
        return true
    }

    /// Reads a body in both ways that there are; what it gives is written, read and written again to the same bytes.
    private static func readTwice<Body: Decodable>(_ type: Body.Type, _ bytes: [UInt8]) {
        let quick = read(type, bytes)
        guard let document = try? JSONParser.parse(bytes) else { return }
        let slow = try? StrictJSON.decodeByContainers(type, from: document)
        require((quick == nil) == (slow == nil), "both ways of reading take the same bodies")
        guard let quick = quick as? any Encodable, let slow = slow as? any Encodable else { return }
        let text = CanonicalJSON.encode(quick)
        require(text == CanonicalJSON.encode(slow), "both ways of reading give the same")
        guard let again = read(type, text) as? any Encodable else {
            fatalError("what was written reads back: \(String(decoding: text, as: UTF8.self))")
        }
        require(CanonicalJSON.encode(again) == text, "what was written reads back as the same")
    }

    private static func read<Body: Decodable>(_ type: Body.Type, _ bytes: [UInt8]) -> Body? {
        do {
            return try StrictJSON.decode(type, from: bytes)
        } catch {
            _ = CanonicalJSON.encode(Problem(error))
            return nil
        }
    }
}

extension Route {
    static func named(_ name: String) -> Route? { byName[name] }

    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
}
