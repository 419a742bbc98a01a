// Heads, keys and proofs from the wire and from files, read strictly.

import ControlAPI
import Foundation
import MerkleLog

/// A file that is not what it should be, in words.
struct AuditFileError: Error, CustomStringConvertible {
    let description: String
}

extension SignedHead {
    /// The head that an answer carries, or nil when it is none.
    init?(_ head: AuditHead) {
        guard let log = LogName(head.log), let root = MerkleHash(hex: head.root),
            let signature = HexText.bytes(head.signature), head.epoch > 0, head.size >= 0
        else { return nil }
        self.init(
            head: TreeHead(
                bookID: head.bookId, epoch: UInt64(head.epoch), log: log, size: UInt64(head.size), root: root,
                signedAt: head.signedAt.epochSeconds),
            keyID: head.keyId, signature: signature)
    }
}

/// Reads what `berth audit` wrote.
enum AuditFiles {
    /// Reads files for a command that speaks to the daemon: what is wrong with one becomes the command's failure.
    static func read<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as AuditFileError {
            throw CommandFailure(status: .badRequest, message: "berth: \(error.description)")
        }
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe))
        } catch {
            throw AuditFileError(description: "\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
        do {
            return try StrictJSON.decode(type, from: try bytes(path), unknownFields: .ignored)
        } catch let error as RequestBodyError {
            throw AuditFileError(description: "\(path): \(error.description)")
        }
    }

    /// The head in a file made by `berth audit head -o json`.
    static func head(_ path: String) throws -> SignedHead {
        guard let head = SignedHead(try decode(AuditHeadAnswer.self, path).head) else {
            throw AuditFileError(description: "\(path) has no head in it")
        }
        return head
    }

    /// A public key: its digits, or a file that holds them or an answer that does.
    static func key(_ text: String) throws -> HeadKey {
        if let key = HexText.bytes(text).flatMap({ HeadKey($0) }) { return key }
        let content = try bytes(text)
        let digits = String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if let key = HexText.bytes(digits).flatMap({ HeadKey($0) }) { return key }
        let answer = try? StrictJSON.decode(AuditHeadAnswer.self, from: content, unknownFields: .ignored)
        guard let key = answer.flatMap({ HexText.bytes($0.publicKey) }).flatMap({ HeadKey($0) }) else {
            throw AuditFileError(description: "\(text) is no public key, which is 64 hexadecimal digits")
        }
        return key
    }
}
