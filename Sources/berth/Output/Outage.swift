// A daemon that is away while a command waits for it: told once, however often it is tried.

import ControlClient

/// What has been said of an outage.
struct Outage {
    private var told: TransportCause?

    /// Says why nothing comes, unless that has been said.
    mutating func tell(_ cause: TransportCause) {
        // A connection that broke is refused next, which is nothing new to whoever waits.
        if told == nil { Terminal.standardError.write("\(cause.description); waiting for the daemon") }
        told = cause
    }

    /// The daemon is back.
    mutating func end() {
        if told != nil { Terminal.standardError.write("the daemon is back") }
        told = nil
    }
}
