// What the daemon says of itself in its log: one table of kind, level, title, and what to do.

public import Logging

/// A kind of line in the daemon's log. Its name never changes its meaning, and its message id follows from it.
///
/// Refusals and accepted changes are kinds too; docs/errors.md and docs/events.md have those.
public enum LineKind: String, CaseIterable, Sendable {
    case serving
    case stopped
    case requestsCutOff = "requests-cut-off"
    case reloaded
    case reloadRefused = "reload-refused"
    case fleetAdopted = "fleet-adopted"
    case fleetRefused = "fleet-refused"
    case bookMade = "book-made"
    case bookRestored = "book-restored"
    case bookAdopted = "book-adopted"
    case upgradeWaits = "upgrade-waits"
    case tokensLost = "tokens-lost"
    case auditKeyMade = "audit-key-made"
    case auditHeadLost = "audit-head-lost"
    case roleUnknown = "role-unknown"
    case certificateTaken = "certificate-taken"
    case certificateRefused = "certificate-refused"
    case journalUnwritable = "journal-unwritable"
    case journalWritable = "journal-writable"
    case journalCondemned = "journal-condemned"
    case journalLost = "journal-lost"
    case journalNotClosed = "journal-not-closed"
    case journalUnverified = "journal-unverified"
    case snapshotFailed = "snapshot-failed"
    case timeJumped = "time-jumped"
    case ordersOverdue = "orders-overdue"
    case drawRaised = "draw-raised"
    case drawWorsened = "draw-worsened"
    case drawCleared = "draw-cleared"
    case recordDamaged = "record-damaged"
    case recordFailed = "record-failed"
    case requestFailed = "request-failed"
    case requestNotServed = "request-not-served"
    case streamFailed = "stream-failed"
    case streamCutOff = "stream-cut-off"
    case listenerEnded = "listener-ended"
    case backupUnlogged = "backup-unlogged"
    case linesLeftOut = "lines-left-out"
    case changesLeftOut = "changes-left-out"
    case numaBound = "numa-bound"
    case numaUnbound = "numa-unbound"
}

extension LineKind {
    /// One row of the table.
    private struct Row {
        let level: Logger.Level
        let title: String
        let explanation: String
    }

    private var row: Row { starting ?? keeping ?? serving }

    private var starting: Row? {
        switch self {
        case .serving:
            Row(
                level: .notice, title: "Berth serves",
                explanation: "The book has been recovered and all listeners take connections.")
        case .stopped:
            Row(level: .info, title: "Berth has stopped", explanation: "It stopped in order. Nothing is to do.")
        case .requestsCutOff:
            Row(
                level: .warning, title: "Requests were cut off by the stop",
                explanation: "Some clients did not finish their requests in the time that a stop gives them. What was "
                    + "answered is in the book; what was not, its client asks again.")
        case .reloaded:
            Row(
                level: .notice, title: "The configuration was read again",
                explanation:
                    "Settings, fleet and certificates as they are on disk are in force, but for those settings that "
                    + "the line names as needing a restart.")
        case .reloadRefused:
            Row(
                level: .error, title: "The new configuration cannot be used",
                explanation:
                    "The line says what is wrong. Nothing of the new configuration is in force and the daemon goes "
                    + "on as before. Correct it and reload again.")
        case .fleetAdopted:
            Row(
                level: .notice, title: "A fleet file came into force",
                explanation: "Hardware was added, retired or changed as the file says. berth fleet shows it.")
        case .fleetRefused:
            Row(
                level: .error, title: "The fleet file was refused",
                explanation:
                    "It would take hardware or watts from leases, which the line names. The fleet before it stays "
                    + "in force. End or amend those leases first, or correct the file.")
        case .bookMade:
            Row(level: .notice, title: "A new book was made", explanation: "An operator asked for it. It happens once.")
        case .bookRestored:
            Row(
                level: .notice, title: "A backup was put back",
                explanation:
                    "The book is as the backup has it, under a new epoch. What was granted after the backup is gone; "
                    + "tenants see it at their next poll.")
        case .bookAdopted:
            Row(
                level: .warning, title: "The book's id was not kept beside the configuration",
                explanation:
                    "It is now. That is right after a first start without it, and wrong if the file was lost together "
                    + "with the volume of the book: then look whether the book is the right one.")
        case .upgradeWaits:
            Row(
                level: .notice, title: "The upgrade is not finalised",
                explanation:
                    "The book is written so that the release that the line names reads all of it, and some things cannot "
                    + "be done until then: berth upgrade status. When that release will not be needed again: "
                    + "berth upgrade finalise.")
        case .tokensLost:
            Row(
                level: .warning, title: "Tokens do not count under this pepper",
                explanation:
                    "They were made under another one or, where one is required, without one. Put the pepper back and reload, "
                    + "or make their owners new tokens: berth token list shows which.")
        case .auditKeyMade:
            Row(
                level: .notice, title: "A key for the heads of the audit log was made",
                explanation: "Give its public half to whoever checks the audit log, and keep a copy of the key apart.")
        case .roleUnknown:
            Row(
                level: .warning, title: "A role is for a user or group that this machine does not have",
                explanation:
                    "The role is not given. Correct the name under roles in the settings, or make the user; then reload."
            )
        case .numaBound:
            Row(
                level: .info, title: "Where the scheduler runs",
                explanation: "The node to which its thread and memory are bound, or that there is one node alone.")
        case .numaUnbound:
            Row(
                level: .warning, title: "The scheduler is not where it was to be bound",
                explanation: "It works, with slower memory. Where that node has little memory, name another one "
                    + "(numa.node). Else look whether the unit's system call filter, AllowedCPUs= and "
                    + "AllowedMemoryNodes= let it be there.")
        default: nil
        }
    }

    private var keeping: Row? {
        switch self {
        case .journalUnwritable:
            Row(
                level: .error, title: "The journal cannot be written",
                explanation:
                    "Writes are refused with 507 and change nothing; reads and polls go on. The line says why: as a "
                    + "rule the disk is full. Make room, and writes go on by themselves.")
        case .journalWritable:
            Row(level: .notice, title: "The journal can be written again", explanation: "Nothing is to do.")
        case .journalCondemned:
            Row(
                level: .critical, title: "The journal is damaged",
                explanation:
                    "Older facts are not what was written. All writes are refused until the daemon is stopped and a "
                    + "backup put back: docs/operating.md, Backup and restore.")
        case .journalLost:
            Row(
                level: .critical, title: "The disk did not confirm a write",
                explanation:
                    "The daemon ends, for only a new start can tell what is on the disk; systemd starts it again. "
                    + "Look at the disk and the kernel's log before relying on it.")
        case .journalNotClosed:
            Row(
                level: .error, title: "The journal did not close cleanly",
                explanation: "Nothing is lost; the next start recovers, which takes longer. Look at the disk.")
        case .journalUnverified:
            Row(
                level: .warning, title: "Older facts of the journal could not be verified",
                explanation:
                    "They could not be read, for the reason that the line names. Nothing is refused for it, and they are "
                    + "looked at again every minute until they have been verified.")
        case .snapshotFailed:
            Row(
                level: .warning, title: "No snapshot could be written",
                explanation:
                    "Nothing is lost; the next start replays more and takes longer. As a rule the disk is full.")
        case .auditHeadLost:
            Row(
                level: .warning, title: "A head of the audit log was not kept",
                explanation: "The next one covers what it would have covered. As a rule the disk is full.")
        case .recordDamaged:
            Row(
                level: .warning, title: "A record beside the book was damaged",
                explanation: "It begins anew, and the old file lies beside it. No promise rests on it.")
        case .recordFailed:
            Row(
                level: .error, title: "A record beside the book cannot be kept",
                explanation:
                    "Observed power, reads or the use of tokens are not recorded for now. No promise rests on them. The "
                    + "line names the fault.")
        case .timeJumped:
            Row(
                level: .error, title: "The wall clock jumped forward",
                explanation: "Nothing starts or ends by time until an operator has looked at the clock and says "
                    + "berth clock confirm.")
        default: nil
        }
    }

    private var serving: Row {
        switch self {
        case .certificateTaken:
            Row(
                level: .notice, title: "New connections get a new certificate",
                explanation: "Connections that are open go on with the one before.")
        case .certificateRefused:
            Row(
                level: .error, title: "A new certificate cannot be used",
                explanation:
                    "The one before it stays in use, until it ends. The line says what is wrong with the files.")
        case .ordersOverdue:
            Row(
                level: .warning, title: "Orders to the actuator are overdue",
                explanation:
                    "They have not been acknowledged at half of their notice. Look at whatever applies caps and power "
                    + "states; berth orders lists them.")
        case .drawRaised:
            Row(
                level: .warning, title: "Observed power is near a limit",
                explanation:
                    "A budget domain draws nearly what it may. berth alerts and berth budgets show where; a load "
                    + "target lowers what is committed.")
        case .drawWorsened:
            Row(
                level: .error, title: "Observed power is over a limit",
                explanation: "A budget domain draws more than it may. berth alerts shows where; shed load there now.")
        case .drawCleared:
            Row(
                level: .notice, title: "Observed power is away from its limit again", explanation: "Nothing is to do.")
        case .requestFailed:
            Row(
                level: .error, title: "A request failed by the daemon's fault",
                explanation: "The line has its request id and what went wrong. Its client was told that id.")
        case .requestNotServed:
            Row(
                level: .error, title: "A request could not be served now",
                explanation:
                    "The daemon had too much to do, was stopping or could not write. Its client was told when to come "
                    + "again. Where this goes on, look at berth status and the metrics of the queue.")
        case .streamFailed:
            Row(
                level: .error, title: "A stream of events cannot be read",
                explanation: "The journal could not be read at that place. The stream ends, and its reader comes again."
            )
        case .streamCutOff:
            Row(
                level: .warning, title: "A reader of events was cut off",
                explanation: "It took nothing for as long as events.stallSeconds says. It resumes from where it was.")
        case .listenerEnded:
            Row(
                level: .error, title: "A listener has ended",
                explanation:
                    "The socket was closed by something else than a stop. Other listeners go on; restart the daemon to "
                    + "open it again.")
        case .backupUnlogged:
            Row(
                level: .warning, title: "A backup is not in the audit log",
                explanation:
                    "The copy was made, but who asked for it could not be written down, since the journal cannot be "
                    + "written. The line says why.")
        case .linesLeftOut:
            Row(
                level: .notice, title: "Lines were left out",
                explanation: "More of one kind came than the log takes. The line says which kind and how many.")
        case .changesLeftOut:
            Row(
                level: .info, title: "Changes were left out of the log",
                explanation: "More changes were accepted than the log takes. The audit log has every one: berth audit.")
        default: preconditionFailure("every kind has a row")
        }
    }

    /// At which level it is logged.
    public var level: Logger.Level { row.level }

    /// What has happened, as a title.
    public var title: String { row.title }

    /// What it means and what to do.
    public var explanation: String { row.explanation }

    /// The id under which journald has it.
    public var messageID: MessageID { MessageID(kind: rawValue) }
}
