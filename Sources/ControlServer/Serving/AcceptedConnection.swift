// The pipeline of one connection, and its requests in turn.

import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOSSL

/// One connection that has been let in, as Hummingbird reads requests from it.
struct AcceptedConnection: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let connection: Connection
    let responder: Responder
    let bounds: ConnectionPhases.Bounds
    let polls: PollDesk
    /// How TLS is spoken on it; nil for plain text.
    let tls: NIOSSLContext?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let noteCertificate: (any Channel) -> Void = { [connection] channel in
                let shown = try? channel.pipeline.syncOperations.nioSSL_peerCertificate()
                connection.showed(shown.flatMap { $0 }.flatMap { CertificateNames($0) })
            }
            let guardian = ConnectionGuard(bounds: bounds, onHandshake: tls == nil ? nil : noteCertificate)
            if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
            try pipeline.addHandler(PollLine(polls, guardian))
            try pipeline.addHandler(ByteArrival(guardian))
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = ServerLimits.headerFieldBytesMax
            limits.maxHeaderListSize = ServerLimits.headerBytesMax
            limits.maxHeaderFieldCount = ServerLimits.headerFieldsMax
            // Requests of one connection wait for each other in the asynchronous channel, and errors are the guard's.
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: tls != nil))
            try pipeline.addHandler(guardian)
            try pipeline.addHandler(PollTurn(polls))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(LoopExecutor.of(value.channel.eventLoop)) {
            await handleHTTP(asyncChannel: value, logger: logger)
        }
    }
}
