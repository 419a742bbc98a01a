// Several lease requests at once.

/// Several leases: all or none when atomic, else an answer for each.
public struct LeaseBatchRequest: Codable, Sendable, Equatable {
    /// Whether one refusal refuses all.
    public var atomic: Bool
    /// The requests, 1 to 4,096, decided in this order.
    public var leases: [LeaseRequest]

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case atomic, leases
    }

    /// Every field; those left out are absent.
    public init(atomic: Bool, leases: [LeaseRequest]) {
        self.atomic = atomic
        self.leases = leases
    }
}

extension LeaseBatchRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard (1...WireLimits.batchLeasesMax).contains(leases.count) else {
            throw WireValueError(
                field: "leases", expected: "1 to \(WireLimits.batchLeasesMax) leases", found: "\(leases.count)")
        }
    }
}
