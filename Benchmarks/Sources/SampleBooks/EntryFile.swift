// Entries kept in a plain file between runs.

import Foundation
import Leasing

enum EntryFile {
    /// Each entry's length in four bytes, then its bytes.
    static func write(_ entries: [Entry], to path: String) {
        var data = Data()
        for entry in entries {
            let bytes = entry.encoded()
            withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { data.append(contentsOf: $0) }
            data.append(contentsOf: bytes)
        }
        _ = FileManager.default.createFile(atPath: path, contents: data)
    }

    /// What was written, or nothing when the file is not there or another program wrote it.
    static func read(_ path: String) -> [Entry] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        let bytes = Array(data)
        var entries: [Entry] = []
        var place = 0
        while place + 4 <= bytes.count {
            let count = (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
            place += 4
            guard place + count <= bytes.count,
                let entry = try? Entry(decoding: Array(bytes[place..<place + count]))
            else { return [] }
            entries.append(entry)
            place += count
        }
        return entries
    }
}
