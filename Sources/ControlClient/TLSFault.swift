// Why TLS was not agreed on, in words for people.

internal import NIOSSL

/// What went wrong between the two ends of TLS.
public enum TLSFault: Sendable, Equatable, CaseIterable {
    /// Nobody whom the caller trusts has signed the daemon's certificate.
    case untrusted
    /// The daemon's certificate is for another name.
    case otherName
    /// The daemon's certificate has ended, or has not begun.
    case outOfTime
    /// The daemon wants to see a client certificate.
    case noClientCertificate
    /// The daemon does not take the client certificate.
    case clientRefused
    /// What listens there speaks something else.
    case noTLS
    /// The two have no version in common.
    case version
    /// It ended without saying why.
    case other

    init(_ error: any Error) {
        let words = "\(error)".uppercased()
        func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        self =
            if says("CERTIFICATE_REQUIRED") {
                .noClientCertificate
            } else if says(
                "UNKNOWN_CA", "BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN", "CERTIFICATE_REVOKED", "ALERT_CERTIFICATE")
            {
                .clientRefused
            } else if says("HOSTNAME") {
                .otherName
            } else if says("CERTIFICATE_EXPIRED", "CERTIFICATE HAS EXPIRED", "NOT_YET_VALID", "NOT YET VALID") {
                .outOfTime
            } else if says("CERTIFICATE_VERIFY_FAILED", "UNABLETOVALIDATECERTIFICATE", "NOCERTIFICATETOVALIDATE") {
                .untrusted
            } else if says("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNEXPECTED_MESSAGE", "INVALID_RECORD") {
                .noTLS
            } else if says("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS") {
                .version
            } else {
                .other
            }
    }
}

extension TLSFault: CustomStringConvertible {
    /// What happened, for a person.
    public var description: String {
        switch self {
        case .untrusted: "the daemon's certificate is signed by nobody whom you trust"
        case .otherName: "the daemon's certificate is for another name than the one in the address"
        case .outOfTime: "the daemon's certificate has ended or has not begun"
        case .noClientCertificate: "the daemon wants to see a client certificate"
        case .clientRefused: "the daemon does not take your client certificate"
        case .noTLS: "what listens there does not speak TLS"
        case .version: "the two have no version of TLS in common; berthd speaks TLS 1.3"
        case .other: "TLS was not agreed on"
        }
    }

    /// What the caller can do about it.
    var advice: String {
        switch self {
        case .untrusted: "Name the authority that has signed it with --ca-file PATH."
        case .otherName: "Name the daemon by a name that is in its certificate."
        case .outOfTime: "Have its operator put a new one in place, and look at this machine's clock."
        case .noClientCertificate: "Show one with --client-certificate PATH and --client-key PATH."
        case .clientRefused: "Ask an operator which authority signs certificates for it, and whether yours has ended."
        case .noTLS: "Is it the right port? A daemon that speaks plain text on this machine is named with http://."
        case .version: "Is it berthd that listens there?"
        case .other: "Look at the daemon's log, and at --ca-file, --client-certificate and --client-key."
        }
    }
}
