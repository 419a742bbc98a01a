// What facts of later kinds say of a lease besides its record.
//
// A fact keeps its stored form for ever, so what came later has a form of its own: the fact of a lease that needs none
// of it stays as it was, and a program that does not know it can read that.

import FleetModel
import Packing

/// Terms of one line beside shape, count, models and level, and the hardware that only such lines hold.
struct LineTerms: Equatable, Sendable, FieldCoded {
    var profile: String?
    var isComposed = false
    var spread: LineSpread?
    var pins: [IDRange]?
    var slices: [PermanentSlice] = []

    static var blank: LineTerms { LineTerms() }

    var isBlank: Bool { self == .blank }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&profile)
        try coder.code(&isComposed)
        try coder.code(&spread, blank: LineSpread(over: .rack)) { (spread, coder) throws(CodingFault) in
            try spread.code(with: &coder)
        }
        try coder.code(&pins, blank: []) { (ids, coder) throws(CodingFault) in try coder.code(&ids) }
        try coder.code(&slices)
    }
}

extension LineSpread {
    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var level = over.rawValue
        try coder.code(&level)
        try coder.code(&unitsMax)
        guard let known = Over(rawValue: level) else { throw coder.fault("unknown level \(level)") }
        guard unitsMax >= 1 else { throw coder.fault("spread over nothing") }
        over = known
    }
}

/// The terms of all lines of a lease, in their order, and how many instances it was promised.
struct LeaseTerms: Equatable, Sendable, FieldCoded {
    var lines: [LineTerms] = []
    var migInstances = 0

    static var blank: LeaseTerms { LeaseTerms() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&lines)
        try coder.code(&migInstances)
        guard migInstances >= 0 else { throw coder.fault("fewer instances than none") }
    }
}

extension LeaseLine {
    /// The terms alone.
    var terms: LineTerms {
        get { LineTerms(profile: profile, isComposed: isComposed, spread: spread, pins: pins) }
        set {
            (profile, isComposed, spread, pins) = (
                newValue.profile, newValue.isComposed, newValue.spread, newValue.pins
            )
        }
    }
}

extension LeaseRecord {
    /// What the record's own form leaves out; nil when nothing is.
    var terms: LeaseTerms? {
        let lines = lines.map { record in
            var terms = record.line.terms
            terms.slices = record.hardware.slices
            return terms
        }
        guard promised.migInstances != 0 || lines.contains(where: { !$0.isBlank }) else { return nil }
        return LeaseTerms(lines: lines, migInstances: promised.migInstances)
    }

    /// The record with `terms`; false when they are of another number of lines.
    mutating func take(_ terms: LeaseTerms) -> Bool {
        guard terms.lines.count == lines.count else { return false }
        for (index, line) in terms.lines.enumerated() {
            lines[index].line.terms = line
            lines[index].hardware.slices = line.slices
        }
        promised.migInstances = terms.migInstances
        return true
    }

    /// Codes the record and then its terms.
    mutating func codeWithTerms(with coder: inout some FieldCoder) throws(CodingFault) {
        var terms = self.terms ?? LeaseTerms(lines: lines.map { _ in .blank })
        try coder.code(&self)
        try coder.code(&terms)
        guard take(terms) else { throw coder.fault("terms of another lease") }
    }
}
