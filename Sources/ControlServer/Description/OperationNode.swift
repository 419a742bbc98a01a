// One route as the document has it.

import ControlAPI
import HTTPTypes

extension Route {
    /// The operation object.
    func node(area: String, _ book: SchemaBook) -> JSONNode {
        var operation: JSONNode = [
            "operationId": .string(name), "summary": .string(summary), "tags": [.string(area)],
            "security": SecuritySchemes.requirement(of: self),
            "x-berth-roles": .array(roles.names.map { .string($0) }),
            "x-berth-codes": .array(refusals.map { .string($0.rawValue) }),
        ]
        operation["parameters"] = .array(
            pathParameters.map(Self.pathParameter) + query.map(\.node) + revisionParameters + headerParameters)
        if let request { operation["requestBody"] = request.node(example: RequestExamples.all[name], book) }
        operation["responses"] = responses(book)
        return operation
    }

    private static func pathParameter(_ name: String) -> JSONNode {
        [
            "name": .string(name), "in": "path", "required": true,
            "schema": ["type": "string", "minLength": 1, "maxLength": 128],
        ]
    }

    private var revisionParameters: [JSONNode] {
        waitsForRevision ? [["$ref": "#/components/parameters/MinRevision"]] : []
    }

    private var headerParameters: [JSONNode] {
        var headers: [JSONNode] = []
        if effect == .change { headers.append(["$ref": "#/components/parameters/IdempotencyKey"]) }
        if isGuarded { headers.append(["$ref": "#/components/parameters/IfMatch"]) }
        if answers.all.contains(where: { $0.status == 304 }) {
            headers.append(["$ref": "#/components/parameters/IfNoneMatch"])
        }
        return headers
    }

    private func responses(_ book: SchemaBook) -> JSONNode {
        var responses: JSONNode = [:]
        let isForReaders = Audiences.readers.names.contains { roles.names.contains($0) }
        for answer in answers.all.sorted(by: { $0.status < $1.status }) {
            responses["\(answer.status)"] = answer.node(showsRevision: isForReaders, book)
        }
        var codes: [Int: [ErrorCode]] = [:]
        for code in refusals { codes[code.status, default: []].append(code) }
        for (status, codes) in codes.sorted(by: { $0.key < $1.key }) {
            responses["\(status)"] = [
                "$ref": .string("#/components/responses/Problem\(status)"),
                "description": .string(codes.map(\.rawValue).joined(separator: ", ")),
            ]
        }
        return responses
    }
}

extension QueryParameter {
    /// The parameter object.
    var node: JSONNode {
        var node: JSONNode = ["name": .string(name), "in": "query", "description": .string(summary)]
        if isRequired { node["required"] = true }
        node["schema"] = schema
        return node
    }

    private var schema: JSONNode {
        switch value {
        case .text: ["type": "string"]
        case .name: ["type": "string"]
        case .flag: ["type": "boolean"]
        case .time: SchemaBook.form(of: Timestamp.self)
        case .duration: SchemaBook.form(of: WireDuration.self).merging(["examples": ["1s"]])
        case .integer(let range):
            ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .decimal(let range):
            ["type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
        case .words(let words): ["type": "string", "enum": .array(words.map { .string($0) })]
        case .pattern(let pattern): ["type": "string", "pattern": .string(pattern)]
        }
    }
}

extension RequestBody {
    fileprivate func node(example: String?, _ book: SchemaBook) -> JSONNode {
        var content: JSONNode = ["schema": book.schema(of: type)]
        if let example { content["example"] = RequestExamples.node(example) }
        return [
            "required": true, "description": .string("At most \(limit >> 20) MiB."),
            "content": .object([JSONNode.Member(MediaTypes.json, content)]),
        ]
    }
}

extension Answer {
    fileprivate func node(showsRevision: Bool, _ book: SchemaBook) -> JSONNode {
        var headers: JSONNode = [:]
        headers[HeaderNames.requestId] = ["$ref": "#/components/headers/RequestId"]
        if showsRevision { headers[HeaderNames.revision] = ["$ref": "#/components/headers/Revision"] }
        for header in self.headers { headers[header.name] = ["$ref": .string("#/components/headers/\(header.key)")] }
        var node: JSONNode = ["description": .string(summary), "headers": headers]
        let types = content.compactMap { content -> (any WireType.Type)? in
            guard case .json(let type) = content else { return nil }
            return type
        }
        var media: JSONNode = [:]
        if let first = types.first {
            let schemas = types.map { book.schema(of: $0) }
            var json: JSONNode = ["schema": schemas.count == 1 ? schemas[0] : ["anyOf": .array(schemas)]]
            json["example"] = AnswerExamples.node(of: first)
            media[MediaTypes.json] = json
        }
        for case .text(let type) in content { media[type] = ["schema": ["type": "string"]] }
        if !media.members.isEmpty { node["content"] = media }
        return node
    }
}

extension AnswerHeader {
    /// The header's name.
    var name: String {
        switch self {
        case .location: "Location"
        case .entityTag: HeaderNames.entityTag
        case .index: HeaderNames.index
        }
    }

    /// Its name among the document's components.
    fileprivate var key: String {
        switch self {
        case .location: "Location"
        case .entityTag: "EntityTag"
        case .index: "Index"
        }
    }
}
