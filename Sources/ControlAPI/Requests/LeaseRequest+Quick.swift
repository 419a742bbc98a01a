// The usual lease request, read in one pass over its tokens.
//
// Requests with fields that are rarer, or with anything to complain of, are left to `Decodable`, which says what is wrong and
// where. So what is read here is read the same there; a test holds the two together.

/// A request that can be read in one pass when it is of the usual kind.
protocol QuicklyReadable {
    /// The value at a token, checked; nil when it is not of the usual kind, whether right or wrong.
    init?(quickly document: JSONDocument, at index: Int)
}

extension LeaseRequest: QuicklyReadable {
    init?(quickly document: JSONDocument, at index: Int) {
        var tenant: String?
        var lines: [ReservationRequest] = []
        var rest = LeaseRequest(tenant: "", reservations: [])
        let isUsual = document.readMembers(of: index) { name, value in
            switch name {
            case "tenant": document.read(&tenant, at: value)
            case "contract": document.read(&rest.contract, at: value)
            case "label": document.read(&rest.label, at: value)
            case "reason": document.read(&rest.reason, at: value)
            case "start": document.read(&rest.start, at: value) { Timestamp($0) }
            case "end": document.read(&rest.end, at: value) { Timestamp($0) }
            case "duration": document.read(&rest.duration, at: value) { WireDuration($0) }
            case "class": document.read(&rest.leaseClass, at: value) { LeaseClass(rawValue: $0) }
            case "capPercent": document.read(&rest.capPercent, at: value)
            case "capWattsPerGpu": document.read(&rest.capWattsPerGpu, at: value)
            case "reservations":
                document.readElements(of: value) { element in
                    guard let line = ReservationRequest(quickly: document, at: element) else { return false }
                    lines.append(line)
                    return true
                }
            default: false
            }
        }
        guard isUsual, let tenant else { return nil }
        self = rest
        (self.tenant, reservations) = (tenant, lines)
        guard (try? check()) != nil else { return nil }
    }
}

extension ReservationRequest: QuicklyReadable {
    init?(quickly document: JSONDocument, at index: Int) {
        var shape: Shape?
        var rest = ReservationRequest(shape: .node)
        let isUsual = document.readMembers(of: index) { name, value in
            switch name {
            case "name": document.read(&rest.name, at: value)
            case "shape": document.read(&shape, at: value) { Shape(rawValue: $0) }
            case "count": document.read(&rest.count, at: value)
            case "gpus": document.read(&rest.gpus, at: value)
            case "profile": document.read(&rest.profile, at: value)
            case "within": document.read(&rest.within, at: value) { TopologyLevel(rawValue: $0) }
            default: false
            }
        }
        guard isUsual, let shape else { return nil }
        self = rest
        self.shape = shape
        guard (try? check()) != nil else { return nil }
    }
}

extension LeaseBatchRequest: QuicklyReadable {
    init?(quickly document: JSONDocument, at index: Int) {
        var isAtomic: Bool?
        var leases: [LeaseRequest] = []
        let isUsual = document.readMembers(of: index) { name, value in
            switch name {
            case "atomic":
                switch document.tokens[value].kind {
                case .true: isAtomic = true
                case .false: isAtomic = false
                default: return false
                }
                return true
            case "leases":
                return document.readElements(of: value) { element in
                    guard let lease = LeaseRequest(quickly: document, at: element) else { return false }
                    leases.append(lease)
                    return true
                }
            default: return false
            }
        }
        guard isUsual, let isAtomic else { return nil }
        self.init(atomic: isAtomic, leases: leases)
        guard (try? check()) != nil else { return nil }
    }
}

extension JSONDocument {
    /// Calls `read` with each name of an object without escapes and the index of its value; false as soon as `read` gives it, or
    /// when there is no such object.
    fileprivate func readMembers(of index: Int, _ read: (String, Int) -> Bool) -> Bool {
        guard tokens[index].kind == .object else { return false }
        let end = self.index(after: index)
        var name = index + 1
        while name < end {
            guard tokens[name].kind == .plainString, read(string(at: name), name + 1) else { return false }
            name = self.index(after: name + 1)
        }
        return true
    }

    fileprivate func readElements(of index: Int, _ read: (Int) -> Bool) -> Bool {
        guard tokens[index].kind == .array else { return false }
        let end = self.index(after: index)
        var element = index + 1
        while element < end {
            guard read(element) else { return false }
            element = self.index(after: element)
        }
        return true
    }

    fileprivate func read(_ place: inout String?, at index: Int) -> Bool { read(&place, at: index) { $0 } }

    fileprivate func read<Value>(_ place: inout Value?, at index: Int, _ make: (String) -> Value?) -> Bool {
        guard tokens[index].kind == .plainString else { return false }
        place = make(string(at: index))
        return place != nil
    }

    fileprivate func read(_ place: inout Int?, at index: Int) -> Bool {
        guard tokens[index].kind == .integer else { return false }
        place = Int(numberText(at: index))
        return place != nil
    }
}
