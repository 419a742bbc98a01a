// One daemon under a name of the user's own.

/// Where a daemon is and what to bring along. Secrets stay in files of their own: here are only their names.
struct DaemonContext: Codable, Equatable {
    /// The path of its Unix socket.
    var socket: String

    enum CodingKeys: String, CodingKey, CaseIterable {
        case socket
    }
}
