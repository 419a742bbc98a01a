// The pipeline of one connection.

import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NIOSSL

/// How a connection that has been let in is read from and written to.
struct AcceptedConnection {
    let connection: Connection
    let respond: RequestTurn.Respond
    let bounds: ConnectionPhases.Bounds
    let polls: PollDesk
    let executor: LoopExecutor
    /// How TLS is spoken on it; nil for plain text.
    let tls: NIOSSLContext?

    /// Sets up the pipeline, on the connection's event loop.
    func setUp(_ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let noteCertificate: (any Channel) -> Void = { [connection] channel in
            let shown = try? channel.pipeline.syncOperations.nioSSL_peerCertificate()
            connection.showed(shown.flatMap { $0 }.flatMap { CertificateNames($0) })
        }
        let guardian = ConnectionGuard(bounds: bounds, onHandshake: tls == nil ? nil : noteCertificate)
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        let line = PollLine(polls, guardian)
        try pipeline.addHandler(line)
        try pipeline.addHandler(ByteArrival(guardian))
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = ServerLimits.headerFieldBytesMax
        limits.maxHeaderListSize = ServerLimits.headerBytesMax
        limits.maxHeaderFieldCount = ServerLimits.headerFieldsMax
        // Requests of one connection wait for each other in its turn, and errors are the guard's.
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        try pipeline.addHandler(HTTP1Rules(guardian))
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: tls != nil))
        try pipeline.addHandler(guardian)
        try pipeline.addHandler(RequestTurn(connection, line: line, desk: polls, executor: executor, respond: respond))
    }
}
