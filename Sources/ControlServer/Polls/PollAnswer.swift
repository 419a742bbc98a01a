// The answer to a poll: one description for the request's own way and for the short one.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import NIOCore
import Scheduling

/// Status, fields in their order, and body.
struct PollAnswer {
    let isUnchanged: Bool
    let fields: [(name: HTTPField.Name, value: String)]
    let body: ByteBuffer?

    var status: HTTPResponse.Status { isUnchanged ? .notModified : .ok }

    /// What a poll is answered with at an index of its tenant and a revision of the book.
    ///
    /// - Parameter body: gives the body where one is needed, or nil, and then there is no answer.
    init?(
        _ poll: Poll, index: UInt64, revision: UInt64, epoch: UInt64, requestID: String,
        body: (_ gzip: Bool) -> ByteBuffer?
    ) {
        let plainTag = "\"\(epoch)-\(index)\""
        let zippedTag = "\"\(epoch)-\(index)-gzip\""
        isUnchanged = poll.tags.contains(plainTag) || poll.tags.contains(zippedTag)
        var isZipped = false
        if isUnchanged {
            self.body = nil
            isZipped = !poll.tags.contains(plainTag)
        } else {
            let zipped = poll.takesGzip ? body(true) : nil
            guard let bytes = zipped ?? body(false) else { return nil }
            (self.body, isZipped) = (bytes, zipped != nil)
        }
        var fields: [(name: HTTPField.Name, value: String)] = [(.requestID, requestID)]
        if poll.reader.role == .operator || poll.reader.role == .auditor {
            fields.append((.revision, String(revision)))
        }
        fields.append((.eTag, isZipped ? zippedTag : plainTag))
        fields.append((.index, String(index)))
        fields.append((.vary, "Accept-Encoding"))
        if let bytes = self.body {
            fields.append((.contentType, MediaTypes.json))
            if isZipped { fields.append((.contentEncoding, "gzip")) }
            fields.append((.contentLength, String(bytes.readableBytes)))
        }
        self.fields = fields
    }

    /// As the request's own way gives it back.
    var response: Response {
        var headers = HTTPFields()
        for (name, value) in fields where name != .contentLength { headers.append(HTTPField(name: name, value: value)) }
        guard let body else { return Response(status: status, headers: headers) }
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }

    /// The same on the wire, `common` being the fields that every answer ends with.
    func bytes(common: [(name: HTTPField.Name, value: String)], allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 384 + (body?.readableBytes ?? 0))
        buffer.writeStaticString(isUnchanged ? "HTTP/1.1 304 Not Modified\r\n" : "HTTP/1.1 200 OK\r\n")
        for (name, value) in fields + common {
            buffer.writeString(name.rawName)
            buffer.writeStaticString(": ")
            buffer.writeString(value)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
        if let body { buffer.writeImmutableBuffer(body) }
        return buffer
    }
}
