// The certificate, key and authorities of TLS listeners, read again when their files change.

import Foundation
import NIOSSL
import SwiftASN1
import Synchronization
import X509

/// Under what name the daemon speaks TLS, and whose client certificates it takes.
///
/// Handshakes take what is newest; open connections keep what they began with.
public final class TLSIdentity: Sendable {
    /// Where everything is, as PEM.
    public struct Files: Sendable, Equatable {
        /// The certificate and those between it and its authority.
        public let certificate: String
        /// The certificate's private key; nobody else may read it.
        public let key: String
        /// The authorities whose client certificates count; nil takes none.
        public let clientAuthorities: String?
        /// Whether a connection without a client certificate is refused.
        public let requiresClientCertificate: Bool

        /// All of them.
        public init(
            certificate: String, key: String, clientAuthorities: String? = nil, requiresClientCertificate: Bool = false
        ) {
            self.certificate = certificate
            self.key = key
            self.clientAuthorities = clientAuthorities
            self.requiresClientCertificate = requiresClientCertificate
        }

        fileprivate var paths: [String] { [certificate, key] + (clientAuthorities.map { [$0] } ?? []) }
    }

    /// Why a pair of files is of no use.
    public struct Fault: Error, CustomStringConvertible {
        /// What is wrong, for a person.
        public let description: String
    }

    /// What became of looking at the files again.
    public enum Reload: Sendable, Equatable {
        /// Nothing has changed, or what has changed is not at rest yet.
        case unchanged
        /// Handshakes take the new certificate from here on.
        case taken
        /// What is there is of no use; the certificate before it stays.
        case refused(String)
    }

    /// What is in use.
    public struct State: Sendable, Equatable {
        /// The certificate's first second, since 1970.
        public let notBefore: Int64
        /// The certificate's last second, since 1970.
        public let notAfter: Int64
        /// The certificate's subject.
        public let subject: String
        /// Why newer files are not in use; nil when what is on disk is what is in use.
        public let fault: String?
    }

    /// What tells one content of a file from another without reading it.
    fileprivate struct Stamp: Equatable {
        let parts: [Int64]

        init(_ paths: [String]) {
            parts = paths.flatMap { path -> [Int64] in
                var status = stat()
                guard stat(path, &status) == 0 else { return [-1] }
                return [
                    Int64(bitPattern: UInt64(status.st_ino)), Int64(status.st_size), Int64(status.st_mtim.tv_sec),
                    Int64(status.st_mtim.tv_nsec),
                ]
            }
        }
    }

    fileprivate struct Inner: Sendable {
        var loaded: (context: NIOSSLContext, leaf: Leaf)
        var stamp: Stamp
        /// What was seen at the last look and is to be seen once more before it is read: a pair is two files, and one of them
        /// is written first.
        var moving: Stamp?
        var fault: String?
    }

    fileprivate struct Leaf {
        let notBefore: Int64
        let notAfter: Int64
        let subject: String
    }

    private let files: Files
    private let inner: Mutex<Inner>

    /// Reads the files.
    ///
    /// - Throws: ``Fault``.
    public init(_ files: Files) throws {
        self.files = files
        let stamp = Stamp(files.paths)
        inner = Mutex(Inner(loaded: try Self.load(files), stamp: stamp))
    }

    /// For the next handshake.
    var context: NIOSSLContext { inner.withLock { $0.loaded.context } }

    /// What is in use.
    public var state: State {
        inner.withLock { inner in
            let leaf = inner.loaded.leaf
            return State(
                notBefore: leaf.notBefore, notAfter: leaf.notAfter, subject: leaf.subject, fault: inner.fault)
        }
    }

    /// Looks whether the files have changed, and reads them when they have come to rest. Costs a few `stat`s.
    public func reloadIfChanged(now: Int64) -> Reload {
        let seen = Stamp(files.paths)
        let isAtRest = inner.withLock { inner in
            defer { inner.moving = seen == inner.stamp ? nil : seen }
            return seen != inner.stamp && inner.moving == seen
        }
        return isAtRest ? reload(now: now) : .unchanged
    }

    /// Reads the files now.
    public func reload(now: Int64) -> Reload {
        do {
            take(try prepare(now: now))
            return .taken
        } catch {
            return .refused("\(error)")
        }
    }

    /// What has been read and is not in use yet.
    public struct Prepared: Sendable {
        fileprivate let inner: Inner
    }

    /// Reads the files now, for ``take(_:)``.
    ///
    /// - Throws: ``Fault``, which the state tells of from then on.
    public func prepare(now: Int64) throws -> Prepared {
        let stamp = Stamp(files.paths)
        do {
            let loaded = try Self.load(files)
            guard loaded.leaf.notAfter > now else {
                throw Fault(description: "\(files.certificate): the certificate has expired")
            }
            return Prepared(inner: Inner(loaded: loaded, stamp: stamp))
        } catch {
            inner.withLock { inner in
                inner.stamp = stamp
                inner.fault = "\(error)"
            }
            throw error
        }
    }

    /// Lets handshakes from here on take what was read.
    ///
    /// - Returns: whether it is another certificate or key than before.
    @discardableResult
    public func take(_ prepared: Prepared) -> Bool {
        inner.withLock { inner in
            defer { inner = prepared.inner }
            return inner.fault != nil || inner.stamp != prepared.inner.stamp
        }
    }

    private static func load(_ files: Files) throws -> (context: NIOSSLContext, leaf: Leaf) {
        var status = stat()
        if stat(files.key, &status) == 0, status.st_mode & S_IROTH != 0 {
            throw Fault(description: "\(files.key): everybody may read this key; give it mode 0600 and make a new one")
        }
        let chain = try reading(files.certificate) { try NIOSSLCertificate.fromPEMFile(files.certificate) }
        guard let first = chain.first else { throw Fault(description: "\(files.certificate): there is no certificate") }
        let key = try reading(files.key) { try NIOSSLPrivateKey(file: files.key, format: .pem) }
        guard let certificate = try? Certificate(derEncoded: first.toDERBytes()) else {
            throw Fault(description: "\(files.certificate): the certificate cannot be read")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = ["http/1.1"]
        if let authorities = files.clientAuthorities {
            let roots = try reading(authorities) { try NIOSSLCertificate.fromPEMFile(authorities) }
            guard !roots.isEmpty else { throw Fault(description: "\(authorities): there is no certificate") }
            configuration.trustRoots = .certificates(roots)
            configuration.certificateVerification =
                files.requiresClientCertificate ? .noHostnameVerification : .optionalVerification
        }
        do {
            let leaf = Leaf(
                notBefore: Int64(certificate.notValidBefore.timeIntervalSince1970),
                notAfter: Int64(certificate.notValidAfter.timeIntervalSince1970),
                subject: certificate.subject.description)
            return (try NIOSSLContext(configuration: configuration), leaf)
        } catch {
            throw Fault(description: "\(files.certificate) and \(files.key) do not belong together: \(error)")
        }
    }

    private static func reading<Value>(_ path: String, _ read: () throws -> Value) throws -> Value {
        guard access(path, R_OK) == 0 else {
            throw Fault(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        var status = stat()
        // A pipe would keep the start, or a reload, waiting for its writer.
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Fault(description: "\(path) is not a plain file")
        }
        do {
            return try read()
        } catch {
            throw Fault(description: "\(path) is no PEM file of the kind that is wanted: \(error)")
        }
    }
}
