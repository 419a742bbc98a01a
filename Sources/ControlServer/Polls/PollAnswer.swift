// The answer to a poll: one description for the request's own way and for the short one.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import NIOCore
import Scheduling

/// Status, fields in their order, and body.
struct PollAnswer {
    let requestID: String
    /// The book's revision, where the reader may know it.
    let revision: UInt64?
    let tag: EntityTag
    let isUnchanged: Bool
    let body: ByteBuffer?

    var status: HTTPResponse.Status { isUnchanged ? .notModified : .ok }

    /// What a poll is answered with at an index of its tenant and a revision of the book.
    ///
    /// - Parameter body: gives the body where one is needed, or nil, and then there is no answer.
    init?(
        _ poll: Poll, index: UInt64, revision: UInt64, epoch: UInt64, requestID: String,
        body: (_ gzip: Bool) -> ByteBuffer?
    ) {
        self.requestID = requestID
        self.revision = poll.seesRevision ? revision : nil
        var tag = EntityTag(epoch: epoch, index: index, isZipped: false)
        let hasPlain = poll.tags.contains(tag)
        isUnchanged = hasPlain || poll.tags.contains(tag.zipped)
        if isUnchanged {
            self.body = nil
            if !hasPlain { tag = tag.zipped }
        } else {
            let zipped = poll.takesGzip ? body(true) : nil
            guard let bytes = zipped ?? body(false) else { return nil }
            self.body = bytes
            if zipped != nil { tag = tag.zipped }
        }
        self.tag = tag
    }

    /// As the request's own way gives it back.
    var response: Response {
        var headers = HTTPFields()
        headers[.requestID] = requestID
        if let revision { headers[.revision] = String(revision) }
        headers[.eTag] = tag.text
        headers[.index] = String(tag.index)
        headers[.vary] = "Accept-Encoding"
        guard let body else { return Response(status: status, headers: headers) }
        headers[.contentType] = MediaTypes.json
        if tag.isZipped { headers[.contentEncoding] = "gzip" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }

    /// The same on the wire, with the fields that every answer ends with.
    func bytes(date: String, allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 320 + (body?.readableBytes ?? 0))
        buffer.writeStaticString(isUnchanged ? "HTTP/1.1 304 Not Modified\r\n" : "HTTP/1.1 200 OK\r\n")
        buffer.writeString(Self.requestIDName)
        buffer.writeString(requestID)
        if let revision {
            buffer.writeString(Self.revisionName)
            buffer.writeString(String(revision))
        }
        buffer.writeStaticString("\r\nETag: ")
        tag.write(to: &buffer)
        buffer.writeString(Self.indexName)
        buffer.writeString(String(tag.index))
        buffer.writeStaticString("\r\nVary: Accept-Encoding")
        if let body {
            buffer.writeString(Self.contentType)
            if tag.isZipped { buffer.writeStaticString("\r\nContent-Encoding: gzip") }
            buffer.writeStaticString("\r\nContent-Length: ")
            buffer.writeString(String(body.readableBytes))
        }
        buffer.writeStaticString("\r\nDate: ")
        buffer.writeString(date)
        buffer.writeString(Self.ending)
        if let body { buffer.writeImmutableBuffer(body) }
        return buffer
    }

    private static let requestIDName = "\(HeaderNames.requestId): "
    private static let revisionName = "\r\n\(HeaderNames.revision): "
    private static let indexName = "\r\n\(HeaderNames.index): "
    private static let contentType = "\r\nContent-Type: \(MediaTypes.json)"
    private static let ending = "\r\nServer: \(ControlServices.serverName)\r\n\r\n"
}

/// The entity tag of an answer: the book's epoch and the tenant's index, and whether it is compressed.
struct EntityTag: Equatable, Sendable {
    var epoch: UInt64
    var index: UInt64
    var isZipped: Bool

    var zipped: EntityTag { EntityTag(epoch: epoch, index: index, isZipped: true) }

    /// As it stands in a field, for example `"7-12"` or `"7-12-gzip"`.
    var text: String { isZipped ? "\"\(epoch)-\(index)-gzip\"" : "\"\(epoch)-\(index)\"" }

    func write(to buffer: inout ByteBuffer) {
        buffer.writeStaticString("\"")
        buffer.writeString(String(epoch))
        buffer.writeStaticString("-")
        buffer.writeString(String(index))
        buffer.writeStaticString(isZipped ? "-gzip\"" : "\"")
    }

    init(epoch: UInt64, index: UInt64, isZipped: Bool) {
        (self.epoch, self.index, self.isZipped) = (epoch, index, isZipped)
    }

    /// Reads a tag as it stands in a field, `W/` aside; nil when it is none that the daemon gives.
    init?(_ text: some StringProtocol) {
        guard text.count > 2, text.first == "\"", text.last == "\"" else { return nil }
        let parts = text.dropFirst().dropLast().split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3 && parts[2] == "gzip",
            let epoch = UInt64(parts[0]), let index = UInt64(parts[1])
        else { return nil }
        self.init(epoch: epoch, index: index, isZipped: parts.count == 3)
        // Leading zeroes and signs make another tag.
        guard self.text == text else { return nil }
    }
}

/// The entity tags of `If-None-Match`, compared weakly as RFC 9110 asks for.
struct EntityTags: Sendable {
    private var tags: [EntityTag] = []
    private var takesAny = false

    init(_ fields: [String]) {
        for tag in fields.lazy.flatMap({ $0.split(separator: ",") }) {
            let tag = tag.trimmed
            if tag == "*" { takesAny = true }
            if let tag = EntityTag(tag.hasPrefix("W/") ? tag.dropFirst(2) : tag) { tags.append(tag) }
        }
    }

    func contains(_ tag: EntityTag) -> Bool { takesAny || tags.contains(tag) }
}
