// What a route answers when all is well.

import ControlAPI

/// A type that travels as JSON, and whose form can be described.
typealias WireType = Decodable & Sendable

/// The body of an answer in one media type.
enum AnswerContent: Sendable {
    case json(any WireType.Type)
    /// Text of a media type.
    case text(String)
}

/// A header of an answer, beside those that every answer has.
enum AnswerHeader: Sendable {
    case location, entityTag, index
}

/// One status with what comes under it.
struct Answer: Sendable {
    let status: Int
    /// When it is given, or what it is.
    let summary: String
    let content: [AnswerContent]
    let headers: [AnswerHeader]
}

/// At least one answer.
struct Answers: Sendable {
    let all: [Answer]

    private init(_ all: [Answer]) { self.all = all }

    static func ok(
        _ body: any WireType.Type, headers: [AnswerHeader] = [], _ summary: String = "Done"
    ) -> Answers {
        .ok([.json(body)], headers: headers, summary)
    }

    static func ok(_ content: [AnswerContent], headers: [AnswerHeader] = [], _ summary: String = "Done") -> Answers {
        Answers([Answer(status: 200, summary: summary, content: content, headers: headers)])
    }

    static func created(_ body: any WireType.Type, _ summary: String = "Done, and durable") -> Answers {
        .created([.json(body)], summary)
    }

    static func created(_ content: [AnswerContent], headers: [AnswerHeader] = [], _ summary: String) -> Answers {
        Answers([Answer(status: 201, summary: summary, content: content, headers: headers)])
    }

    static func accepted(_ body: any WireType.Type, _ summary: String) -> Answers {
        Answers([Answer(status: 202, summary: summary, content: [.json(body)], headers: [])])
    }

    /// Nothing to say but that it is done.
    static let noContent = Answers([Answer(status: 204, summary: "Done, and durable", content: [], headers: [])])

    static func notModified(headers: [AnswerHeader]) -> Answers {
        Answers([
            Answer(
                status: 304, summary: "Nothing has changed since the answer of `If-None-Match`", content: [],
                headers: headers)
        ])
    }

    /// What PUT answers.
    static func put(_ body: any WireType.Type) -> Answers {
        .created(body, "It is new").or(.ok(body, "It was there and is now as stated"))
    }

    /// Either these or others, by the case.
    func or(_ others: Answers) -> Answers { Answers(all + others.all) }
}
