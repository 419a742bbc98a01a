// Why a host list cannot be read.

/// A fault in the text of a host list.
public enum HostListError: Error, Sendable, Equatable {
    /// There is no name: an empty text, or a comma with nothing before or after it.
    case emptyName
    /// A bracket at this character is not closed, not opened, or nested.
    case unbalancedBracket(character: Int)
    /// A part within brackets is not a number or an ascending range of numbers.
    case badRange(String)
    /// The list stands for more names than allowed.
    case tooManyNames(limit: Int)
    /// The names come to more bytes than allowed.
    case tooManyBytes(limit: Int)
}

extension HostListError: CustomStringConvertible {
    /// What is wrong, for a person.
    public var description: String {
        switch self {
        case .emptyName: "a name is missing"
        case .unbalancedBracket(let character): "the bracket at character \(character) has no partner"
        case .badRange(let part): "\(quoted(part)) is not a number or an ascending range like 1-8"
        case .tooManyNames(let limit): "the list stands for more than \(limit) names"
        case .tooManyBytes(let limit): "the names that the list stands for come to more than \(limit) bytes"
        }
    }
}
