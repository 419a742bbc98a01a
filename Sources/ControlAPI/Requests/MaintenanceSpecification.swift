// What maintenance is to be.

/// The whole of one maintenance: its windows are ``start`` and ``duration``, or those of ``recurrence``.
public struct MaintenanceSpecification: Codable, Sendable, Equatable {
    /// A host list of nodes or domains, such as `memphis-1/h1/b[003-004]` or `memphis-1-h1-b012-r3-n[1-8]`.
    public var nodes: String
    /// When the one window begins; absent: now.
    public var start: Timestamp?
    /// How long the one window lasts.
    public var duration: WireDuration?
    /// Windows by a rule instead.
    public var recurrence: RecurrenceRequest?
    /// Why; 1 to 1,024 bytes. Nodes show it during a window.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case nodes, start, duration, recurrence, reason
    }

    /// Every field; those left out are absent.
    public init(
        nodes: String, start: Timestamp? = nil, duration: WireDuration? = nil, recurrence: RecurrenceRequest? = nil,
        reason: String
    ) {
        self.nodes = nodes
        self.start = start
        self.duration = duration
        self.recurrence = recurrence
        self.reason = reason
    }
}

extension MaintenanceSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
        try checkText(reason, field: "reason")
        guard let duration else {
            if recurrence == nil {
                throw WireValueError(field: "duration", expected: "a duration or a recurrence", found: "neither")
            }
            if start != nil {
                throw WireValueError(field: "start", expected: "the start in the recurrence", found: "both")
            }
            return
        }
        if recurrence != nil {
            throw WireValueError(field: "duration", expected: "the duration in the recurrence", found: "both")
        }
        if duration.seconds == 0 {
            throw WireValueError(field: "duration", expected: "at least 1s", found: "0s")
        }
    }
}
