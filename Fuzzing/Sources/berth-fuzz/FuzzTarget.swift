// One decoder, what it is fed and what must hold of what it gives.

/// A decoder of bytes from outside.
///
/// Whatever it is given it takes or refuses. That it traps, reads where it must not, takes too long or too much memory is found
/// by the fuzzer; what `take` itself requires is found as well.
struct FuzzTarget: Sendable {
    let name: String
    /// What is read, and by whom.
    let summary: String
    /// Bytes of the longest input.
    let bytesMax: Int
    /// What inputs are made of, so that the fuzzer need not spell it letter by letter.
    let words: @Sendable () -> [String]
    /// Inputs to begin with, by name.
    let seeds: @Sendable () -> [(name: String, bytes: [UInt8])]
    /// Reads an input; false when it is not even addressed to a decoder, so that nothing like it is kept.
    let take: @Sendable ([UInt8]) -> Bool

    init(
        _ name: String, _ summary: String, bytesMax: Int = 4_096, words: @escaping @Sendable () -> [String] = { [] },
        seeds: @escaping @Sendable () -> [(name: String, bytes: [UInt8])],
        take: @escaping @Sendable ([UInt8]) -> Bool
    ) {
        self.name = name
        self.summary = summary
        self.bytesMax = bytesMax
        self.words = words
        self.seeds = seeds
        self.take = take
    }

    static let all: [FuzzTarget] = [
        bodies, commands, queries, hostLists, fleetFiles, settings, files, commandTexts, entries, snapshots, planTokens,
        credentials, certificates, telemetry, traces, proofs, values,
    ]

    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// An input that says in its first line by whom the rest is to be read.
struct Addressed {
    /// The words of the first line.
    let words: [String]
    let rest: [UInt8]

    /// Nil without a first line.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        words = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ").map(String.init)
        rest = Array(bytes[(end + 1)...])
        guard !words.isEmpty else { return nil }
    }

    var text: String { String(decoding: rest, as: UTF8.self) }

    static func bytes(_ address: String, _ rest: some Sequence<UInt8>) -> [UInt8] {
        Array((address + "\n").utf8) + rest
    }

    static func bytes(_ address: String, _ rest: String) -> [UInt8] { bytes(address, rest.utf8) }
}

/// Words between quotation marks in some JSON, as they stand there.
func quotedWords(in texts: some Sequence<String>) -> [String] {
    var words: Set<String> = []
    for text in texts {
        for (place, piece) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        where place % 2 == 1 && piece.utf8.count <= 40 { words.insert("\"\(piece)\"") }
    }
    return words.sorted()
}

/// A precondition that says in a release, too, what does not hold.
func require(
    _ condition: @autoclosure () throws -> Bool, _ message: @autoclosure () -> String = "what is read is sound",
    file: StaticString = #fileID, line: UInt = #line
) rethrows {
    if try !condition() { fatalError(message(), file: file, line: line) }
}

/// What an error says must be sayable too.
func say(_ error: any Error) {
    require(!"\(error)".isEmpty, "an error says something")
}
