// What is kept of each node, rack and booking.

import FleetModel

/// What is kept of a node besides its free modules.
struct NodeRecord: BitwiseCopyable, Sendable {
    /// Closed to windows that start before this time.
    var closedUntil = Int64.min
    /// Head of the node's own list of bookings, or -1. Bookings of the whole rack stand in the rack's list.
    var firstBooking: Int32 = -1
    /// Modules whose turn-round is overdue: not ready for windows that start now.
    var notReady: UInt8 = 0
    /// True once a MIG instance has been booked on the node: only then are its GPUs looked at for slices.
    var hasSlices = false
    var health = NodeHealth.open

    var isShut: Bool { closedUntil > .min || notReady != 0 }
}

/// What is kept of a rack besides its free nodes.
struct RackRecord: BitwiseCopyable, Sendable {
    /// Not later than the next time after the instant at which anything of the rack begins or ends.
    var nextEvent = Int64.max
    /// Not earlier than the end of the last booking of single nodes.
    var nodesIdleFrom = Int64.min
    /// Head of the list of bookings that hold every node of the rack as a whole, or -1.
    var firstBooking: Int32 = -1
    /// Bookings in the lists of its nodes.
    var nodeBookingCount: Int32 = 0
    /// Nodes that are closed, or of which some modules are not ready.
    var shutCount: Int32 = 0
    /// Nodes that are faulty.
    var faultyCount: Int32 = 0
}

/// One booking in the list of a node or a rack.
struct BookingRecord: BitwiseCopyable, Sendable {
    /// The lease and window, kept once for all bookings that have them in common.
    var terms: Int32
    /// The next booking of the same list, or -1.
    var next: Int32
    /// The cap of each GPU in watts.
    var capWatts: Int32
    /// Bit `m - 1` for GPU module `m`.
    var moduleMask: UInt8
    /// Memory slices of the one module, when it is a MIG instance and not whole modules; else 0.
    var sliceMask: UInt8 = 0
    /// Whether the instance has the GPU's media engines.
    var takesMedia = false

    func isOf(_ other: BookingRecord) -> Bool {
        moduleMask == other.moduleMask && sliceMask == other.sliceMask && takesMedia == other.takesMedia
    }
}

/// A lease and a window, shared by the bookings made under them at one time.
struct TermsRecord: BitwiseCopyable, Sendable {
    var lease: UInt64
    var start: Int64
    var end: Int64
    var until: Int64
    /// Bookings that refer to it; the place is used again when there are none.
    var references: Int32
    /// The next unused place, or -1.
    var next: Int32

    @inline(__always)
    func overlaps(_ start: Int64, _ until: Int64) -> Bool { self.start < until && start < self.until }

    func isOf(_ terms: BookingTerms) -> Bool {
        lease == terms.lease && start == terms.start && end == terms.end && until == terms.until
    }
}

/// The lists of bookings of nodes and racks, in a pool.
struct BookingLists: Sendable {
    private var records: PagedColumn<BookingRecord>
    private var terms: PagedColumn<TermsRecord>
    private var firstUnusedRecord: Int32 = -1
    private var firstUnusedTerms: Int32 = -1
    /// Where the last booking's terms stand, which the next one often shares.
    private var lastTerms: Int32 = -1

    init(allocator: any PageAllocator) {
        records = PagedColumn(
            repeating: BookingRecord(terms: -1, next: -1, capWatts: 0, moduleMask: 0), count: 0, allocator: allocator)
        terms = PagedColumn(
            repeating: TermsRecord(lease: 0, start: 0, end: 0, until: 0, references: 0, next: -1), count: 0,
            allocator: allocator)
    }

    var ownedBytes: Int { records.ownedBytes + terms.ownedBytes }

    @inline(__always) subscript(place: Int32) -> BookingRecord { records[Int(place)] }
    @inline(__always) func terms(of record: BookingRecord) -> TermsRecord { terms[Int(record.terms)] }

    /// The modules that bookings of a list hold at some time of `[start, until)`.
    @inline(__always)
    func modules(from head: Int32, overlapping start: Int64, _ until: Int64) -> UInt8 {
        var (held, place) = (UInt8(0), head)
        while place >= 0 {
            let record = records[Int(place)]
            if terms[Int(record.terms)].overlaps(start, until) { held |= record.moduleMask }
            place = record.next
        }
        return held
    }

    /// Calls `body` with every booking of a list, in no stated order.
    @inline(__always)
    func forEach(from head: Int32, _ body: (BookingRecord, TermsRecord) -> Void) {
        var place = head
        while place >= 0 {
            let record = records[Int(place)]
            body(record, terms[Int(record.terms)])
            place = record.next
        }
    }

    /// Puts a booking of whole modules at the head of a list.
    mutating func insert(_ booking: BookingTerms, capWatts: Watts, moduleMask: UInt8, into head: inout Int32) {
        insert(
            booking, BookingRecord(terms: -1, next: -1, capWatts: Int32(capWatts), moduleMask: moduleMask), into: &head)
    }

    /// Puts a booking at the head of a list.
    mutating func insert(_ booking: BookingTerms, _ booked: BookingRecord, into head: inout Int32) {
        let shared = place(of: booking)
        terms[Int(shared)].references += 1
        var record = booked
        (record.terms, record.next) = (shared, head)
        if firstUnusedRecord >= 0 {
            head = firstUnusedRecord
            firstUnusedRecord = records[Int(head)].next
            records[Int(head)] = record
        } else {
            head = Int32(records.count)
            records.append(record)
        }
    }

    /// Whether a booking of whole modules stands in a list.
    func holds(_ booking: BookingTerms, moduleMask: UInt8, from head: Int32) -> Bool {
        var place = head
        while place >= 0 {
            let record = records[Int(place)]
            if record.moduleMask == moduleMask, record.sliceMask == 0, terms[Int(record.terms)].isOf(booking) {
                return true
            }
            place = record.next
        }
        return false
    }

    /// Takes a booking of whole modules off a list; false when it is not there.
    mutating func remove(_ booking: BookingTerms, moduleMask: UInt8, from head: inout Int32) -> Bool {
        remove(booking, BookingRecord(terms: -1, next: -1, capWatts: 0, moduleMask: moduleMask), from: &head)
    }

    /// Takes a booking off a list, whatever its cap; false when it is not there.
    mutating func remove(_ booking: BookingTerms, _ booked: BookingRecord, from head: inout Int32) -> Bool {
        var (previous, place) = (Int32(-1), head)
        while place >= 0 {
            let record = records[Int(place)]
            if record.isOf(booked), terms[Int(record.terms)].isOf(booking) {
                if previous < 0 { head = record.next } else { records[Int(previous)].next = record.next }
                records[Int(place)].next = firstUnusedRecord
                firstUnusedRecord = place
                release(record.terms)
                return true
            }
            (previous, place) = (place, record.next)
        }
        return false
    }

    private mutating func place(of booking: BookingTerms) -> Int32 {
        if lastTerms >= 0, terms[Int(lastTerms)].references > 0, terms[Int(lastTerms)].isOf(booking) {
            return lastTerms
        }
        let record = TermsRecord(
            lease: booking.lease, start: booking.start, end: booking.end, until: booking.until, references: 0,
            next: -1)
        if firstUnusedTerms >= 0 {
            lastTerms = firstUnusedTerms
            firstUnusedTerms = terms[Int(lastTerms)].next
            terms[Int(lastTerms)] = record
        } else {
            lastTerms = Int32(terms.count)
            terms.append(record)
        }
        return lastTerms
    }

    private mutating func release(_ place: Int32) {
        terms[Int(place)].references -= 1
        guard terms[Int(place)].references == 0 else { return }
        terms[Int(place)].next = firstUnusedTerms
        firstUnusedTerms = place
    }
}
