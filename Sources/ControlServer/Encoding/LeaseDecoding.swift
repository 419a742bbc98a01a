// Lease requests as the book reads them, and counter-offers as requests again.

import ControlAPI
import FleetModel
import Leasing
import Packing

extension LeaseOrder {
    /// The order that a request asks for, with names of hardware and profiles as `book` has them; `now` is only read for
    /// a window given by its length.
    ///
    /// - Parameter isImport: whether lines may say what they hold already.
    init(
        _ request: LeaseRequest, in book: borrowing Book, now: Int64, pins: PinReader = PinReader(),
        isImport: Bool = false
    ) throws {
        let start = request.start?.epochSeconds
        let duration = request.duration.map { Int64($0.seconds) }
        let end = request.end?.epochSeconds ?? (start ?? now) + (duration ?? 0)
        let cap: PowerCap =
            if let watts = request.capWattsPerGpu {
                .watts(Int64(watts))
            } else {
                .percent(request.capPercent ?? 100)
            }
        var lines: [LeaseLine] = []
        for (index, reservation) in request.reservations.enumerated() {
            lines.append(
                try LeaseLine(
                    reservation, index: index, sites: request.sites ?? [], named: request.lineName(index), in: book,
                    pins, isImport: isImport))
        }
        let names = lines.map(\.name)
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw Problem(
                .badRequest, detail: "two lines are named \(name)", pointer: "/reservations/\(index)/name",
                expected: "a name of its own for each line")
        }
        self.init(
            tenant: request.tenant, contract: request.contract, label: request.label,
            leaseClass: request.leaseClass.map { Leasing.LeaseClass($0) } ?? .standard, lines: lines,
            sites: request.sites ?? [], start: start, end: end, durationSeconds: duration, cap: cap,
            sparesPerDomain: request.spares?.perDomain ?? 0)
    }
}

extension LeaseLine {
    /// The line at a place of a body, for hardware at some sites; none for any.
    init(
        _ reservation: ReservationRequest, index: Int, sites: [String], named name: String, in book: borrowing Book,
        _ pins: PinReader, isImport: Bool = false
    ) throws {
        let pointer = "/reservations/\(index)"
        let shape: PlacementShape =
            switch reservation.shape {
            case .block: .block
            case .rack: .rack
            case .nvl72: .nvl72
            case .node: .node
            case .gpu: .gpus(reservation.gpus ?? 1)
            case .mig:
                .mig(profileID: try reservation.profileID(sites: sites, in: book.fleet, pointer))
            case .watts: .power(meterWatts: Int64(reservation.megawatts?.watts ?? 0), wholeSites: false)
            }
        let within: WithinLevel? =
            switch reservation.within {
            case nil: nil
            case .site: .site
            case .hall: .hall
            case .block: .block
            case .rack: .rack
            case .nvl72: .nvl72
            case .node:
                throw Problem(
                    .badRequest, detail: "a line cannot lie within a node", pointer: pointer + "/within",
                    expected: "site, hall, block, rack or nvl72")
            }
        if within != nil, case .power = shape {
            throw Problem(
                .badRequest, detail: "a line in megawatts cannot lie within a level",
                pointer: pointer + "/within", expected: "`sites` to say where the power is taken")
        }
        let register = book.register
        self.init(
            name: name, shape: shape, count: reservation.count ?? (reservation.ramp == nil ? 1 : 0),
            models: reservation.gpu ?? [], within: within, profile: reservation.profile,
            isComposed: reservation.composed ?? false, spread: reservation.spread.map { LineSpread($0) },
            pins: try pins.nodes(reservation.pin, in: book.fleet, pointer + "/pin").map { register.permanent($0) },
            ramp: (reservation.ramp ?? []).map { Leasing.RampStep($0) })
        guard let hold = reservation.hold else { return }
        // Elsewhere what is in the way is searched for, and told with care.
        guard isImport else {
            throw Problem(
                .badRequest, detail: "hardware that is held already is taken over by an import",
                pointer: pointer + "/hold",
                expected: "pin, or POST \(Routes.imports)")
        }
        let claim = try pins.hardware(hold, of: shape, in: book.fleet, pointer + "/hold")
        self.claim = claim
        if reservation.count == nil { count = shape.unitCount(of: claim, in: book.fleet) }
    }
}

extension LineSpread {
    fileprivate init(_ request: SpreadRequest) {
        let over: Over =
            switch request.level {
            case .site: .site
            case .hall: .hall
            case .block: .block
            case .rack: .rack
            case .nvl72: .nvl72
            case .node: .node
            }
        self.init(over: over, unitsMax: request.max ?? 1)
    }
}

extension ReservationRequest {
    /// NVML's number of the profile that a line of MIG instances names.
    fileprivate func profileID(sites: [String], in fleet: Fleet, _ pointer: String) throws -> Int {
        do throws(ProfileNameError) {
            return try fleet.profileID(named: profile ?? "", models: gpu ?? [], sites: sites)
        } catch {
            throw Problem(.badRequest, detail: error.description, pointer: pointer + "/profile")
        }
    }
}

extension LeaseRequest {
    /// A request for `order`, like the one it was changed from.
    init(_ order: LeaseOrder, like original: LeaseRequest) {
        var request = original
        request.reservations = order.lines.map { line in
            // Pins as they were written: the offer's line has them from the request's line of its name.
            let place = original.reservations.indices.first { original.lineName($0) == line.name }
            let pin = line.pins == nil ? nil : place.flatMap { original.reservations[$0].pin }
            return ReservationRequest(line, pin: pin)
        }
        request.sites = order.sites.isEmpty ? nil : order.sites
        request.start = order.start.map { Timestamp($0) }
        (request.end, request.duration) =
            order.durationSeconds == nil ? (Timestamp(order.end), nil) : (nil, original.duration)
        (request.capWattsPerGpu, request.capPercent, request.highestCap) = (
            order.cap.wattsPerGPU, order.cap.percent, nil
        )
        if original.capWattsPerGpu == nil && original.capPercent == nil && order.cap == .percent(100) {
            request.capPercent = nil
        }
        if order.sparesPerDomain == 0 { request.spares = nil }
        (request.planToken, request.recurrence) = (nil, nil)
        self = request
    }

    /// The name of a line, which it has by its place when none was given.
    fileprivate func lineName(_ index: Int) -> String { reservations[index].name ?? "line-\(index + 1)" }
}

extension ReservationRequest {
    fileprivate init(_ line: LeaseLine, pin: [String]?) {
        var gpus: Int?
        var megawatts: Megawatts?
        switch line.shape {
        case .gpus(let count): gpus = count
        case .power(let watts, _): megawatts = Megawatts(watts: Int(watts))
        case .block, .rack, .nvl72, .node, .mig: break
        }
        self.init(
            name: line.name, shape: Shape(line.shape), count: megawatts == nil ? line.count : nil, gpus: gpus,
            composed: line.isComposed ? true : nil, profile: line.profile, megawatts: megawatts,
            gpu: line.models.isEmpty ? nil : line.models, within: line.within.map { TopologyLevel($0) },
            spread: line.spread.map { SpreadRequest($0) }, pin: pin,
            ramp: line.ramp.isEmpty ? nil : line.ramp.map { ControlAPI.RampStep($0) })
    }
}

extension Leasing.RampStep {
    init(_ step: ControlAPI.RampStep) { self.init(at: step.at.epochSeconds, count: step.count) }
}

extension ControlAPI.RampStep {
    init(_ step: Leasing.RampStep) { self.init(at: Timestamp(step.at), count: step.count) }
}
