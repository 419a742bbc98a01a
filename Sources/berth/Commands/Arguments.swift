// How wire values are read from a command line.

public import ArgumentParser
public import ControlAPI

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

extension WireDuration: ExpressibleByArgument {
    /// Reads `90d`, `4h`, `1h30m`.
    public init?(argument: String) { self.init(argument) }
}

extension Timestamp: ExpressibleByArgument {
    /// Reads an RFC 3339 time in UTC, or a bare date, which means its first second.
    public init?(argument: String) {
        self.init(argument.utf8.count == 10 ? argument + "T00:00:00Z" : argument)
    }
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

/// Reads a power in watts: `300MW`, `250kW`, `900W`, or a bare number of watts.
func readWatts(_ text: String) throws -> Int {
    if let watts = Int(text), watts >= 0 { return watts }
    do {
        return try LineSyntax.megawatts(text).watts
    } catch {
        throw ValidationError(error.description)
    }
}
