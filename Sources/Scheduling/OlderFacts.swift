// Facts that no start verifies, because a snapshot stands after them.

import DaemonLog
public import Journaling
import Logging

extension Scheduler {
    /// Verifies them until they are, or are found to be damaged: then every write is refused.
    ///
    /// What could not be read is no damage: with no file left for a connection, or a disk that is full, the book may be whole,
    /// and a backup would be put back for nothing. It is said, and tried again.
    /// - Parameters:
    ///   - verify: verifies all of the journal.
    ///   - pause: called before each further try.
    public func verifyOlderFacts(_ verify: () throws(JournalFault) -> Void, pause: () -> Void) {
        while true {
            do {
                return try verify()
            } catch {
                if case .damaged = error {
                    return refuseWrites("the journal is damaged; stop, and restore a backup: \(error)")
                }
                logger.log(
                    .journalUnverified, "older facts could not be verified; they are looked at again",
                    metadata: ["fault": "\(error)"])
                pause()
            }
        }
    }
}
