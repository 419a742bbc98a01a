// How wire values are read from a command line.

public import ArgumentParser
public import ControlAPI
import Foundation

extension Shape: ExpressibleByArgument {}
extension TopologyLevel: ExpressibleByArgument {}
extension NodeState: ExpressibleByArgument {}
extension LeaseState: ExpressibleByArgument {}
extension LeaseClass: ExpressibleByArgument {}
extension BudgetKind: ExpressibleByArgument {}
extension AllocationFormat: ExpressibleByArgument {}
extension LoadTargetState: ExpressibleByArgument {}
extension ForecastInterval: ExpressibleByArgument {}
extension HistoryInterval: ExpressibleByArgument {}
extension FaultState: ExpressibleByArgument {}
extension SubleaseState: ExpressibleByArgument {}
extension FaultAct: ExpressibleByArgument {}
extension RecoveryAction: ExpressibleByArgument {}
extension TokenScope: ExpressibleByArgument {}
extension TokenRole: ExpressibleByArgument {}

extension WireDuration: ExpressibleByArgument {
    /// Reads `90d`, `4h`, `1h30m`.
    public init?(argument: String) { self.init(argument) }
}

extension Timestamp: ExpressibleByArgument {
    /// Reads an RFC 3339 time in UTC, or a bare date, which means its first second, or `+30m`, which means from now.
    public init?(argument: String) {
        guard argument.hasPrefix("+") else {
            self.init(argument.utf8.count == 10 ? argument + "T00:00:00Z" : argument)
            return
        }
        guard let length = WireDuration(String(argument.dropFirst())) else { return nil }
        self.init(epochSeconds: Self.now.epochSeconds + length.seconds)
    }

    /// The present by this machine's clock.
    static var now: Timestamp { Timestamp(epochSeconds: Int64(Date().timeIntervalSince1970)) }
}

/// Reads `--line`; a transform rather than an argument type, because it can say what is wrong.
func readLine(_ text: String) throws -> ReservationRequest {
    do {
        return try LineSyntax.parse(text, mayBeNone: true)
    } catch {
        throw ValidationError("\(error.description). See: berth lease create --help")
    }
}

/// Reads `--ramp`.
func readRamp(_ text: String) throws -> NamedRamp {
    do {
        return try RampSyntax.parse(text)
    } catch {
        throw ValidationError(error.description)
    }
}

/// Reads a level that units of a line can share.
func readLevel(_ text: String) throws -> TopologyLevel {
    do {
        return try LineSyntax.level(text)
    } catch {
        throw ValidationError(error.description)
    }
}

/// Reads a power in watts: `300MW`, `250 kW`, `900W`, or a bare number of watts.
func readWatts(_ text: String) throws -> Int {
    if let watts = Int(text), watts >= 0 { return watts }
    return try readPower(text)
}

/// Reads a power with its unit. Whoever types a bare number of watts to a grid may well mean megawatts, so that is refused.
func readPower(_ text: String) throws -> Int {
    if let number = Int(text), number != 0 { throw ValidationError("\(number)W or \(number)MW? Write the unit.") }
    do {
        return text == "0" ? 0 : try LineSyntax.watts(text)
    } catch {
        throw ValidationError(error.description)
    }
}

/// Reads a time.
func readMoment(_ text: String) throws -> Timestamp {
    guard let time = Timestamp(argument: text) else {
        throw ValidationError("\(text) is no time; write 2026-12-01T16:00:00Z, 2026-12-01 or +30m.")
    }
    return time
}
