// What was said of a transfer or a sub-lease, for a request that is repeated.

/// The last note that one entry has of either.
public enum OfferNote: Equatable, Sendable {
    case transfer(TransferNote)
    case sublease(SubleaseNote)

    init?(lastOf facts: [Fact]) {
        for fact in facts.reversed() {
            switch fact {
            case .transferNoted(let note):
                self = .transfer(note)
                return
            case .subleaseNoted(let note):
                self = .sublease(note)
                return
            default: continue
            }
        }
        return nil
    }
}

/// One of them as a snapshot keeps it, with the key that it was said under.
struct KeptOffer: FieldCoded {
    var scope = ""
    var key = ""
    var note: OfferNote?

    static var blank: KeptOffer { KeptOffer() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&scope)
        try coder.code(&key)
        var (transfer, sublease) = (TransferNote?.none, SubleaseNote?.none)
        switch note {
        case .transfer(let note): transfer = note
        case .sublease(let note): sublease = note
        case nil: break
        }
        try coder.code(&transfer, blank: .blank) { (note, coder) throws(CodingFault) in try coder.code(&note) }
        try coder.code(&sublease, blank: .blank) { (note, coder) throws(CodingFault) in try coder.code(&note) }
        note = transfer.map { .transfer($0) } ?? sublease.map { .sublease($0) }
    }
}
