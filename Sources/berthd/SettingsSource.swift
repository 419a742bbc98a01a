// Where the settings come from, so that a reload reads them in the same way as the start.

/// The file, the environment, and what the command line puts over both.
struct SettingsSource: Sendable {
    let file: String?
    let fleet: String?
    let state: String?
    let socket: String?

    /// The settings as they are now.
    ///
    /// - Throws: ``StartFailure``.
    func read() async throws -> Settings {
        var settings = try await Settings.read(file: file)
        if let fleet { settings.fleetFile = fleet }
        if let state { settings.stateDirectory = state }
        if let socket { settings.socketPath = socket }
        return settings
    }
}
