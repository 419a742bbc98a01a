// Reading a query as the route's own table has it, before anything is done.

import ControlAPI
import Foundation

extension QueryParameter.Value {
    /// Whether a text is such a value.
    func takes(_ text: String) -> Bool {
        switch self {
        case .text, .name: true
        case .flag: Bool(text) != nil
        case .time: Timestamp(text) != nil
        case .duration: WireDuration(text) != nil
        case .integer(let range):
            text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 } && Int(text).map(range.contains) ?? false
        case .decimal(let range): Double(text).map(range.contains) ?? false
        case .words(let words): words.contains(text)
        case .pattern(let pattern): text.range(of: pattern, options: .regularExpression) != nil
        }
    }

    /// What should have been there, as it completes "expected …".
    var expectation: String {
        switch self {
        case .text, .name: "a text"
        case .flag: "true or false"
        case .time: "a time like 2029-06-01T00:00:00Z"
        case .duration: "a duration like 90d, 4h, 30m, 60s or 1h30m"
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .decimal(let range): "a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
        case .words(let words): "one of " + words.joined(separator: ", ")
        case .pattern(let pattern): "a text like \(pattern)"
        }
    }
}

extension Route {
    /// Whether `minRevision` means something here.
    var waitsForRevision: Bool { effect == .none && Audiences.readers.names.contains { roles.names.contains($0) } }

    /// Refuses parameters that the route does not take, and values that they cannot have.
    func checkQuery(of exchange: Exchange) throws {
        for (name, text) in exchange.query.sorted(by: { $0.key < $1.key }) {
            guard let parameter = parameter(name, of: exchange.role) else {
                let known = query.isEmpty ? "none" : query.map(\.name).sorted().joined(separator: ", ")
                throw Problem(
                    .unknownParameter, detail: "?\(name) is not known here; known are: \(known)", expected: known)
            }
            guard parameter.value.takes(text) else {
                let expected = parameter.value.expectation
                throw Problem(.badRequest, detail: "?\(name)=\(text): expected \(expected)", expected: expected)
            }
        }
    }

    private func parameter(_ name: String, of role: Role) -> QueryParameter? {
        if name == QueryParameter.minRevision.name {
            return waitsForRevision && Audiences.readers.contains(RoleKind(role)) ? .minRevision : nil
        }
        return query.first { $0.name == name }
    }
}
