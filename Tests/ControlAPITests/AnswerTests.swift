// Answers as the API document shows them, byte for byte.

import Testing

@testable import ControlAPI

private func encoded(_ value: some Encodable) -> String { String(decoding: CanonicalJSON.encode(value), as: UTF8.self) }

private let start = Timestamp(epochSeconds: 1_795_219_200)
private let end = Timestamp(epochSeconds: 1_874_966_400)

@Suite("An answer")
struct AnswerTests {
    @Test("to a tenant's poll has the fields of the API document in their order")
    func poll() throws {
        let allocation = TenantAllocation(
            tenant: "google", index: 18, nextChangeAt: end,
            leases: [
                HeldLease(
                    id: "l-7kq2", state: .active, conditions: [Condition(type: .degraded, reason: "n1", since: start)],
                    start: start, end: end, promised: Capacity(gpus: 110_000, watts: 5),
                    delivered: Capacity(gpus: 109_996, watts: 4), capWattsPerGpu: 1_000,
                    allocation: ["memphis-2/h[1-7]/r[001-200]"])
            ],
            notices: [Notice(id: "t-1", kind: .curtailment, deadline: end, acknowledged: false)])
        #expect(
            encoded(allocation)
                == #"{"tenant":"google","index":18,"nextChangeAt":"2029-06-01T00:00:00Z","leases":[{"id":"l-7kq2","#
                + #""state":"active","conditions":[{"type":"Degraded","reason":"n1","since":"2026-11-21T00:00:00Z"}],"#
                + #""start":"2026-11-21T00:00:00Z","end":"2029-06-01T00:00:00Z","promised":{"gpus":110000,"watts":5},"#
                + #""delivered":{"gpus":109996,"watts":4},"capWattsPerGpu":1000,"allocation":["memphis-2/h[1-7]/r[001-200]"]}],"#
                + #""notices":[{"id":"t-1","kind":"curtailment","deadline":"2029-06-01T00:00:00Z","acknowledged":false}]}"#
        )
        #expect(try StrictJSON.decode(TenantAllocation.self, from: CanonicalJSON.encode(allocation)) == allocation)
    }

    @Test("with an allocation writes unknown UUIDs as null and reads them back")
    func allocation() throws {
        let node = AllocatedNode(
            node: "memphis-2-h1-r001-t01", domain: "memphis-2/h1/r001", platform: "gb200-nvl72",
            gpus: [AllocatedGPU(module: 1), AllocatedGPU(module: 2, uuid: "GPU-1")],
            nvlink: NvlinkBinding(domain: "memphis-2/h1/r001"), mig: [], numa: [0, 1], cpus: ["0-71"], nics: ["mlx5_0"],
            capWattsPerGpu: 1_000, capWatts: 5_867)
        #expect(
            encoded(node)
                == #"{"node":"memphis-2-h1-r001-t01","domain":"memphis-2/h1/r001","platform":"gb200-nvl72","#
                + #""gpus":[{"module":1,"uuid":null},{"module":2,"uuid":"GPU-1"}],"nvlink":{"domain":"memphis-2/h1/r001"},"#
                + #""mig":[],"numa":[0,1],"cpus":["0-71"],"nics":["mlx5_0"],"capWattsPerGpu":1000,"capWatts":5867}"#)
        #expect(try StrictJSON.decode(AllocatedNode.self, from: CanonicalJSON.encode(node)) == node)
    }

    @Test("with MIG instances writes each with its place, and no NVLink")
    func instances() throws {
        let node = AllocatedNode(
            node: "n1", domain: "m/h1/r1", platform: "hgx-h100", gpus: [AllocatedGPU(module: 1)],
            mig: [MigInstance(module: 1, profile: "1g.10gb", profileId: 19, start: 3)], numa: [1], cpus: ["56-111"],
            nics: ["mlx5_6"], capWattsPerGpu: 700, capWatts: 87)
        #expect(
            encoded(node)
                == #"{"node":"n1","domain":"m/h1/r1","platform":"hgx-h100","gpus":[{"module":1,"uuid":null}],"#
                + #""mig":[{"module":1,"profile":"1g.10gb","profileId":19,"start":3}],"numa":[1],"cpus":["56-111"],"#
                + #""nics":["mlx5_6"],"capWattsPerGpu":700,"capWatts":87}"#)
        #expect(encoded(Capacity(gpus: 0, migInstances: 7, watts: 5)) == #"{"gpus":0,"migInstances":7,"watts":5}"#)
        let line = ReservationAnswer(
            name: "line-1", shape: .mig, count: 7, profile: "1g.10gb", within: .rack,
            spread: SpreadRequest(level: .node, max: 2), pin: ["m/h1/r1"], allocation: ["m/h1/r1/n1:1:1g.10gb@3"])
        #expect(try StrictJSON.decode(ReservationAnswer.self, from: CanonicalJSON.encode(line)) == line)
    }

    @Test("with a lease, its decision and its shortfall reads back the same")
    func lease() throws {
        let blocker = Blocker(kind: .budget, name: "memphis-1/grid", message: "3 MW too many")
        let lease = LeaseAnswer(
            id: "l-1", revision: 42, state: .starting, conditions: [], tenant: "anthropic", leaseClass: .guaranteed,
            start: start, end: end, promised: Capacity(gpus: 8, watts: 1), delivered: Capacity(gpus: 0, watts: 0),
            wattsAtMeter: 2, capPercent: 66,
            reservations: [
                ReservationAnswer(name: "site", shape: .watts, count: 1, allocation: ["memphis-1/h1/b001/n1"])
            ],
            decision: Decision(
                micros: 310, wholeBlocksLeft: 0, largestShapeLeft: ShapeCount(shape: .gpu, count: 1, gpus: 4),
                strandedGpus: 0, strandedWatts: 0,
                highestCap: HighestCap(percent: 66, next: NextPercent(percent: 67, blockers: [blocker]))),
            expectedShortfall: ExpectedShortfall(nodesDown: 1.5, gpusDown: 12, failuresPerDay: 0.25, repairDays: 3))
        let text = encoded(lease)
        #expect(try StrictJSON.decode(LeaseAnswer.self, from: Array(text.utf8)) == lease)
        #expect(text.contains(#""class":"guaranteed""#))
        #expect(text.contains(#""nodesDown":1.5,"gpusDown":12,"#))
    }

    @Test("to a batch holds a lease or a problem for each request")
    func batch() throws {
        let offer = CounterOffer(
            kind: .mostNow, message: "one",
            request: LeaseRequest(
                tenant: "a", reservations: [ReservationRequest(shape: .block, count: 1)],
                duration: WireDuration(seconds: 60)),
            planToken: "p-1")
        let answer = LeaseBatchAnswer(results: [
            LeaseBatchResult(problem: Problem(.noCapacity, detail: "none", blockers: [], counterOffers: [offer]))
        ])
        #expect(try StrictJSON.decode(LeaseBatchAnswer.self, from: CanonicalJSON.encode(answer)) == answer)
    }
}

@Suite("Paths")
struct RoutesTests {
    @Test("encode what a name may hold and leave the rest")
    func encode() {
        #expect(Routes.budgetTimeline("memphis-1/grid") == "/v1/budgets/memphis-1%2Fgrid/timeline")
        #expect(Routes.nodes(.cordon) == "/v1/nodes:cordon")
        #expect(Routes.lease("l-7kq2") == "/v1/leases/l-7kq2")
        #expect(Routes.tenant("é?") == "/v1/tenants/%C3%A9%3F")
    }

    @Test("leave out query parameters without a value")
    func query() {
        let path = Routes.path(Routes.leases, query: [("tenant", "a b"), ("state", nil), ("limit", "5")])
        #expect(path == "/v1/leases?tenant=a%20b&limit=5")
        #expect(Routes.path(Routes.leases, query: [("state", nil)]) == "/v1/leases")
    }
}

@Suite("A specification")
struct SpecificationTests {
    @Test("of a contract reads back the same, and says where a term is wrong")
    func contract() throws {
        let text = #"""
            {"tenant":"anthropic","price":{"perYear":{"currency":"USD","micros":3500000000000000}},"commitment":"90d",
             "reclaimCauses":["harmful-use"],"shedTier":3,"spares":{"perDomain":1},"wholeRackSwap":{"consent":true},
             "availabilityTargetPercent":"99.0","curtailment":{"noticePeriod":"30m","hoursPerMonth":20}}
            """#
        let contract = try StrictJSON.decode(ContractSpecification.self, from: Array(text.utf8))
        #expect(contract.availabilityTargetPercent == Percentage(hundredths: 9_900))
        #expect(try StrictJSON.decode(ContractSpecification.self, from: CanonicalJSON.encode(contract)) == contract)
        let wrong = text.replacing(#""hoursPerMonth":20"#, with: #""hoursPerMonth":745"#)
        let error = #expect(throws: RequestBodyError.self) {
            try StrictJSON.decode(ContractSpecification.self, from: Array(wrong.utf8))
        }
        #expect(error?.pointer == "/curtailment/hoursPerMonth")
    }

    @Test("of a tenant is the same without a reason and without a quota that limits nothing")
    func tenant() {
        let written = TenantSpecification(quota: QuotaSpecification(), description: "x", reason: "first")
        #expect(written.withoutReason == TenantSpecification(description: "x"))
    }

    @Test("of a node verb needs a reason and a host list")
    func nodeVerb() {
        for (body, pointer) in [
            (#"{"nodes":"n[1-8]","reason":""}"#, "/reason"), (#"{"nodes":"n[1-8","reason":"x"}"#, "/nodes"),
            (#"{"nodes":"n1"}"#, "/reason"),
        ] {
            let error = #expect(throws: RequestBodyError.self) {
                try StrictJSON.decode(NodeVerbRequest.self, from: Array(body.utf8))
            }
            #expect(error?.pointer == pointer)
        }
    }
}
