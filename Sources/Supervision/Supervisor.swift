// Telling systemd how the daemon is. Without systemd every call does nothing.

import CSystemd

/// The service manager that started this process, if one did.
public enum Supervisor {
    /// Says that the daemon serves, and in what state: one line for `systemctl status`.
    public static func notifyReady(status: String) { notify("READY=1\nSTATUS=\(oneLine(status))") }

    /// Replaces the line for `systemctl status`.
    public static func notify(status: String) { notify("STATUS=\(oneLine(status))") }

    /// Says that the daemon has begun to stop.
    public static func notifyStopping() { notify("STOPPING=1\nSTATUS=stopping") }

    private static func notify(_ message: String) {
        // A failure to notify is the manager's to notice: it waits for READY and acts on its absence.
        _ = sd_notify(0, message)
    }

    private static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }
}
