// What ends a trial before its time.

/// Why a trial cannot go on.
struct ProofFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
