// When to move the write-ahead log into the book.

import Synchronization

/// The frames in the write-ahead log as SQLite reports them after each commit, and the count at which a checkpoint is due.
final class FrameGauge: Sendable {
    private let frames = Atomic<Int>(0)
    private let dueAt = Atomic<Int>(JournalLimits.framesBetweenCheckpoints)

    var isCheckpointDue: Bool { frames.load(ordering: .relaxed) >= dueAt.load(ordering: .relaxed) }

    /// Takes note of a commit that left `count` frames. Fewer than before means that the log began anew.
    func note(frames count: Int) {
        if count < frames.exchange(count, ordering: .relaxed) {
            dueAt.store(JournalLimits.framesBetweenCheckpoints, ordering: .relaxed)
        }
    }

    /// Puts the next checkpoint off until as many frames again have come: while a reader holds the log back it cannot begin
    /// anew, and a checkpoint at each commit would cost a sync each time.
    func postpone() {
        dueAt.store(frames.load(ordering: .relaxed) + JournalLimits.framesBetweenCheckpoints, ordering: .relaxed)
    }
}
