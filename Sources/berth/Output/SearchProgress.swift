// That a search goes on, told on a terminal while one waits for it.

/// The seconds that a search has taken so far, on stderr.
enum SearchProgress {
    /// Runs `body`; on a terminal, after the first second, shows how long it has been running.
    static func shown<Result: Sendable>(
        _ what: String, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let terminal = Terminal.standardError
        guard terminal.isInteractive else { return try await body() }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                var seconds = 0
                while (try? await Task.sleep(for: .seconds(1))) != nil {
                    seconds += 1
                    terminal.writeRaw("\r\u{1B}[K\(what) … \(seconds) s")
                }
                return nil
            }
            defer {
                group.cancelAll()
                terminal.writeRaw("\r\u{1B}[K")
            }
            while let result = try await group.next() {
                if let result { return result }
            }
            preconditionFailure("the search ends with an answer or an error")
        }
    }
}
