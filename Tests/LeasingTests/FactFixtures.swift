// One fact of every kind with every field set, for the tests of the stored form.

import Packing

@testable import Leasing

enum FactFixtures {
    static let terms: ContractTerms = {
        var terms = ContractTerms()
        terms.description = "all of it"
        terms.tenant = "ada"
        terms.pricePerMonthMicros = 920_000_000_000_000
        terms.pricePerYearMicros = 3_500_000_000_000_000
        terms.pricePerGPUHourMicros = 2_490_000
        terms.pricePerMWhMicros = -45_000_000
        terms.commitmentSeconds = 94_608_000
        terms.minimumTermSeconds = 86_400
        terms.noticeSeconds = 1_800
        terms.reclaimCauses = ["non-payment", "safety"]
        terms.shedTier = 3
        terms.sparesPerDomain = 2
        terms.wholeRackSwapNeedsConsent = true
        terms.availabilityBasisPoints = 9_900
        terms.curtailmentNoticeSeconds = 1_800
        terms.curtailmentHoursPerMonth = 40
        return terms
    }()

    static let lease: LeaseRecord = {
        var record = LeaseRecord.blank
        record.number = 300
        record.tenant = "ada"
        record.contract = "c-1"
        record.label = "größte"
        record.leaseClass = .guaranteed
        record.sites = ["east", "west"]
        record.cap = .watts(650)
        record.sparesPerDomain = 1
        let shapes: [PlacementShape] = [
            .block, .rack, .nvl72, .node, .gpus(4), .power(meterWatts: 300_000_000, wholeSites: true),
        ]
        record.lines = shapes.enumerated().map { index, shape in
            let level = WithinLevel.allCases[index % WithinLevel.allCases.count]
            let line = LeaseLine(
                name: "line \(index)", shape: shape, count: index + 1, models: ["H100"],
                within: index == 0 ? nil : level)
            var hardware = PermanentHoldings()
            hardware.wholeNodes = [IDRange(first: UInt32(index) * 1_000, count: 18)]
            hardware.partialNodes = [PermanentPartialNode(id: 77_000, moduleMask: 0b1010, partitionID: 4)]
            hardware.spareNodes = [IDRange(first: 90_000, count: 2)]
            return LineRecord(line: line, hardware: hardware)
        }
        record.start = 1_800_000_000
        record.end = 1_900_000_000
        record.turnRoundSeconds = 1_800
        record.state = .active
        record.conditions = [
            Condition(kind: .degraded, reason: "n1 down", since: 1_800_000_005),
            Condition(kind: .delayed, reason: "n2 still in turn-round", since: -1),
        ]
        record.promised = Capacity(gpus: 1_024, watts: 1_305_600)
        record.meterWatts = 1_645_056
        record.downNodes = [IDRange(first: 5, count: 1)]
        record.returnedNodes = [IDRange(first: 6, count: 2)]
        record.revision = 41
        record.tenantIndex = 17
        return record
    }()

    /// A lease of lines that say more than their shape, count, models and level.
    static let leaseWithTerms: LeaseRecord = {
        var record = lease
        record.lines = Array(record.lines.prefix(2))
        record.lines[0].line.shape = .mig(profileID: 19)
        record.lines[0].line.profile = "1g.10gb"
        record.lines[0].line.spread = LineSpread(over: .node, unitsMax: 3)
        record.lines[0].hardware.slices = [
            PermanentSlice(id: 77_001, slice: NodeSlice(GPUSlice(node: 0, moduleMask: 8, profileID: 19, start: 6)))
        ]
        record.lines[1].line.shape = .gpus(3)
        record.lines[1].line.isComposed = true
        record.lines[1].line.pins = [IDRange(first: 3, count: 300), IDRange(first: 4_000_000_000, count: 1)]
        record.promised.migInstances = 1
        return record
    }()

    /// A part of another lease, with caps to come.
    static let part: LeaseRecord = {
        var record = leaseWithTerms
        record.number = 301
        record.part = PartTerms(
            partOf: 300,
            capSteps: [CapStep(at: 1_800_000_000, cap: .watts(500)), CapStep(at: 1_850_000_000, cap: .percent(60))],
            capStepsBegun: 1)
        return record
    }()

    static let exchange: PartExchange = {
        let partitions = [NodePartition(moduleMask: 3, partitionID: 5), NodePartition(moduleMask: 4, partitionID: 9)]
        let slice = NodeSlice(GPUSlice(node: 0, moduleMask: 128, profileID: 9, start: 4))
        return PartExchange(
            given: NodeParts(partitions: partitions, slices: [slice]), taken: NodeParts(slices: [slice, slice]))
    }()

    static let maintenance: MaintenanceRecord = {
        var record = MaintenanceRecord.blank
        record.name = "pumps"
        record.number = 7
        record.nodes = [IDRange(first: 100, count: 64), IDRange(first: 900, count: 1)]
        record.windows = [
            WindowRecord(start: 1_800_000_000, end: 1_800_010_800),
            WindowRecord(start: 1_802_592_000, end: 1_802_602_800),
        ]
        record.reason = "coolant"
        record.rule = "FREQ=MONTHLY;COUNT=2"
        record.timeZone = "America/Chicago"
        record.actor = "uid:1 op"
        record.setAt = 1_799_999_999
        return record
    }()

    /// In the order in which `FactCodingTests` has their bytes.
    static let reclaim: Reclaim = {
        var reclaim = Reclaim(
            lease: 300, notice: 77, clause: .cause("safety"), servedAt: 1_800_000_000, actor: "uid:1 op", reason: "odd",
            steps: [ReclaimStep(at: 1_800_600_000, gpus: 48), ReclaimStep(at: 1_801_000_000, gpus: 0)], gpusBefore: 64,
            acknowledgedAt: 1_800_000_100, withdrawnAt: 1_800_000_200)
        reclaim.nominated = [IDRange(first: 3, count: 2)]
        reclaim.cuts = [
            Reclaim.Cut(part: 301, end: 1_850_000_000, capSteps: [CapStep(at: 1_840_000_000, cap: .percent(60))])
        ]
        return reclaim
    }()

    static let facts: [Fact] = [
        .bookOpened(bookID: "b-1", secret: [0, 1, 254, 255], level: 1),
        .fleetAdopted(source: "version: 1\n", runs: [IDRun(firstNode: 0, firstID: 9, count: 64)], nextID: 73),
        .tenantPut(name: "ada", quota: Quota(gpus: 4_096, watts: 5_000_000), description: "first"),
        .tenantRemoved(name: "bob", endsName: false),
        .contractPut(name: "c-1", terms: terms),
        .contractRemoved(name: "c-2"),
        .leaseGranted(lease),
        .leaseMoved(number: 300, event: .release, at: 1_800_000_100),
        .leaseMembersDown(
            number: 300, nodes: [IDRange(first: 3, count: 2)],
            conditions: [Condition(kind: .degraded, reason: "down", since: 1_800_000_100)]),
        .memberReplaced(
            Replacement(
                lease: 300, line: 2, old: 7, new: 8, oldModuleMask: 3, newModuleMask: 12, newPartitionID: 2,
                wasSpare: true)),
        .nodesSet(
            nodes: [IDRange(first: 1, count: 1), IDRange(first: 4_000_000_000, count: 9)], health: .draining,
            note: NodeNote(reason: "fan", actor: "uid:1 op", since: 1_800_000_000, until: 1_800_003_600)),
        .nodesCleaned([IDRange(first: 10, count: 1)]),
        .nodesReturned([IDRange(first: 11, count: 1)]),
        .nodesOverdue([IDRange(first: 12, count: 1)]),
        .leaseGranted(leaseWithTerms),
        .memberReplaced(Replacement(lease: 300, line: 2, old: 7, new: 8, wasSpare: false, parts: exchange)),
        .loadTargetSet(loadTarget),
        .leaseCurtailed(
            number: 300, target: loadTarget.key,
            steps: [
                CurtailmentStep(start: 1_800_003_600, until: 1_800_007_200, percent: 60, termsPercent: 60),
                CurtailmentStep(start: 1_800_007_200, until: .max, percent: 0, termsPercent: nil),
            ]),
        .leasePowerSettled(number: 300, at: 1_800_003_600),
        .orderAcknowledged(number: 17, by: "uid:7 act"),
        .orderOverdue(number: 18),
        .noticeAcknowledged(lease: 300, notice: 16),
        .frozen(Freeze(reason: "odd", actor: "uid:1 op", since: 1_800_000_000)),
        .unfrozen,
        .contractPut(name: "c-1", terms: curtailedTerms),
        .maintenanceSet(maintenance),
        .maintenanceRemoved(name: "pumps"),
        .maintenanceOver(name: "pumps", at: 1_800_010_800),
        .feedFailed(
            FeedFailure(
                budget: "meter", source: "grid", reason: "storm", actor: "uid:1 op", since: 1_800_000_000)),
        .feedRestored(budget: "meter", source: nil),
        .nodesDarkened([IDRange(first: 13, count: 1)]),
        .leasePartGranted(part),
        .leasePartAmended(part),
        .leaseCapStepped(number: 301, at: 1_850_000_000),
        .contractPut(name: "c-1", terms: ContractTests.everything),
        .leaseTermsRenewed(number: 300),
        .reclaimSet(reclaim),
        .approvalAsked(
            Approval(
                number: 3, subject: .reclaim(ReclaimOrder(clause: .convenience, gpus: 16), reclaim),
                askedBy: "uid:1 op",
                reason: "odd", askedAt: 1_800_000_000, expiresAt: 1_800_086_400)),
        .approvalEnded(number: 3, end: .declined),
        .tenantShared(
            name: "ada",
            share: QuotaShare(cohort: "research", borrowing: Quota(gpus: 512), lending: Quota(watts: 1_000_000))),
        .cohortSet(
            Cohort(
                name: "research", quota: Quota(gpus: 64), share: QuotaShare(cohort: "all", lending: Quota(gpus: 8)),
                description: "labs")),
        .cohortRemoved(name: "research"),
        .contractPut(name: "spot", terms: givingWay),
        .reclaimSet(
            Reclaim(
                lease: 300, notice: 78, clause: .preemption(for: 0), servedAt: 1_800_000_000, actor: "uid:1 op",
                reason: "way",
                steps: [ReclaimStep(at: 1_800_000_600, gpus: 0)], gpusBefore: 64)),
        .gpusIdentified([identity, NodeIdentity(node: 8)]),
        .faultReported(faultReport),
        .faultDecided(
            FaultVerdict(
                number: 5, tenant: "ada", state: .accepted, act: .fault, remark: "seen", actor: "uid:1 op")),
        .repairBegun(
            nodes: [IDRange(first: 7, count: 2)],
            note: NodeNote(reason: "fan", actor: "uid:1 op", since: 1_800_000_000, until: 1_800_086_400)),
        .spareReturned(SpareReturn(lease: 301, line: 2, node: 7)),
        .leaseSplit(split),
        .leaseHandedOver(number: 300, transfer: 5, at: 1_800_000_060),
        .leaseTakenOver(takeover),
        .transferNoted(TransferNote(tenant: "bob", event: .receiverAgreed, transfer: transfer)),
        .contractPut(name: "c-1", terms: transferTerms),
        .subleaseNoted(SubleaseNote(tenant: "bob", event: .over, sublease: sublease)),
        .contractPut(name: "c-1", terms: subleaseTerms),
        .tokenMade(
            AccessToken(
                number: 9, owner: .tenant("ada"), name: "ci", scopes: [.read, .tokens], digest: Array(0..<32),
                madeAt: 1_800_000_000, expiresAt: 1_800_086_400, madeBy: "uid:1 op", parent: 7, revokedAt: nil)),
        .tokenRevoked(number: 9, owner: .auditor, name: "ci"),
        .tenantRemoved(name: "bob", endsName: true),
        .clockConfirmed,
        .backupBegun(path: "/b"),
        .bookOpened(bookID: "b-1", secret: [0, 1, 254, 255], level: 2),
        .upgradeFinalised(level: 2),
        .tokenMade(
            AccessToken(
                number: 9, owner: .tenant("ada"), name: "ci", scopes: [.read, .tokens], digest: Array(0..<32),
                madeAt: 1_800_000_000, expiresAt: 1_800_086_400, madeBy: "uid:1 op", parent: 7, revokedAt: nil,
                pepper: Array(1...8))),
    ]

    static let givingWay: ContractTerms = {
        var terms = ContractTerms()
        terms.movable = MoveClause(noticeSeconds: 60)
        terms.preemptionNoticeSeconds = 600
        return terms
    }()

    static let identity = NodeIdentity(
        node: 7, moduleMask: 0b101,
        uuids: [
            GPUUUID("GPU-00112233-4455-6677-8899-aabbccddeeff")!, GPUUUID("GPU-ffffffff-0000-1111-2222-333333333333")!,
        ])

    static let faultReport: FaultReport = {
        var report = FaultReport(number: 5, tenant: "ada", node: 7)
        report.leases = [300, 302]
        (report.moduleMask, report.identity) = (0b101, identity)
        (report.xid, report.recovery, report.text, report.keeps) = (154, .reboot, "gone", true)
        (report.actor, report.at) = ("uid:7 ada", 1_800_000_000)
        (report.state, report.act, report.remark) = (.resolved, .drain, "back")
        (report.decidedBy, report.decidedAt) = ("uid:1 op", 1_800_000_100)
        return report
    }()

    static let split: LeaseSplit = {
        var gone = leaseWithTerms
        gone.number = 302
        return LeaseSplit(lease: 300, kept: [leaseWithTerms, part], split: [gone], sources: [300])
    }()

    static let takeover: LeaseTakeover = {
        var taken = leaseWithTerms
        (taken.number, taken.tenant) = (303, "bob")
        return LeaseTakeover(
            transfer: 5, from: 300, contractVersion: 2, keepsTerms: true, records: [taken], sources: [300],
            down: [DownUnit(node: 7, since: 1_800_000_000)])
    }()

    static let transfer = Transfer(
        number: 5, lease: 300, from: "ada", to: "bob", nodes: [IDRange(first: 2, count: 3)],
        units: [LeaseSelection.Units(line: "line 0", count: 2)], proposedBy: "uid:1 ada", reason: "moves",
        proposedAt: 1_800_000_000, expiresAt: 1_800_604_800, offered: leaseWithTerms, holderAgreed: true,
        receiverAgreed: true, needsProvider: true, contract: "c-2", keepsTerms: false, label: "mine")

    static let sublease = Sublease(
        number: 6, lease: 300, from: "ada", to: "bob", nodes: [IDRange(first: 2, count: 3)],
        units: [LeaseSelection.Units(line: "line 0", count: 2)], proposedBy: "uid:1 ada", reason: "idle until May",
        proposedAt: 1_800_000_000, expiresAt: 1_800_604_800, offered: leaseWithTerms, end: 1_800_950_400,
        pricePerGPUHourMicros: 1_500_000, noticeSeconds: 86_400, holderAgreed: true, tenantAgreed: true,
        providerAgreed: true, needsProvider: true, label: "ours", agreedAt: 1_800_000_600,
        noticeGivenAt: 1_800_864_000, endedAt: 1_800_950_400, ending: .ended)

    static let subleaseTerms: ContractTerms = {
        var terms = transferTerms
        terms.preemptionNoticeSeconds = 600
        terms.subleases = SubleaseClause(needsApproval: false, expirySeconds: 172_800, maxPercent: 50)
        return terms
    }()

    static let transferTerms: ContractTerms = {
        var terms = ContractTests.everything
        terms.transfers = TransferClause(needsApproval: false, expirySeconds: 86_400)
        return terms
    }()

    static let loadTarget: LoadTarget = {
        var target = LoadTarget(
            key: LoadTargetKey(budget: "meter", id: "grid"), kind: .physical, watts: 240_000_000, start: 1_800_003_600,
            end: 1_800_014_400, restoreWattsPerMinute: 10_000_000, reason: "grid", actor: "uid:1 op",
            setAt: 1_800_001_800)
        target.spent = [
            SourceUse(
                source: "megapacks", start: 1_800_003_600, end: 1_800_014_400, watts: 50_000_000,
                rechargedAt: 1_800_020_000)
        ]
        target.recharges = [
            Recharge(source: "megapacks", start: 1_800_014_400, end: 1_800_020_000, watts: 96_428_571)
        ]
        target.unmet = [UnmetWatts(start: 1_800_003_600, until: 1_800_014_400, watts: 10)]
        target.holdouts = [Holdout(kind: .noClause, leases: 3, watts: 12)]
        return target
    }()

    static let curtailedTerms: ContractTerms = {
        var terms = ContractTerms()
        terms.curtailmentFloorPercent = 60
        terms.curtailmentMayStop = true
        return terms
    }()

    static func entry(_ facts: [Fact], key: IdempotencyKey? = nil) -> Entry {
        Entry(
            revision: 42, recordedAt: 1_800_000_000, actor: Actor(name: "uid:1 op", role: "operator"), reason: "why",
            requestID: "r-1", idempotencyKey: key, facts: facts)
    }

    static let whole = entry(
        facts, key: IdempotencyKey(scope: "ada", key: "k-1", bodyDigest: Array(repeating: 7, count: 32)))
}
