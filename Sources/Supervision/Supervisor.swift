// Telling systemd how the daemon is. Without systemd every call does nothing.

import CSystemd
import Glibc

/// The service manager that started this process, if one did.
public enum Supervisor {
    /// Whether somebody hears what is told here.
    public static var isPresent: Bool { getenv("NOTIFY_SOCKET") != nil }

    /// Says that the daemon serves, and in what state: one line for `systemctl status`.
    public static func notifyReady(status: String) { notify("READY=1\nSTATUS=\(oneLine(status))") }

    /// Replaces the line for `systemctl status`.
    public static func notify(status: String) { notify("STATUS=\(oneLine(status))") }

    /// Says that the start has come on, and may take until `seconds` from now on.
    public static func notifyProgress(status: String, extendingBy seconds: Int64) {
        notify("STATUS=\(oneLine(status))\nEXTEND_TIMEOUT_USEC=\(seconds * 1_000_000)")
    }

    /// Says that configuration is being read again; ``notifyReady(status:)`` ends it.
    public static func notifyReloading(status: String) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
        notify("RELOADING=1\nMONOTONIC_USEC=\(microseconds)\nSTATUS=\(oneLine(status))")
    }

    /// Says that the daemon has begun to stop.
    public static func notifyStopping() { notify("STOPPING=1\nSTATUS=stopping") }

    /// Says why the process is about to end, with the error of the operating system behind it where there is one.
    public static func notifyFailure(status: String, errorNumber: Int32?) {
        notify("STATUS=\(oneLine(status))" + (errorNumber.map { "\nERRNO=\($0)" } ?? ""))
    }

    /// How often the service manager wants to hear from the daemon, in microseconds; nil when it does not watch.
    public static var watchdogMicroseconds: UInt64? {
        var microseconds: UInt64 = 0
        return sd_watchdog_enabled(0, &microseconds) > 0 ? microseconds : nil
    }

    /// Says that the daemon makes progress.
    public static func notifyWatchdog() { notify("WATCHDOG=1") }

    private static func notify(_ message: String) {
        // A failure to notify is the manager's to notice: it waits for READY and acts on its absence.
        _ = sd_notify(0, message)
    }

    private static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }
}
