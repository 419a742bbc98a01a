// What a reload of the daemon's configuration came to.

/// A reload that was carried out. One that was refused changed nothing.
public struct ReloadAnswer: Codable, Sendable, Equatable {
    /// The version of the fleet in force.
    public var fleetVersion: Int
    /// Whether the fleet file differed from the fleet before.
    public var fleetChanged: Bool
    /// When the certificate that new connections get ends; absent: the daemon speaks no TLS.
    public var certificateExpiresAt: Timestamp?
    /// Settings that differ from those of the start and count from the next start on.
    public var needsRestart: [String]

    /// Every field; those left out are absent.
    public init(
        fleetVersion: Int, fleetChanged: Bool, certificateExpiresAt: Timestamp? = nil, needsRestart: [String]
    ) {
        self.fleetVersion = fleetVersion
        self.fleetChanged = fleetChanged
        self.certificateExpiresAt = certificateExpiresAt
        self.needsRestart = needsRestart
    }
}
