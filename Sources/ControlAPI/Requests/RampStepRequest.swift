// A line's quantity over time.

/// How many units of a line are held from a time on. In answers, a step that is still to come.
public struct RampStep: Codable, Sendable, Equatable {
    /// From when; within the lease's window.
    public var at: Timestamp
    /// Units, 0 to 10,000,000.
    public var count: Int

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case at, count
    }

    /// Every field.
    public init(at: Timestamp, count: Int) {
        self.at = at
        self.count = count
    }
}

extension RampStep: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard !(0...WireLimits.unitsPerLineMax).contains(count) else { return }
        throw WireValueError(field: "count", expected: "0 to \(WireLimits.unitsPerLineMax)", found: "\(count)")
    }
}

/// Refuses a ramp that has no steps, too many, or steps that are not in order.
func checkRamp(_ ramp: [RampStep]?) throws(WireValueError) {
    guard let ramp else { return }
    guard (1...WireLimits.rampStepsMax).contains(ramp.count) else {
        throw WireValueError(
            field: "ramp", expected: "1 to \(WireLimits.rampStepsMax) steps", found: "\(ramp.count)")
    }
    for (step, next) in zip(ramp, ramp.dropFirst()) where next.at <= step.at {
        throw WireValueError(field: "ramp", expected: "steps each later than the one before", found: "\(next.at)")
    }
}
