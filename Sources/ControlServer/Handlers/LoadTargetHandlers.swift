// Load targets, the orders that follow, and the freeze.

import ControlAPI
import FleetModel
import HTTPTypes
import Hummingbird
import Leasing
import NIOCore
import Packing
import Scheduling
import Telemetry

enum LoadTargetHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let state = try exchange.query("state", "scheduled, live or over") { LoadTargetState(rawValue: $0) }
        let encoding = encoding(view.book, exchange)
        let targets = view.book.loadTargets.filter { target in
            let here = encoding.state(of: target)
            return state.map { $0 == here } ?? (here != .over)
        }
        let (page, cursor) = try exchange.page(of: targets, in: view)
        return exchange.answer(LoadTargetList(loadTargets: page.map(encoding.answer), cursor: cursor), view: view)
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        return exchange.answer(try answer(try key(exchange), in: view.book, exchange), view: view)
    }

    static func put(_ exchange: Exchange) async throws -> Response {
        let id = try exchange.parameter("id")
        guard ResourceName.isValid(id) else {
            throw Problem(
                .badRequest, detail: "\(id) is not an id",
                expected: "1 to 63 letters, digits, -, _ or ., a letter or digit first")
        }
        let isPlan = try exchange.query("dryRun", "plan") { $0 == "plan" ? true : nil } ?? false
        let body = try await exchange.body()
        let request = try exchange.decode(LoadTargetRequest.self, from: body)
        let before = exchange.scheduler.view
        let key = try key(exchange)
        let target = try target(request, key, in: before.book, now: exchange.scheduler.now)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        if isPlan {
            let book = try await exchange.services.searcher.fork(
                before.book, after: .setLoadTarget(target), context, now: exchange.scheduler.now)
            return exchange.answer(try answer(key, in: book, exchange), view: before)
        }
        let isNew = before.book.loadTarget(key) == nil
        let (outcome, view, _) = try await exchange.submit(
            .setLoadTarget(target, approvalSeconds: exchange.services.loadTargetApprovalSeconds), context)
        if let approval = outcome.approval {
            let book = try await exchange.services.searcher.fork(
                view.book, after: .setLoadTarget(target), context, now: exchange.scheduler.now)
            var waiting = try answer(key, in: book, exchange)
            waiting.approval = ApprovalID.text(approval)
            return exchange.answer(waiting, .accepted, view: view)
        }
        return exchange.answer(try answer(key, in: view.book, exchange), isNew ? .created : .ok, view: view)
    }

    static func remove(_ exchange: Exchange) async throws -> Response {
        let key = try key(exchange)
        let context = try exchange.commandContext(reason: try exchange.requiredReason(), body: [])
        let before = exchange.scheduler.view.book.loadTarget(key)
        let (_, view, _) = try await exchange.submit(.removeLoadTarget(key), context)
        // One that had not begun is gone; what it was is said all the same.
        if view.book.loadTarget(key) == nil, var gone = before {
            gone.end = gone.start
            (gone.spent, gone.unmet, gone.holdouts) = ([], [], [])
            return exchange.answer(
                LoadTargetEncoding(book: view.book, now: max(gone.start, exchange.scheduler.now)).answer(gone),
                view: view)
        }
        return exchange.answer(try answer(key, in: view.book, exchange), view: view)
    }

    /// Writes targets beside what is drawn by readings.
    static func encoding(_ book: Book, _ exchange: Exchange) -> LoadTargetEncoding {
        let (view, now) = exchange.present
        let report = exchange.services.observatory.report(DrawConditions(view, at: now), at: now)
        return LoadTargetEncoding(book: book, now: exchange.scheduler.now) { report.draws[$0.offset]?.watts }
    }

    private static func key(_ exchange: Exchange) throws -> LoadTargetKey {
        LoadTargetKey(budget: try exchange.parameter("name"), id: try exchange.parameter("id"))
    }

    private static func answer(_ key: LoadTargetKey, in book: Book, _ exchange: Exchange) throws -> LoadTargetAnswer {
        guard let target = book.loadTarget(key) else {
            throw Problem(.notFound, detail: "there is no load target \(key.id) on \(key.budget)")
        }
        return encoding(book, exchange).answer(target)
    }

    /// What a request means at this time.
    static func target(
        _ request: LoadTargetRequest, _ key: LoadTargetKey, in book: Book, now: Int64
    ) throws -> LoadTarget {
        // A target without a start begins when it is decided.
        let start = request.start?.epochSeconds ?? now
        var target = LoadTarget(
            key: key, kind: request.kind.map { Leasing.LoadTargetKind($0) } ?? .economic,
            watts: Int64(request.watts ?? 0), start: start,
            end: request.end?.epochSeconds ?? request.duration.map { start + $0.seconds },
            restoreWattsPerMinute: request.restoreWattsPerMinute.map(Int64.init))
        target.startsWhenSet = request.start == nil
        guard let less = request.reduceByWatts else { return target }
        guard let index = book.fleet.budget(named: key.budget) else {
            throw Problem(.notFound, detail: "there is no budget domain \(key.budget); `berth budgets` lists them")
        }
        let budget = book.fleet.budgets[index.offset]
        // What is committed then without this target, so that setting it again asks for the same.
        let entitled = book.packing.entitledPeak(
            of: index, from: max(start, book.time), until: max(start, book.time) + 1)
        let measured = budget.measuredWatts(rackWatts: entitled)
        guard Int64(less) <= measured else {
            throw Problem(
                .badRequest, detail: "only \(measured) W are committed on \(key.budget) then",
                pointer: "/reduceByWatts", expected: "at most that")
        }
        target.watts = measured - Int64(less)
        return target
    }
}

enum OrderHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let known = try exchange.query("index", "a number") { UInt64($0) }
        var view = exchange.scheduler.view
        if let known, known != 0, known == view.book.ordersIndex {
            let scheduler = exchange.scheduler
            try await exchange.waitForChange(of: PollRegistry.orders) { scheduler.view.book.ordersIndex == known }
            view = exchange.scheduler.view
        }
        var headers = HTTPFields()
        headers[.index] = String(view.book.ordersIndex)
        headers[.eTag] = "\"\(exchange.services.epoch)-o\(view.book.ordersIndex)\""
        let encoding = LoadTargetEncoding(book: view.book, now: exchange.scheduler.now)
        let (orders, cursor) = try exchange.page(of: encoding.orders(), in: view)
        let list = OrderList(
            index: Int(view.book.ordersIndex), orders: orders.compactMap(encoding.answer), cursor: cursor)
        return exchange.answer(list, view: view, headers: headers)
    }

    static func acknowledge(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(OrderAcknowledgement.self, from: body)
        var numbers: [UInt64] = []
        for (index, id) in request.acknowledge.enumerated() {
            guard let number = OrderID.number(id), exchange.scheduler.view.book.order(number) != nil else {
                throw Problem(
                    .notFound, detail: "there is no order \(id); it may have been withdrawn: list the orders again",
                    pointer: "/acknowledge/\(index)")
            }
            numbers.append(number)
        }
        let context = try exchange.commandContext(reason: request.reason ?? "orders received", body: body)
        let (_, view, _) = try await exchange.submit(.acknowledgeOrders(numbers), context)
        let encoding = LoadTargetEncoding(book: view.book, now: exchange.scheduler.now)
        let orders = numbers.compactMap { view.book.order($0) }.compactMap(encoding.answer)
        return exchange.answer(OrderList(index: Int(view.book.ordersIndex), orders: orders), view: view)
    }
}

enum FreezeHandlers {
    static func freeze(_ exchange: Exchange) async throws -> Response { try await set(true, exchange) }
    static func unfreeze(_ exchange: Exchange) async throws -> Response { try await set(false, exchange) }

    private static func set(_ isFrozen: Bool, _ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(ReasonRequest.self, from: body)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (_, view, _) = try await exchange.submit(.setFreeze(isFrozen), context)
        return exchange.answer(exchange.clockStatus(view), view: view)
    }
}

extension Exchange {
    func clockStatus(_ view: PublishedView) -> ClockStatus {
        ClockStatus(
            frozen: scheduler.isTimeFrozen,
            freeze: view.book.freeze.map {
                FreezeAnswer(reason: $0.reason, actor: $0.actor, since: Timestamp($0.since))
            })
    }

    /// The reason of a request without a body, which must have one.
    func requiredReason() throws -> String {
        guard let reason = query["reason"], !reason.isEmpty else {
            throw Problem(.badRequest, detail: "say why: ?reason=…", expected: "a reason")
        }
        return reason
    }
}
