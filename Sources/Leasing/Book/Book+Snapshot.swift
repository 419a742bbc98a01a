// The book as bytes: what a snapshot stores, and what the digest is taken over.

import Crypto
import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Bytes from which `init(snapshot:)` makes an equal book. O(everything).
    public func snapshot() -> [UInt8] {
        var record = BookRecord()
        record.level = formatLevel
        record.bookID = bookID
        record.secret = secret
        record.revision = revision
        record.time = time
        record.fleetSource = fleet.source
        record.fleetVersion = fleetVersion
        record.runs = Book.runs(of: register)
        record.nextID = register.nextID
        record.tenants = tenantNames.map { name in
            let tenant = tenantsByName[name]!
            return TenantRecord(
                name: name, quota: tenant.quota, description: tenant.description, index: tenant.index)
        }
        record.contracts = contractNames.map { ContractRecord(name: $0, terms: contract($0)!) }
        record.agreements = agreementsRecord
        forEachLease { lease in
            record.leases.append(LeaseRecord(lease, register: register))
            return true
        }
        record.nextLeaseNumber = nextLeaseNumber
        finalLeases.forEach { _, number in
            record.finalLeases.append(number)
            return true
        }
        record.nodes = nodeRecords()
        record.kept = idempotencyKeys.entries.map {
            KeptRecord(key: $0.key, revision: $0.success.revision, leases: $0.success.leases, at: $0.success.at)
        }
        record.power = powerRecord
        record.operations = operationsRecord
        record.energies = energyRecords
        record.ledger = ledgerRecord
        record.cohorts = cohortsRecord
        record.health = healthRecord
        record.transfers = transfersRecord
        record.subleases = subleasesRecord
        record.tokens = tokensRecord
        record.usedNames = usedNamesRecord
        var writer = FieldWriter()
        do { try record.code(with: &writer) } catch { preconditionFailure("writing does not fail: \(error)") }
        precondition(
            FormatLevel.level(ofSnapshot: record.version)! <= formatLevel,
            "a snapshot says nothing that the book's level does not have")
        return writer.bytes
    }

    /// The book that `snapshot()` was taken of.
    public init(snapshot bytes: [UInt8]) throws(CodingFault) {
        var record = BookRecord()
        var reader = FieldReader(bytes)
        try record.code(with: &reader)
        guard reader.isAtEnd else { throw reader.fault("more bytes than a snapshot has") }
        let fleet: Fleet
        do {
            fleet = try FleetFile.parse(
                text: record.fleetSource, file: "the fleet in force", catalogue: try Catalogue.builtIn())
        } catch {
            throw reader.fault("the fleet in force cannot be read: \(error)")
        }
        if let flaw = record.flaw(in: fleet) { throw reader.fault(flaw) }
        let runs = record.runs.map { HardwareRun(firstNode: $0.firstNode, firstID: $0.firstID, count: $0.count) }
        let register = HardwareRegister(runs: runs, nextID: record.nextID)
        guard let book = Book(record, fleet: fleet, register: register) else {
            throw reader.fault("a lease holds hardware that the fleet in force has not, or that is not free")
        }
        self = book
    }

    /// SHA-256 over the snapshot: equal digests are equal books.
    public func digest() -> String {
        SHA256.hash(data: snapshot()).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    static func runs(of register: HardwareRegister) -> [IDRun] {
        register.runs.map { IDRun(firstNode: $0.firstNode, firstID: $0.firstID, count: $0.count) }
    }

    /// The same book on another fleet, or nil when a lease would lose hardware.
    func moved(to fleet: Fleet, register newRegister: HardwareRegister) -> Book? {
        var record = BookRecord()
        var reader = FieldReader(snapshot())
        do { try record.code(with: &reader) } catch { preconditionFailure("a snapshot reads back: \(error)") }
        // What was noted on hardware that is retired goes with it, and leases that are over forget it.
        record.nodes.removeAll { newRegister.node(of: PermanentNodeID($0.id)) == nil }
        for index in record.leases.indices
        where record.leases[index].state.isFinal && record.leases[index].lease(register: newRegister) == nil {
            for line in record.leases[index].lines.indices {
                record.leases[index].lines[line].hardware = PermanentHoldings()
            }
            record.leases[index].returnedNodes = []
        }
        let open = record.health.reports.filter { !$0.state.isFinal }
        record.health.leaveOutRetired(from: newRegister, at: time)
        var moved = Book(record, fleet: fleet, register: newRegister)
        moved?.noteRetiredReports(among: open)
        moved?.keepEnergies(of: self)
        moved?.settleAccounts(before: self)
        return moved
    }

    private init?(_ record: BookRecord, fleet: Fleet, register: HardwareRegister) {
        self.init()
        bookID = record.bookID
        secret = record.secret
        formatLevel = record.level
        naming = LeaseNaming(key: record.secret)
        revision = record.revision
        time = record.time
        packing = PackingState(fleet: fleet)
        packing.advance(to: time)
        self.register = register
        fleetVersion = record.fleetVersion
        for item in record.tenants {
            var tenant = Tenant(name: item.name, quota: item.quota, description: item.description)
            tenant.index = item.index
            tenantsByName[item.name] = tenant
        }
        takeContracts(record)
        take(record.cohorts)
        var (powers, energies) = (record.power.leases[...], record.energies[...])
        for item in record.leases {
            guard var lease = item.lease(register: register), isBookable(lease) else { return nil }
            lease.contractVersion = record.agreements.version(ofLease: lease.number) ?? (lease.contract == nil ? 0 : 1)
            if let power = powers.first, power.number == lease.number {
                (lease.curtailments, lease.powerSettledAt) = (power.curtailments, power.settledAt)
                powers.removeFirst()
            }
            if let energy = energies.first, energy.number == lease.number {
                lease.keptEnergy = energy.kept
                energies.removeFirst()
            }
            insert(lease)
        }
        take(record.ledger)
        take(record.transfers)
        take(record.subleases)
        take(record.tokens)
        take(record.usedNames)
        guard take(record.operations) else { return nil }
        nextLeaseNumber = record.nextLeaseNumber
        for number in record.finalLeases {
            finalLeases[nextFinalPlace] = number
            nextFinalPlace += 1
        }
        for item in record.nodes {
            guard let node = register.node(of: PermanentNodeID(item.id)) else { return nil }
            if item.health != .open { set(item.health, item.note, on: node.offset) }
            packing.setNotReadyModules(item.notReadyModules, of: node)
            if item.isClean { cleanedNodes[UInt64(node.offset)] = true }
        }
        take(record.health)
        take(record.power)
        let offers = record.subleases.offersByKey
        for item in record.kept {
            let success = KeptSuccess(
                bodyDigest: item.key.bodyDigest, revision: item.revision, leases: item.leases, at: item.at,
                offer: offers[[item.key.scope, item.key.key]])
            idempotencyKeys.keep(success, under: item.key)
        }
    }

    private func nodeRecords() -> [NodeRecord] {
        var records: [NodeRecord] = []
        for offset in 0..<fleet.nodeCount {
            let node = NodeIndex(offset)
            let (health, notReady) = (packing.health(of: node), packing.notReadyModules(of: node))
            let isClean = isReportedClean(node)
            guard health != .open || notReady != 0 || isClean else { continue }
            records.append(
                NodeRecord(
                    id: register.id(of: node).number, health: health, note: note(on: node) ?? .blank,
                    notReadyModules: notReady, isClean: isClean))
        }
        return records.sorted { $0.id < $1.id }
    }

    /// Puts a fleet in force. The fact was decided so that every lease keeps its hardware.
    mutating func applyFleet(source: String, runs: [IDRun], nextID: UInt32) {
        let fleet: Fleet
        do {
            fleet = try FleetFile.parse(text: source, file: "the fleet in force", catalogue: try Catalogue.builtIn())
        } catch {
            preconditionFailure("an adopted fleet file can be read again: \(error)")
        }
        let runs = runs.map { HardwareRun(firstNode: $0.firstNode, firstID: $0.firstID, count: $0.count) }
        let register = HardwareRegister(runs: runs, nextID: nextID)
        guard let moved = moved(to: fleet, register: register) else {
            preconditionFailure("an adopted fleet has the hardware of every lease")
        }
        self = moved
        fleetVersion += 1
    }
}
