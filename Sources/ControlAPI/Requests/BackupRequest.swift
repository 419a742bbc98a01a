// Taking a consistent copy of the book.

/// Where the daemon shall write a copy.
public struct BackupRequest: Codable, Sendable, Equatable {
    /// An absolute path on the daemon's machine, outside its state directory, where nothing is yet.
    public var path: String
    /// Why, for the audit log; up to 1,024 bytes.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case path, reason
    }

    /// Every field; those left out are absent.
    public init(path: String, reason: String? = nil) {
        self.path = path
        self.reason = reason
    }
}

extension BackupRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard path.hasPrefix("/"), path.utf8.count <= WireLimits.pathBytesMax else {
            throw WireValueError(field: "path", expected: "an absolute path", foundText: path)
        }
        guard !WireLimits.hasControlCharacters(path), !path.utf8.contains(where: { $0 < 0x20 }) else {
            throw WireValueError(field: "path", expected: "a path without control characters", found: "one in it")
        }
        try checkText(reason, field: "reason")
    }
}

/// The copy that was made.
public struct BackupAnswer: Codable, Sendable, Equatable {
    /// Where it stands.
    public var path: String
    /// The last change in it.
    public var revision: Int
    /// Its size in bytes.
    public var bytes: Int

    /// Every field; those left out are absent.
    public init(path: String, revision: Int, bytes: Int) {
        self.path = path
        self.revision = revision
        self.bytes = bytes
    }
}
