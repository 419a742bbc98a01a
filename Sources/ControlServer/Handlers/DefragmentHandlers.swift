// Plans of moves that free whole domains.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Packing
import Scheduling

enum DefragmentHandlers {
    static func plan(_ exchange: Exchange) async throws -> Response {
        let request = try await exchange.decode(DefragmentRequest.self)
        let (view, now) = exchange.present
        let query = DefragmentationQuery(
            shape: PlacementShape(wholeDomain: request.shape), count: request.count, by: request.by.epochSeconds,
            seconds: request.duration?.seconds ?? 86_400, sites: request.sites ?? [], models: request.gpu ?? [])
        let found: Result<Defragmentation, Refusal> = await exchange.services.searcher.run {
            do throws(Refusal) {
                return .success(try view.book.defragmentation(for: query, now: now))
            } catch {
                return .failure(error)
            }
        }
        switch found {
        case .success(let plan): return exchange.answer(answer(plan, in: view.book), view: view)
        case .failure(let refusal): throw Problem(refusal)
        }
    }

    private static func answer(_ plan: Defragmentation, in book: Book) -> DefragmentAnswer {
        let fleet = book.fleet
        let running = plan.moves.filter(\.isRunning)
        return DefragmentAnswer(
            freed: plan.freed.map { fleet.domains[$0.offset].path }, freeAnyway: plan.freeAnyway,
            moves: plan.moves.map { move in
                PlannedMoveAnswer(
                    lease: book.naming.id(of: move.lease), tenant: book.lease(move.lease)?.tenant ?? "",
                    from: fleet.nodeName(NodeIndex(move.from)), to: fleet.nodeName(NodeIndex(move.to)),
                    gpus: move.gpus, notBefore: Timestamp(move.window.lowerBound),
                    notAfter: Timestamp(move.window.upperBound), running: move.isRunning)
            }, movesMin: plan.movesMin, gpusMoved: running.reduce(0) { $0 + $1.gpus },
            turnRoundGpuSeconds: running.reduce(0) { $0 + $1.gpus * Int($1.turnRoundSeconds) },
            blockers: plan.obstacles.isEmpty
                ? nil : plan.obstacles.prefix(WireLimits.shortListMax).map { blocker($0, in: book) })
    }

    private static func blocker(_ obstacle: DefragmentationObstacle, in book: Book) -> Blocker {
        let count = "\(obstacle.domainCount) domain\(obstacle.domainCount == 1 ? "" : "s")"
        switch obstacle.kind {
        case .lease(let number):
            let lease = book.lease(number)
            return Blocker(
                kind: .clause, name: book.naming.id(of: number), from: lease.map { Timestamp($0.start) },
                until: lease.map { Timestamp($0.until) },
                message:
                    "holds \(count); its terms do not let it be moved there in time (tenant \(lease?.tenant ?? ""))")
        case .maintenance: return Blocker(kind: .booking, name: "maintenance", message: "keeps \(count)")
        case .hardware:
            return Blocker(
                kind: .hardware, name: "closed nodes", message: "nodes that are closed, faulty or not ready in \(count)"
            )
        case .noPlace:
            return Blocker(
                kind: .fragmentation, name: "no place",
                message: "nothing else is free that the leases on \(count) could be moved to")
        }
    }
}

extension PlacementShape {
    /// The shape of a whole domain.
    fileprivate init(wholeDomain shape: Shape) {
        self =
            switch shape {
            case .block: .block
            case .rack: .rack
            case .nvl72: .nvl72
            case .node, .gpu, .mig, .watts: .node
            }
    }
}
