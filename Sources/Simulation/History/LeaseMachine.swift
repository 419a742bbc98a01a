// A lease as one client after the other would see it.

/// Where a lease stands, as far as clients move it.
enum LeaseMachine: Hashable {
    case absent
    case live(end: Int64)
    case released

    /// What a client did, with the answer that it had.
    enum Operation {
        case created(end: Int64)
        case amended(end: Int64)
        case released
        case sawLive(end: Int64)
        case sawReleased
        /// It was told that there is no such lease.
        case sawNothing
        /// It was told that the lease is past being released.
        case refusedAsReleased
    }

    /// The state after `operation`; nil where it cannot have been answered so.
    func after(_ operation: Operation) -> LeaseMachine? {
        switch (self, operation) {
        case (.absent, .created(let end)): .live(end: end)
        case (.live, .amended(let end)): .live(end: end)
        case (.live, .released): .released
        case (.live(let end), .sawLive(let seen)) where end == seen: self
        case (.released, .sawReleased), (.released, .refusedAsReleased), (.absent, .sawNothing): self
        default: nil
        }
    }
}

extension History {
    /// What was done to each lease and seen of it, by its label.
    func leaseOperations() -> [String: [TimedOperation<LeaseMachine.Operation>]] {
        var labels: [String: String] = [:]
        for operation in operations { for sight in operation.answer.leases { labels[sight.lease] = sight.label } }
        var result: [String: [TimedOperation<LeaseMachine.Operation>]] = [:]
        func add(_ done: LeaseMachine.Operation, to label: String?, _ operation: HistoryOperation) {
            guard let label else { return }
            result[label, default: []].append(
                TimedOperation(
                    operation: done, invoked: operation.invoked, returned: operation.returned,
                    isOptional: operation.answer == .unknown))
        }
        for operation in operations {
            switch (operation.request, operation.answer) {
            case (.create, .refused), (.createAll, .refused), (.other, _), (.poll, _), (_, .polled): break
            case (.create(let label, let end), _): add(.created(end: end), to: label, operation)
            case (.createAll(let labels, let end), _):
                for label in labels { add(.created(end: end), to: label, operation) }
            case (.amend(let lease, let end), .done), (.amend(let lease, let end), .unknown):
                add(.amended(end: end), to: labels[lease], operation)
            case (.release(let lease), .done), (.release(let lease), .unknown):
                add(.released, to: labels[lease], operation)
            case (.release(let lease), .refused("wrong-state")), (.amend(let lease, _), .refused("wrong-state")):
                add(.refusedAsReleased, to: labels[lease], operation)
            case (.release(let lease), .refused("not-found")), (.amend(let lease, _), .refused("not-found")),
                (.read(let lease), .refused("not-found")):
                add(.sawNothing, to: labels[lease], operation)
            case (.read, _), (.list, _), (.again, _):
                for sight in operation.answer.leases {
                    add(sight.phase == .live ? .sawLive(end: sight.end) : .sawReleased, to: sight.label, operation)
                }
            case (.release, .refused), (.amend, .refused): break
            }
        }
        return result
    }
}
