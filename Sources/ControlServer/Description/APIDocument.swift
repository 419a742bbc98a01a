// The OpenAPI 3.1 document, made of the routes and the wire types themselves.

import ControlAPI
import HTTPTypes
import MerkleLog

/// What `/openapi.json` and `docs/openapi.json` say.
struct APIDocument: Sendable {
    /// The document's text, ending in a line feed.
    let text: [UInt8]
    /// Changes with the text.
    let entityTag: String

    /// The document of all routes, made once.
    static let current = APIDocument(Route.areas)

    /// - Parameter areas: the routes, by what they are about.
    init(_ areas: [RouteArea]) {
        text = Array((Self.node(areas).indentedText + "\n").utf8)
        entityTag = "\"" + MerkleHash.leaf(text).hex.prefix(16) + "\""
    }

    /// - Precondition: every field that ``Visibility`` names is one of a type in the document.
    static func node(_ areas: [RouteArea]) -> JSONNode {
        let book = SchemaBook { Visibility.keywords(of: $0 + "." + $1) }
        let paths = paths(areas, book)
        let problem = book.schema(of: Problem.self)
        for field in Visibility.fields.keys {
            let parts = field.split(separator: ".").map(String.init)
            let type = book.components[parts[0]]
            precondition(type?["properties"]?[parts[1]] != nil, "there is no field \(field) to be hidden")
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Berth", "version": "1", "summary": "Leases the capacity of a GPU fleet.",
                "description": .string(preface), "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [
                ["url": "http://berth", "description": "The Unix socket, on which any host name will do"],
                [
                    "url": "https://{listener}", "description": "A TLS listener of `tcp` in berthd.yaml",
                    "variables": ["listener": ["default": "localhost", "description": "Its host, and its port"]],
                ],
            ],
            "x-berth-peer-credentials": .string(SecuritySchemes.peerCredentials),
            "tags": .array(areas.map { ["name": .string($0.name), "description": .string($0.summary)] }),
            "paths": paths,
            "components": [
                "schemas": book.components, "responses": responses(problem), "parameters": parameters,
                "headers": headers, "securitySchemes": SecuritySchemes.node,
            ],
        ]
    }

    private static let preface = """
        Times are RFC 3339 in UTC and whole seconds, durations like `90d` or `1h30m`, money whole millionths of a dollar. \
        Fields and query parameters that are not known are refused. Every refusal is application/problem+json. \
        `x-berth-roles` says who may use an operation, `x-berth-visible-to` who sees a field that not all of them see, and \
        `x-berth-codes` which refusals there are. A known path with another method is answered with 405 and `Allow`. \
        A POST, PUT or DELETE that is answered with anything but 2xx changed nothing.
        """

    private static func paths(_ areas: [RouteArea], _ book: SchemaBook) -> JSONNode {
        var paths: JSONNode = [:]
        for area in areas {
            for route in area.routes {
                var path = paths[route.pattern] ?? [:]
                path[route.method.rawValue.lowercased()] = route.node(area: area.name, book)
                paths[route.pattern] = path
            }
        }
        return paths
    }

    /// One response for each status that a refusal can have.
    private static func responses(_ problem: JSONNode) -> JSONNode {
        var responses: JSONNode = [:]
        for status in Set(ErrorCode.allCases.map(\.status)).sorted() {
            let codes = ErrorCode.allCases.filter { $0.status == status }
            var headers: JSONNode = [:]
            headers[HeaderNames.requestId] = ["$ref": "#/components/headers/RequestId"]
            headers[HeaderNames.revision] = ["$ref": "#/components/headers/Revision"]
            if [429, 503, 507].contains(status) {
                headers["Retry-After"] = ["$ref": "#/components/headers/RetryAfter"]
            }
            if status == 405 { headers["Allow"] = ["$ref": "#/components/headers/Allow"] }
            if status == 415 { headers["Accept"] = ["$ref": "#/components/headers/Accept"] }
            var content: JSONNode = ["schema": problem]
            if status == 409 { content["example"] = AnswerExamples.node(of: Problem.self) }
            responses["Problem\(status)"] = [
                "description": .string(codes.map { "\($0.rawValue): \($0.title)." }.joined(separator: " ")),
                "headers": headers, "content": .object([JSONNode.Member(MediaTypes.problem, content)]),
            ]
        }
        return responses
    }

    private static let parameters: JSONNode = [
        "MinRevision": QueryParameter.minRevision.node.merging([
            "x-berth-roles": .array(Audiences.readers.names.map { .string($0) })
        ]),
        "IdempotencyKey": [
            "name": .string(HeaderNames.idempotencyKey), "in": "header",
            "description": "The same key with the same body gives the same success for a day, across restarts.",
            "schema": [
                "type": "string", "minLength": 1, "maxLength": .integer(WireLimits.idempotencyKeyBytesMax),
            ],
        ],
        "IfMatch": [
            "name": .string(HeaderNames.ifMatch), "in": "header",
            "description": "The lease's `revision`, in quotes or not: refused with 412 when it is another by now.",
            "schema": ["type": "string", "pattern": "^([0-9]{1,18}|\"[0-9]{1,18}\"|\\*)$"],
        ],
        "IfNoneMatch": [
            "name": .string(HeaderNames.ifNoneMatch), "in": "header",
            "description": "`ETag` of an earlier answer: 304 when it would be the same.",
            "schema": ["type": "string"],
        ],
    ]

    private static let headers: JSONNode = [
        "RequestId": header("The id under which the daemon logs the request.", required: true),
        "Revision": [
            "description": "The book's revision that the answer shows; for operators and auditors.",
            "schema": ["type": "string", "pattern": "^[0-9]+$"],
            "x-berth-visible-to": .array(Audiences.readers.names.map { .string($0) }),
        ],
        "Location": header("The path of what was made."),
        "EntityTag": header("Changes with the answer.", required: true),
        "Index": header("The number of changes to this answer, from 1.", required: true, pattern: "^[0-9]+$"),
        "RetryAfter": header("Seconds after which it may do.", required: true, pattern: "^[0-9]+$"),
        "Allow": header("The methods that the path takes.", required: true),
        "Accept": header("The media type that bodies are in.", required: true),
    ]

    private static func header(_ summary: String, required: Bool = false, pattern: String? = nil) -> JSONNode {
        var schema: JSONNode = ["type": "string"]
        if let pattern { schema["pattern"] = .string(pattern) }
        var header: JSONNode = ["description": .string(summary)]
        if required { header["required"] = true }
        header["schema"] = schema
        return header
    }
}
