// What facts and snapshots say of a part of a lease, and of caps that change.
//
// These came after leases did, so they have a form of their own: a lease without further parts and with one cap is written
// as it always was.

import FleetModel
import Packing

extension CapStep: FieldCoded {
    static var blank: CapStep { CapStep(at: 0, cap: .percent(100)) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&at)
        try coder.code(&cap)
    }
}

/// Which lease a record is a part of, and its later caps.
struct PartTerms: Equatable, Sendable, FieldCoded {
    var partOf: UInt64?
    var capSteps: [CapStep] = []
    var capStepsBegun = 0

    static var blank: PartTerms { PartTerms() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&partOf, blank: 0) { (number, coder) throws(CodingFault) in try coder.code(&number) }
        try coder.code(&capSteps)
        try coder.code(&capStepsBegun)
        guard (0...capSteps.count).contains(capStepsBegun) else { throw coder.fault("more caps have begun than are") }
        guard zip(capSteps, capSteps.dropFirst()).allSatisfy({ $0.at < $1.at }) else {
            throw coder.fault("caps are not in order")
        }
    }
}

/// The same with the number of the lease or part that a snapshot says it of.
struct NumberedPartTerms: FieldCoded {
    var number: UInt64 = 0
    var terms = PartTerms.blank

    static var blank: NumberedPartTerms { NumberedPartTerms() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&number)
        try coder.code(&terms)
    }
}

extension LeaseRecord {
    /// Codes the record, its terms, and what makes it a part.
    mutating func codeAsPart(with coder: inout some FieldCoder) throws(CodingFault) {
        try codeWithTerms(with: &coder)
        try coder.code(&part)
        guard part.partOf != number else { throw coder.fault("a part of itself") }
    }
}
