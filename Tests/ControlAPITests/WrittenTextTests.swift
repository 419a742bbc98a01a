// Answers that write their own text write what `Encodable` gives.

import Testing

@testable import ControlAPI

@Suite("Text that a value writes itself")
struct WrittenTextTests {
    private static let start = Timestamp(epochSeconds: 1_795_219_200)
    private static let end = Timestamp(epochSeconds: 1_874_966_400)

    private static let plain = LeaseAnswer(
        id: "l-1", revision: 0, state: .scheduled, conditions: [], tenant: "a", leaseClass: .standard, start: start,
        end: end, promised: Capacity(gpus: 0, watts: -1), delivered: Capacity(gpus: 1, watts: 2), wattsAtMeter: .max,
        reservations: [])

    /// Every field is there, and texts have what must be escaped.
    private static var full: LeaseAnswer {
        var lease = plain
        (lease.revision, lease.wattsAtMeter) = (.min, 9_007_199_254_740_993)
        lease.conditions = [
            Condition(type: .degraded, reason: "\"n1\"\n\\", since: start),
            Condition(type: .curtailed, reason: "é", since: end),
        ]
        (lease.contract, lease.contractVersion, lease.label) = ("c{", 3, "tab\tü{")
        lease.nextChangeAt = end
        lease.promised = Capacity(gpus: 8, migInstances: 7, watts: 10)
        (lease.capWattsPerGpu, lease.capPercent) = (500, 66)
        lease.throughput = CapThroughput(pretrain: 91, finetune: 92, inference: 93)
        lease.reservations = [
            ReservationAnswer(
                name: "l[", shape: .gpu, count: 2, gpus: 4, composed: true, profile: "1g.10gb",
                megawatts: Megawatts(watts: 1_500_000), gpu: ["H100", "H200"], within: .hall,
                spread: SpreadRequest(level: .rack, max: 2), pin: ["memphis-1/h1"],
                ramp: [RampStep(at: end, count: 3)], allocation: ["memphis-1/h1/b001/r1/n1:1,2", "{", "["]),
            ReservationAnswer(name: "", shape: .block, count: 0, gpu: [], allocation: []),
        ]
        lease.schedule = [ScheduleStep(at: end, promised: Capacity(gpus: 1, watts: 1), capPercent: 50)]
        lease.decision = Decision(
            micros: 1, wholeBlocksLeft: 2,
            largestShapeLeft: ShapeCount(shape: .gpu, count: 1, gpus: 1, gpu: "H100", domain: "memphis-1"),
            strandedGpus: 3, strandedWatts: -4,
            highestCap: HighestCap(percent: 66, next: NextPercent(percent: 67, blockers: [])), preempts: ["l-2"])
        lease.expectedShortfall = ExpectedShortfall(
            nodesDown: 1.5, gpusDown: 12, failuresPerDay: 0.001, repairDays: 1e21)
        lease.down = [DownNodeAnswer(node: "n", since: start, replaceBy: end, overdue: true)]
        lease.spares = SpareCounts(granted: 3, held: 2, ready: 1)
        lease.capNow = CapNowAnswer(capPercent: 40, capWattsPerGpu: ["H100": 280], until: end)
        lease.curtailments = [
            CurtailmentAnswer(budget: "b", loadTarget: "t", steps: [], notice: "n-1", acknowledged: false)
        ]
        lease.curtailed = CurtailedEnergyAnswer(joules: 1, breachJoules: 2, seconds: 3, breachSeconds: 4)
        (lease.planToken, lease.sublease) = ("p", "s-1")
        return lease
    }

    private func compare(_ value: some JSONWritable, _ source: SourceLocation = #_sourceLocation) {
        let written = String(decoding: CanonicalJSON.encode(value), as: UTF8.self)
        let given = String(decoding: CanonicalJSON.encodeByContainers(value), as: UTF8.self)
        #expect(written == given, sourceLocation: source)
    }

    @Test("is the text of its containers, with every field and with none")
    func leases() {
        compare(Self.plain)
        compare(Self.full)
        compare(LeaseList(leases: [Self.plain, Self.full], cursor: "\u{1}"))
        compare(LeaseList(leases: []))
    }

    @Test("is the same for what is polled")
    func polls() {
        var held = HeldLease(
            id: "l-1", state: .active, conditions: [], start: Self.start, end: Self.end,
            promised: Capacity(gpus: 1, watts: 1), delivered: Capacity(gpus: 1, watts: 1), allocation: [])
        var answer = TenantAllocation(tenant: "a", index: 1, leases: [held], notices: [])
        compare(answer)
        held.conditions = Self.full.conditions
        (held.capWattsPerGpu, held.capPercent, held.allocation) = (1, 2, ["memphis-1/h1", "{"])
        (held.down, held.capNow, held.curtailments) = (Self.full.down, Self.full.capNow, Self.full.curtailments)
        answer.leases.append(held)
        answer.nextChangeAt = Self.end
        answer.notices = [Notice(id: "n-1", kind: .curtailment, deadline: Self.end, acknowledged: true)]
        answer.subleases = [HeldSublease(id: "s-1", from: "a", to: "b", start: Self.start, end: Self.end)]
        compare(answer)
        compare(TenantAllocation(tenant: "{", index: 0, leases: [], notices: []))
    }

    @Test("is the same for batches, problems among them")
    func batches() {
        let problem = Problem(.noCapacity, detail: "none {", blockers: [], counterOffers: [])
        compare(
            LeaseBatchAnswer(results: [
                LeaseBatchResult(lease: Self.full), LeaseBatchResult(problem: problem), LeaseBatchResult(),
                LeaseBatchResult(lease: Self.plain),
            ]))
    }

    @Test("has every whole number in its digits")
    func numbers() {
        for number in [0, 7, 10, -10, 123_456_789, Int.max, Int.min] {
            var text = JSONText()
            text.integer(number)
            #expect(String(decoding: text.bytes, as: UTF8.self) == String(number))
        }
    }
}
