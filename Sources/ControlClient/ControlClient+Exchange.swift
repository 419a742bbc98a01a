// One request and its answer: bytes, statuses and errors, known only here.

internal import AsyncHTTPClient
internal import ControlAPI
internal import NIOCore
internal import NIOHTTP1

/// One request before it is sent.
struct Exchange {
    var method: HTTPMethod
    var path: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?
    var bodyBytesMax = WireLimits.bodyBytesMax
    /// How long to wait for the whole answer, in seconds.
    var timeoutSeconds = 60

    static func get(_ path: String, query: [(name: String, value: String?)] = []) -> Exchange {
        Exchange(method: .GET, path: Routes.path(path, query: query))
    }

    static func delete(_ path: String, query: [(name: String, value: String?)] = []) -> Exchange {
        Exchange(method: .DELETE, path: Routes.path(path, query: query))
    }

    static func put(_ path: String, _ body: some Encodable) -> Exchange {
        Exchange(method: .PUT, path: path, body: CanonicalJSON.encode(body))
    }

    /// Without a body.
    static func post(_ path: String, query: [(name: String, value: String?)]) -> Exchange {
        Exchange(method: .POST, path: Routes.path(path, query: query))
    }

    static func post(
        _ path: String, query: [(name: String, value: String?)] = [], _ body: some Encodable
    ) -> Exchange {
        Exchange(method: .POST, path: Routes.path(path, query: query), body: CanonicalJSON.encode(body))
    }

    mutating func set(_ header: String, to value: String?) {
        if let value { headers.append((header, value)) }
    }
}

extension ControlClient {
    /// Sends a request and reads the answer as JSON of one type.
    func answer<Answer: Decodable>(_ type: Answer.Type, to exchange: Exchange) async throws(ClientError) -> Answer {
        let response = try await open(exchange)
        return try decode(type, from: try await collect(response, exchange), status: response.status)
    }

    /// Sends a request whose answer says nothing more than that it was done.
    func send(_ exchange: Exchange) async throws(ClientError) {
        _ = try await collect(try await open(exchange), exchange)
    }

    func decode<Answer: Decodable>(
        _ type: Answer.Type, from bytes: [UInt8], status: HTTPResponseStatus
    ) throws(ClientError) -> Answer {
        do {
            return try StrictJSON.decode(type, from: bytes, unknownFields: .ignored)
        } catch {
            throw .incomprehensible(status: Int(status.code), detail: error.description)
        }
    }

    /// Sends a request and gives the head of an answer that is not a refusal.
    func open(_ exchange: Exchange) async throws(ClientError) -> HTTPClientResponse {
        let response: HTTPClientResponse
        do {
            response = try await http.execute(try request(exchange), timeout: .seconds(Int64(exchange.timeoutSeconds)))
        } catch let error as ClientError {
            throw error
        } catch {
            throw unreachable(error, exchange)
        }
        guard (200..<300).contains(response.status.code) || response.status == .notModified else {
            throw try await refusal(response, exchange)
        }
        return response
    }

    func collect(_ response: HTTPClientResponse, _ exchange: Exchange) async throws(ClientError) -> [UInt8] {
        do {
            let buffer = try await response.body.collect(upTo: WireLimits.answerBytesMax)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw .incomprehensible(
                status: Int(response.status.code), detail: "it has more than \(WireLimits.answerBytesMax) bytes")
        } catch {
            throw unreachable(error, exchange)
        }
    }

    private func request(_ exchange: Exchange) throws(ClientError) -> HTTPClientRequest {
        if let fault { throw .unreachable(address: address.description, cause: .setting(fault)) }
        var request = HTTPClientRequest(url: try address.url(of: exchange.path))
        request.method = exchange.method
        if let host = address.host { request.headers.add(name: "Host", value: host) }
        if let token { request.headers.add(name: "Authorization", value: "Bearer " + token) }
        for (name, value) in exchange.headers { request.headers.add(name: name, value: value) }
        if let body = exchange.body {
            guard body.count <= exchange.bodyBytesMax else {
                throw .requestTooLarge(bytes: body.count, bytesMax: exchange.bodyBytesMax)
            }
            request.headers.add(name: "Content-Type", value: MediaTypes.json)
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        return request
    }

    private func refusal(
        _ response: HTTPClientResponse, _ exchange: Exchange
    ) async throws(ClientError) -> ClientError {
        let bytes = try await collect(response, exchange)
        let retryAfterSeconds = response.headers.first(name: "Retry-After").flatMap { Int($0) }
        do {
            let problem = try StrictJSON.decode(Problem.self, from: bytes, unknownFields: .ignored)
            return .refused(problem, retryAfterSeconds: retryAfterSeconds)
        } catch {
            return .incomprehensible(
                status: Int(response.status.code),
                detail: String(decoding: bytes.prefix { $0 >= 0x20 }.prefix(200), as: UTF8.self))
        }
    }

    func unreachable(_ error: any Error, _ exchange: Exchange) -> ClientError {
        .unreachable(
            address: address.description, cause: TransportCause(error, timeoutSeconds: exchange.timeoutSeconds))
    }
}
