// Domains and nodes.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Packing
import Scheduling

enum DomainHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let (book, fleet, now) = (view.book, view.book.fleet, exchange.scheduler.now)
        let level = try exchange.query("level", "site, hall, block, rack or nvl72") { TopologyLevel(rawValue: $0) }
        let within = try exchange.within(fleet)
        let (limit, start) = (try exchange.limit(), try exchange.cursor())
        var domains: [DomainAnswer] = []
        var next: UInt64?
        for (offset, domain) in fleet.domains.enumerated().dropFirst(Int(clamping: start)) {
            guard matches(domain, level, fleet), within.map({ $0.contains(domain.nodes.lowerBound) }) ?? true,
                within.map({ domain.nodes.upperBound <= $0.upperBound }) ?? true
            else { continue }
            guard domains.count < limit else {
                next = UInt64(offset)
                break
            }
            domains.append(answer(domain, book, now))
        }
        let cursor = next.map { Cursor(revision: book.revision, next: $0).text }
        return exchange.answer(DomainList(domains: domains, cursor: cursor), view: view)
    }

    private static func matches(_ domain: TopologyDomain, _ level: TopologyLevel?, _ fleet: Fleet) -> Bool {
        switch level {
        case nil: true
        case .nvl72: domain.level == .rack && isRackScale(domain, fleet)
        case .some(let level): domain.level.rawValue == level.rawValue
        }
    }

    private static func isRackScale(_ domain: TopologyDomain, _ fleet: Fleet) -> Bool {
        domain.platformOffset.map { fleet.platforms[$0].isRackScale } ?? false
    }

    private static func answer(_ domain: TopologyDomain, _ book: Book, _ now: Int64) -> DomainAnswer {
        let fleet = book.fleet
        var counts = Packing.GPUCounts()
        var largest: (rank: Int, answer: ShapeFree)?
        func offer(_ rank: Int, _ shape: Shape, _ gpus: Int) {
            if gpus > 0, rank > (largest?.rank ?? 0) { largest = (rank, ShapeFree(shape: shape, gpus: gpus)) }
        }
        var wholeRacks = Set<Int>()
        for rack in domain.racks {
            let place = fleet.racks[rack]
            let platform = fleet.platforms[place.platformOffset]
            var freeNodes = 0
            for node in place.nodes {
                let here = book.packing.gpuCounts(of: node, at: now)
                counts += here
                if here.free == here.total { freeNodes += 1 }
                let mask = book.packing.freeModules(of: node, from: now, until: now + 1, now: now)
                for partition in platform.partitions where partition.moduleMask & ~mask == 0 {
                    offer(partition.gpuCount, .gpu, partition.gpuCount)
                }
            }
            if freeNodes > 0 { offer(10, .node, platform.gpusPerNode) }
            if freeNodes == place.nodes.count {
                wholeRacks.insert(rack)
                offer(11, platform.isRackScale ? .nvl72 : .rack, freeNodes * platform.gpusPerNode)
            }
        }
        for block in fleet.domains where block.level == .block && domain.racks.contains(block.racks.lowerBound) {
            guard block.racks.allSatisfy(wholeRacks.contains) else { continue }
            let gpus = block.nodes.reduce(0) { $0 + fleet.moduleMasks[$1].nonzeroBitCount }
            offer(12, .block, gpus)
        }
        return DomainAnswer(
            path: domain.path, level: TopologyLevel(rawValue: domain.level.rawValue)!,
            platform: domain.platformOffset.map { fleet.platforms[$0].name }, gpus: ControlAPI.GPUCounts(counts),
            largestShapeFree: largest?.answer)
    }
}

enum NodeHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let (book, fleet, now) = (view.book, view.book.fleet, exchange.scheduler.now)
        let state = try exchange.query("state", "a node state") { NodeState(rawValue: $0) }
        let within = try exchange.within(fleet) ?? 0..<fleet.nodeCount
        let (limit, start) = (try exchange.limit(), try exchange.cursor())
        var nodes: [NodeAnswer] = []
        var next: UInt64?
        for node in within where UInt64(node) >= start {
            let here = self.state(of: node, book, now)
            guard state == nil || here == state else { continue }
            guard nodes.count < limit else {
                next = UInt64(node)
                break
            }
            nodes.append(answer(node, here, book, now, showsHolders: exchange.seesBookings))
        }
        let cursor = next.map { Cursor(revision: book.revision, next: $0).text }
        return exchange.answer(NodeList(nodes: nodes, cursor: cursor), view: view)
    }

    static func apply(_ verb: ControlAPI.NodeVerb, _ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(NodeVerbRequest.self, from: body)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let before = exchange.scheduler.view
        let fleet = before.book.fleet
        let nodes = try fleet.nodes(inList: request.nodes, at: "/nodes")
        let command = command(verb, nodes, request)
        let gpus = nodes.joined().reduce(0) { $0 + fleet.moduleMasks[$1].nonzeroBitCount }
        guard try exchange.query("dryRun", "plan", { $0 == "plan" ? true : nil }) == nil else {
            let (book, outcome) = try await exchange.services.searcher.trial(
                of: command, context, in: before.book, now: exchange.scheduler.now)
            var planned = answer(outcome, gpus: gpus, in: book)
            planned.revision = Int(before.revision)
            return exchange.answer(planned, view: before)
        }
        let (outcome, view, _) = try await exchange.submit(command, context)
        return exchange.answer(answer(outcome, gpus: gpus, in: view.book), view: view)
    }

    /// The command that a verb on named nodes is.
    static func command(
        _ verb: ControlAPI.NodeVerb, _ request: NodeVerbRequest, in fleet: Fleet
    ) throws -> Command {
        command(verb, try fleet.nodes(inList: request.nodes, at: "/nodes"), request)
    }

    private static func command(
        _ verb: ControlAPI.NodeVerb, _ nodes: [Range<Int>], _ request: NodeVerbRequest
    ) -> Command {
        .setNodes(Leasing.NodeVerb(rawValue: verb.rawValue)!, nodes: nodes, until: request.until?.epochSeconds)
    }

    static func answer(_ outcome: Outcome, gpus: Int? = nil, in book: Book) -> NodeVerbAnswer {
        let replaced = outcome.replacements.map { replacement in
            NodeReplacement(
                lease: book.naming.id(of: book.lease(replacement.lease)?.leaseNumber ?? replacement.lease),
                from: name(replacement.old, book),
                to: name(replacement.new, book))
        }
        let degraded = outcome.degraded.map { book.naming.id(of: $0) }
        return NodeVerbAnswer(
            nodes: outcome.nodeCount, gpus: gpus, revision: Int(book.revision),
            replaced: replaced.isEmpty ? nil : replaced,
            degraded: degraded.isEmpty ? nil : degraded)
    }

    private static func name(_ id: UInt32, _ book: Book) -> String {
        book.register.node(of: PermanentNodeID(id)).map { book.fleet.nodeName($0) } ?? "retired"
    }

    /// What a node is doing at `now`; what closes it comes first, then its holders.
    private static func state(of node: Int, _ book: Book, _ now: Int64) -> NodeState {
        let packing = book.packing
        var (isLeased, isSpare, isKept, ended) = (false, false, false, nil as Booking?)
        packing.forEachBooking(of: NodeIndex(node)) { booking in
            guard booking.start <= now, now < booking.until else { return }
            if booking.isMaintenance {
                isKept = true
            } else if now >= booking.end {
                ended = booking
            } else if book.lease(booking.lease)?.lines.contains(where: { $0.holdings.uses(node) }) ?? false {
                isLeased = true
            } else {
                isSpare = true
            }
        }
        switch packing.health(of: NodeIndex(node)) {
        case .faulty: return book.repair(of: NodeIndex(node)) == nil ? .faulty : .repair
        case .validating: return .validating
        case .draining: return isLeased ? .draining : .drained
        case .open where isKept, .cordoned where isKept: return .maintenance
        case .cordoned: return .cordoned
        case .open: break
        }
        if isLeased { return .assigned }
        if ended != nil || packing.notReadyModules(of: NodeIndex(node)) != 0 {
            let cleaning = book.fleet.site(of: book.fleet.rackOfNode[node]).turnRound.cleaningSeconds
            let isClean = book.isReportedClean(NodeIndex(node)) || ended.map { now >= $0.end + cleaning } ?? false
            return isClean ? .validating : .cleaning
        }
        return isSpare ? .held : .free
    }

    private static func answer(
        _ node: Int, _ state: NodeState, _ book: Book, _ now: Int64, showsHolders: Bool
    ) -> NodeAnswer {
        let fleet = book.fleet
        let rack = fleet.rackOfNode[node]
        var holders: [String] = []
        book.packing.forEachBooking(of: NodeIndex(node)) { booking in
            guard showsHolders, booking.start <= now, now < booking.end, let lease = book.lease(booking.lease) else {
                return
            }
            let text = "\(lease.tenant) \(book.naming.id(of: lease.leaseNumber))"
            if !holders.contains(text) { holders.append(text) }
        }
        holders.sort()
        let note = book.repair(of: NodeIndex(node)) ?? book.note(on: NodeIndex(node))
        let uuids = LeaseHardware.moduleIDs(of: fleet.moduleMasks[node]).map { module in
            AllocatedGPU(module: module, uuid: book.uuid(of: NodeIndex(node), module: module)?.text)
        }
        let kept = state == .maintenance ? book.maintenance(on: NodeIndex(node), at: now) : nil
        let free = book.packing.freeModules(of: node, from: now, until: now + 1, now: now)
        return NodeAnswer(
            name: fleet.nodeName(NodeIndex(node)), domain: fleet.domains[fleet.racks[rack.offset].domain.offset].path,
            platform: fleet.platform(of: rack).name, state: state, gpusFree: free.nonzeroBitCount,
            holder: holders.count == 1 ? holders[0] : nil, holders: holders.count > 1 ? holders : nil,
            reason: kept.map { "\($0.name): \($0.plan.reason)" } ?? note?.reason,
            since: kept == nil ? note.map { Timestamp($0.since) } : nil,
            until: (kept?.window(at: now)?.upperBound ?? note?.until).map { Timestamp($0) },
            by: kept?.actor ?? note?.actor, outSince: book.outSince(NodeIndex(node)).map { Timestamp($0) },
            gpus: uuids.contains { $0.uuid != nil } ? uuids : nil)
    }
}

extension Fleet {
    /// The nodes that a list of paths of domains and names of nodes stands for, ascending.
    ///
    /// - Throws: ``Problem`` at `pointer`, with the nearest name.
    func nodes(inList text: String, at pointer: String) throws -> [Range<Int>] {
        do {
            return try nodes(named: try HostList.expand(text))
        } catch {
            throw Problem(
                .badRequest, detail: "\(error)", pointer: pointer,
                expected: "a path such as \(domains[0].path), a node such as \(nodeName(NodeIndex(0))), or a host list "
                    + "of either")
        }
    }
}

extension Exchange {
    /// Whether the caller is shown whose bookings are whose.
    var seesBookings: Bool { role == .operator || role == .auditor }

    /// The nodes of the domain that `?within` names.
    func within(_ fleet: Fleet) throws -> Range<Int>? {
        try query("within", "a path such as \(fleet.domains[0].path)") { path in
            fleet.domain(path: path).map { fleet.domains[$0.offset].nodes }
        }
    }

    /// One page of a list in its order, and where the next begins.
    func page<Items: Collection>(of items: Items, in view: PublishedView) throws -> ([Items.Element], String?) {
        let (limit, start) = (try limit(), Int(clamping: try cursor()))
        let page = Array(items.dropFirst(start).prefix(limit))
        let next = start + page.count
        guard next < items.count else { return (page, nil) }
        // The book's revision would tell a tenant how much others change.
        let revision = seesBookings ? view.revision : 0
        return (page, Cursor(revision: revision, next: UInt64(next)).text)
    }

    /// The name in the path, which a PUT gives to what it makes.
    func checkedName() throws -> String {
        let name = try parameter("name")
        guard ResourceName.isValid(name) else {
            throw Problem(
                .badRequest, detail: "\(name) is not a name",
                expected: "1 to 63 letters, digits, -, _ or ., a letter or digit first")
        }
        return name
    }
}
