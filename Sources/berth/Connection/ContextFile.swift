// The daemons that the user has named, kept between commands.
//
// They lie in the user's configuration folder (XDG Base Directory Specification: XDG_CONFIG_HOME, else ~/.config),
// readable by the user alone.

import ControlAPI
import Foundation

/// `contexts.yaml`.
struct ContextFile: Codable, Equatable {
    /// The context that is used where none is named; absent: none.
    var current: String?
    /// By name.
    var contexts: [String: DaemonContext] = [:]

    enum CodingKeys: String, CodingKey, CaseIterable {
        case current, contexts
    }

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        current = try container.decodeIfPresent(String.self, forKey: .current)
        let named = try container.decode(NamedEntries<DaemonContext>.self, forKey: .contexts)
        contexts = Dictionary(named.entries.map { ($0.name, $0.entry) }, uniquingKeysWith: { $1 })
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(current, forKey: .current)
        var named = container.nestedContainer(keyedBy: EntryName.self, forKey: .contexts)
        for name in names { try named.encode(contexts[name], forKey: EntryName(stringValue: name)) }
    }

    /// In their order.
    var names: [String] { contexts.keys.sorted() }

    /// The context of a name.
    ///
    /// - Throws: ``CommandFailure`` that names those there are.
    func context(_ name: String) throws(CommandFailure) -> DaemonContext {
        if let found = contexts[name] { return found }
        let nearest = nearestSpelling(of: name, among: names).map { " Did you mean \($0)?" } ?? ""
        throw CommandFailure(
            status: .usage, message: "There is no context \"\(name)\".\(nearest)",
            advice: names.isEmpty
                ? "Add it: berth context add \(shellQuoted(name)) --socket PATH"
                : "There are: \(names.joined(separator: ", ")). See: berth context list")
    }
}

extension ContextFile {
    /// Where it lies.
    static var path: String {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
        let folder = named ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".config")
        return folder.appendingPathComponent("berth/contexts.yaml").path
    }

    /// The file as it is, or an empty one where there is none.
    static func read() throws -> ContextFile {
        guard FileManager.default.fileExists(atPath: path) else { return ContextFile() }
        return try StrictYAML.decode(ContextFile.self, fromFile: path)
    }

    /// Puts it in the place of the file there, all of it or nothing.
    func write() throws {
        do {
            try PrivateFile.write(Array(try blockYAML(CanonicalJSON.encode(self)).utf8), to: Self.path)
        } catch {
            throw CommandFailure(
                status: .failed, message: "\(Self.path): cannot be written: \(error.localizedDescription)",
                advice: "Is the folder yours? XDG_CONFIG_HOME names another one.")
        }
    }
}
