// How fast the writer gets on, and so how long what is queued will take.

/// What the last batches took. Old ones fade: each new one counts for an eighth.
struct WriterPace: Sendable {
    /// To decide one command.
    private var commandNanoseconds: Int64 = 0
    /// To make one batch durable, whatever its size.
    private var batchNanoseconds: Int64 = 0

    mutating func note(commands: Int, deciding: Int64, committing: Int64) {
        guard commands > 0 else { return }
        commandNanoseconds = Self.faded(commandNanoseconds, deciding / Int64(commands))
        batchNanoseconds = Self.faded(batchNanoseconds, committing)
    }

    private static func faded(_ mean: Int64, _ newest: Int64) -> Int64 {
        mean == 0 ? newest : mean + (newest - mean) / 8
    }

    /// What so many commands will take from now on, if all stays as it is.
    func nanoseconds(for commands: Int) -> Int64 {
        let batches = (commands + Scheduler.batchMax - 1) / Scheduler.batchMax
        return Int64(commands) * commandNanoseconds + Int64(batches) * batchNanoseconds
    }
}
