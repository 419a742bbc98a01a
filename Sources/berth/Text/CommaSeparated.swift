// Comma-separated values (RFC 4180), as spreadsheets and nvidia-smi write them.

import ControlAPI

/// Rows of a file with the line in which each begins.
struct CommaSeparated {
    struct Row {
        let line: Int
        let fields: [String]
    }

    /// The names of the columns, as the first row has them, in lower case.
    let columns: [String]
    let rows: [Row]

    /// - Throws: ``CommandFailure`` with the file and the line.
    init(_ text: String, name: String) throws {
        var all = try Self.rows(of: text, name: name)
        all.removeAll { row in
            row.fields.allSatisfy(\.isEmpty) || row.fields[0].hasPrefix("#")
        }
        guard let head = all.first else {
            throw CommandFailure(status: .badRequest, message: "\(name): is empty")
        }
        columns = head.fields.map { $0.lowercased() }
        rows = Array(all.dropFirst())
        for row in rows where row.fields.count != columns.count {
            throw CommandFailure(
                status: .badRequest,
                message:
                    "\(name):\(row.line): \(row.fields.count) fields, and the first row names \(columns.count) columns")
        }
    }

    /// The place of a column, or nil.
    func column(_ names: String...) -> Int? {
        names.lazy.compactMap { name in columns.firstIndex(of: name) }.first
    }

    private static func rows(of text: String, name: String) throws -> [Row] {
        var (rows, fields, field) = ([Row](), [String](), "")
        var (isQuoted, wasQuoted, line, first) = (false, false, 1, 1)
        func end(_ field: String) -> String {
            wasQuoted ? field : String(field.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        var characters = Array(text.replacing("\r\n", with: "\n"))[...]
        while let character = characters.popFirst() {
            if character == "\n" { line += 1 }
            switch character {
            case "\"" where isQuoted && characters.first == "\"":
                field.append("\"")
                characters.removeFirst()
            case "\"" where isQuoted: isQuoted = false
            case "\"" where field.allSatisfy({ $0 == " " }):
                (isQuoted, wasQuoted, field) = (true, true, "")
            case "," where !isQuoted:
                fields.append(end(field))
                (field, wasQuoted) = ("", false)
            case "\n" where !isQuoted:
                rows.append(Row(line: first, fields: fields + [end(field)]))
                (fields, field, wasQuoted, first) = ([], "", false, line)
            default: field.append(character)
            }
        }
        guard !isQuoted else {
            throw CommandFailure(status: .badRequest, message: "\(name):\(first): a quotation mark is not closed")
        }
        if !field.isEmpty || !fields.isEmpty { rows.append(Row(line: first, fields: fields + [end(field)])) }
        return rows
    }
}
