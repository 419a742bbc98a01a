// Writes each target's seeds and dictionary, so that they follow the types.

import Foundation

enum Corpora {
    /// Puts `FOLDER/TARGET/seed-NAME` and `FOLDER/TARGET.dict` in place of those that were there; other files stay.
    static func write(to folder: String) throws {
        let manager = FileManager.default
        for target in FuzzTarget.all {
            let place = "\(folder)/\(target.name)"
            try manager.createDirectory(atPath: place, withIntermediateDirectories: true)
            for old in try manager.contentsOfDirectory(atPath: place) where old.hasPrefix("seed-") {
                try manager.removeItem(atPath: "\(place)/\(old)")
            }
            for seed in target.seeds() {
                guard seed.bytes.count <= target.bytesMax else {
                    fatalError("\(target.name): the seed \(seed.name) has \(seed.bytes.count) bytes")
                }
                guard target.take(seed.bytes) else {
                    fatalError("\(target.name): the seed \(seed.name) is addressed to nobody")
                }
                try Data(seed.bytes).write(to: URL(fileURLWithPath: "\(place)/seed-\(seed.name)"))
            }
            let words = target.words().map { "\"\(escaped($0))\"\n" }.joined()
            try Data(words.utf8).write(to: URL(fileURLWithPath: "\(place).dict"))
        }
    }

    /// As a dictionary of libFuzzer has it.
    private static func escaped(_ word: String) -> String {
        word.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(Unicode.Scalar(byte))
            case 0x20..<0x7F: text += String(Unicode.Scalar(byte))
            default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
    }
}
