// Reading bodies: everything that is not understood is refused, and the refusal says where.

/// Decodes JSON bodies strictly.
///
/// Fields that the type does not have, names given twice, numbers out of range, values of the wrong type and bytes
/// after the value are refused at any depth. A request type states its fields once, as `CodingKeys` that are
/// `CaseIterable`; from those come the check for unknown fields and the nearest right spelling. `null` counts as
/// absent.
public enum StrictJSON {
    /// What to do with fields that the type does not have.
    public enum UnknownFields: Sendable {
        /// For requests: a field that is not understood may have been meant.
        case refused
        /// For answers: a newer server may say more than this client knows.
        case ignored
    }

    /// Decodes a body. O(bytes).
    ///
    /// - Throws: ``RequestBodyError`` with the RFC 6901 pointer, what was expected and what was found.
    public static func decode<Body: Decodable>(
        _ type: Body.Type, from bytes: [UInt8], unknownFields: UnknownFields = .refused
    ) throws(RequestBodyError) -> Body {
        let document: JSONDocument
        do {
            document = try JSONParser.parse(bytes)
        } catch {
            throw RequestBodyError(syntax: error, in: bytes)
        }
        if let quick = type as? any QuicklyReadable.Type, let value = quick.init(quickly: document, at: 0) as? Body {
            return value
        }
        return try decodeByContainers(type, from: document, unknownFields: unknownFields)
    }

    /// Decodes a parsed body as `Decodable` does it, whatever can be read in one pass.
    static func decodeByContainers<Body: Decodable>(
        _ type: Body.Type, from document: JSONDocument, unknownFields: UnknownFields = .refused
    ) throws(RequestBodyError) -> Body {
        let run = JSONReadingRun(document: document, refusesUnknownFields: unknownFields == .refused)
        do {
            return try run.decode(type, at: 0)
        } catch let error as JSONReadingError {
            throw RequestBodyError(reading: error, in: document)
        } catch {
            throw RequestBodyError(
                code: .badRequest, pointer: "", expected: "a valid \(type)", found: "\(error)")
        }
    }
}

extension RequestBodyError {
    fileprivate init(syntax error: JSONSyntaxError, in bytes: [UInt8]) {
        let before = bytes.prefix(error.offset)
        let line = before.reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
        let column = error.offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        let found = error.offset >= bytes.count ? "the end" : "something else"
        self.init(
            code: .notJSON, pointer: "", expected: error.expected,
            found: "\(found) at line \(line), column \(column)")
    }

    fileprivate init(reading error: JSONReadingError, in document: JSONDocument) {
        var pointer = document.pointer(to: error.index)
        if let field = error.field { pointer += "/" + pointerEscaped(field) }
        self.init(
            code: error.isUnknownField ? .unknownField : .badRequest, pointer: pointer,
            expected: error.expected, found: error.found, suggestion: error.suggestion)
    }
}
