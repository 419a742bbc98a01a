// What types and their fields are, in the words of their own comments. Rewritten, never written by hand:
// `make api-docs`.

enum FieldTexts {
    static let text = #"""
        AccessList
          Reads, newest hour first.
        AccessList.access
          At most as many as asked for.
        AccessList.isCut
          Whether there are more.
        AccessRow
          Reads of what a tenant holds, by one caller within one hour.
        AccessRow.actor
          Who read it; absent: callers beyond those that are told apart in one hour.
        AccessRow.hour
          The hour, by its beginning.
        AccessRow.reads
          How often.
        AccessRow.role
          In which role; absent with the actor.
        AccessRow.tenant
          Whose allocation was read.
        Affinity
          A pod's affinities.
        Affinity.nodeAffinity
          To nodes.
        AllocatedGPU
          One GPU of a node.
        AllocatedGPU.module
          The module id, which is not the PCI order.
        AllocatedGPU.uuid
          The GPU's UUID; null on the wire when it is not known.
        AllocatedNode
          One node of a lease.
        AllocatedNode.capWatts
          What those GPUs may draw at their cap; of an instance the part that its memory slices are of the GPU's
          eight.
        AllocatedNode.capWattsPerGpu
          Power cap of each GPU in watts.
        AllocatedNode.cpus
          CPUs near those GPUs, as ranges.
        AllocatedNode.domain
          The path of the domain it stands in.
        AllocatedNode.gpus
          The GPUs that the lease holds there; where `mig` lists instances, the GPUs that those lie on, of which
          nothing else is held.
        AllocatedNode.mig
          The MIG instances that the lease holds there.
        AllocatedNode.nics
          Network devices near those GPUs.
        AllocatedNode.node
          Its name.
        AllocatedNode.numa
          NUMA nodes near those GPUs.
        AllocatedNode.nvlink
          How they are joined; absent: not at all.
        AllocatedNode.platform
          Its platform.
        AllocationAnswer
          Every node of a lease, sorted by name.
        AllocationAnswer.id
          The lease.
        AllocationAnswer.nodes
          The nodes.
        AllocationAnswer.revision
          The number of the last change to it.
        AllocationFormat
          How an allocation is written. `json`: Every node with its GPUs. `hostlist`: One compact list of node names.
          `plain`: A node name on each line. `slurm`: Lines for Slurm's configuration. `kubernetes`: Node labels for
          Kubernetes. `ansible`: An inventory in Ansible's INI form, a group for each domain.
        AlternativeShape
          A shape that would do instead of the one a line asks for. What it leaves out is as the line says.
        AlternativeShape.composed
          For shape `gpu`: true when a unit may be made up of several NVLink partitions of one node.
        AlternativeShape.count
          How many; absent: exactly as many GPUs as the line asks for come to.
        AlternativeShape.gpu
          GPU models accepted; absent, and not said by the line either: those that the line's own units are made of.
        AlternativeShape.gpus
          For shape `gpu`, and required there: GPUs in each unit.
        AlternativeShape.shape
          The unit counted; not `mig` or `watts`, of which nothing has as many GPUs.
        AlternativeShape.within
          All units in one domain of this level.
        AmendmentRequest
          Changes to a lease that apply together, or not at all.
        AmendmentRequest.adoptTerms
          True to come under the newest version of its contract, which only its tenant may ask for. Whatever else a
          tenant amends brings that, too.
        AmendmentRequest.capPercent
          Power cap as a whole percentage of each model's maximum, 1 to 100, in place of all that were agreed from
          then on.
        AmendmentRequest.capWattsPerGpu
          Power cap of each GPU in watts, 1 to 10,000, in place of all that were agreed from then on.
        AmendmentRequest.end
          When the lease is to end, exclusive; earlier or later than now agreed.
        AmendmentRequest.extendBy
          How much later it is to end.
        AmendmentRequest.from
          From when the cap and the counts hold; absent: now, or the start of a lease that has not begun.
        AmendmentRequest.reason
          Why, for the audit log; at most 1,024 bytes.
        AmendmentRequest.reservations
          What lines are to come to.
        ApprovalAnswer
          A change that one operator has asked for and another one has to approve.
        ApprovalAnswer.askedAt
          When.
        ApprovalAnswer.askedBy
          Who asked.
        ApprovalAnswer.expiresAt
          From when on it can no longer be approved.
        ApprovalAnswer.id
          Its id.
        ApprovalAnswer.loadTarget
          The load target.
        ApprovalAnswer.reason
          Why.
        ApprovalAnswer.reclaim
          The notice, as it would have been served when it was asked for.
        ApprovalList
          What waits for a second operator.
        ApprovalList.approvals
          In the order in which it was asked for.
        ApprovalList.cursor
          Where the next page begins; absent: this is the last.
        ApprovalRequest
          A second operator's answer.
        ApprovalRequest.approve
          True to approve, false to decline.
        ApprovalRequest.reason
          Why, for the audit log; at most 1,024 bytes.
        ApprovalSpecification
          Which of the provider's notices a second operator has to approve.
        ApprovalSpecification.expiresAfter
          How long it may wait.
        ApprovalSpecification.of
          The clauses under which a notice needs it.
        AuditConsistency
          That the log of an earlier size is the beginning of the log at the head.
        AuditConsistency.from
          The earlier size.
        AuditConsistency.head
          The later head.
        AuditConsistency.path
          The hashes that lead from the earlier root to the later.
        AuditConsistency.publicKey
          As in `AuditHeadAnswer`.
        AuditEntry
          One accepted change, as the caller may know it.
        AuditEntry.actor
          Who; absent to a tenant whose change it was not.
        AuditEntry.leafHash
          The hash of the leaf; absent unless asked for.
        AuditEntry.number
          The place in the log: the revision in the book's log, the count of its own entries in a tenant's.
        AuditEntry.reason
          Why; absent: nobody said, or not for you to see.
        AuditEntry.recordedAt
          When it was recorded.
        AuditEntry.requestId
          Under which request id; absent to a tenant whose request it was not.
        AuditEntry.role
          In which role.
        AuditEntry.stored
          What the leaf is made of, in base64: the bytes that the journal stores. Absent unless asked for, and of the
          first entry, which holds the book's secret.
        AuditEntry.text
          What the leaf of a tenant's log is made of.
        AuditEntry.what
          What happened, in words.
        AuditEntryList
          Entries of one log in the order of their numbers.
        AuditEntryList.entries
          The entries; fewer than the limit: these are the last.
        AuditEntryList.log
          `book`, or `tenant:NAME`.
        AuditHead
          What was signed of a log at one moment.
        AuditHead.bookId
          The book's id.
        AuditHead.epoch
          The book's epoch.
        AuditHead.keyId
          The first 8 bytes of the public key's SHA-256.
        AuditHead.log
          `book`, or `tenant:NAME`.
        AuditHead.root
          The RFC 6962 root over them.
        AuditHead.signature
          Ed25519 over the head's text.
        AuditHead.signedAt
          When it was signed.
        AuditHead.size
          How many entries it had.
        AuditHeadAnswer
          A head with the key that it is signed with.
        AuditHeadAnswer.head
          The head.
        AuditHeadAnswer.publicKey
          The Ed25519 public key, as this daemon says: whoever checks a head has it from elsewhere.
        AuditProof
          That an entry stands in a log.
        AuditProof.head
          The head whose root it is.
        AuditProof.leafHash
          The hash of the leaf.
        AuditProof.number
          The entry's place in the log.
        AuditProof.path
          The hashes beside the way from the leaf to the root.
        AuditProof.publicKey
          As in `AuditHeadAnswer`.
        AuditProof.stored
          What the leaf of the book's log is made of, in base64; absent of the first entry, which holds the book's
          secret.
        AuditProof.text
          What the leaf of a tenant's log is made of.
        BackTestAnswer
          How wrong the model was over the last seven days of history, forecast from what came before them.
        BackTestAnswer.errorPermille
          The mean of the differences between forecast and observed watts, in thousandths of what was observed.
        BackTestAnswer.quarters
          Quarters of an hour that were forecast.
        BackupAnswer
          The copy that was made.
        BackupAnswer.bytes
          Its size in bytes.
        BackupAnswer.path
          Where it stands.
        BackupAnswer.revision
          The last change in it.
        BackupRequest
          Where the daemon shall write a copy.
        BackupRequest.path
          An absolute path on the daemon's machine, outside its state directory, where nothing is yet.
        BackupRequest.reason
          Why, for the audit log; up to 1,024 bytes.
        Blocker
          One thing in the way.
        Blocker.from
          From when it is in the way.
        Blocker.kind
          What kind of thing.
        Blocker.message
          What it lacks, in words and numbers.
        Blocker.name
          Its name; to a tenant, others' bookings are `other commitments`.
        Blocker.until
          Until when; absent: no end in sight.
        BlockerKind
          What kind of thing is in the way. `budget`: A budget domain has too few watts. `fragmentation`: Enough is
          free, but not together. `booking`: Other leases hold it. `hardware`: The hardware is absent, faulty or
          cannot form the shape. `quota`: The tenant's quota. `clause`: A clause of the contract. `class`: A lease
          that gives way to the class that was asked for, though not as soon.
        BookmarkLine
          A line that says how far the stream has come: everything up to there has been sent or was filtered out.
        BookmarkLine.bookmark
          Where to go on after.
        BookmarkLine.ends
          Why nothing follows; absent: the stream goes on.
        BookmarkLine.epoch
          The book's epoch, which a restore starts anew.
        BudgetAnswer
          One budget domain now.
        BudgetAnswer.committedWatts
          Committed now.
        BudgetAnswer.failures
          What of it has failed: itself, or sources of it; absent: nothing.
        BudgetAnswer.headroomWatts
          Limit less committed.
        BudgetAnswer.kind
          What it bounds.
        BudgetAnswer.limitWatts
          The limit in force now.
        BudgetAnswer.measuredAt
          Where its watts are counted.
        BudgetAnswer.name
          Its name.
        BudgetAnswer.observedAt
          When the newest of them was read.
        BudgetAnswer.observedBasis
          On what it rests.
        BudgetAnswer.observedHeadroomWatts
          Limit less observed.
        BudgetAnswer.observedShare
          Nodes with readings, in percent of those below; `observedWatts` is theirs only.
        BudgetAnswer.observedWatts
          What is drawn, by readings; absent: none counts.
        BudgetAnswer.parent
          The domain that it hangs from; absent: a root.
        BudgetAnswer.provision
          What hangs below it beside what it is built for.
        BudgetAnswer.ratingWatts
          What it is built for.
        BudgetHistory
          What a budget domain has drawn.
        BudgetHistory.name
          Its name.
        BudgetHistory.step
          How long the steps are.
        BudgetHistory.steps
          In the order of time; steps without readings are left out.
        BudgetKind
          What a budget tree bounds. `power`: Electrical power. `cooling`: Heat rejection.
        BudgetList
          All budget domains.
        BudgetList.budgets
          Parents before children.
        BudgetList.cursor
          Where the next page begins; absent: this is the last.
        BudgetProvision
          What the domain would carry, and what it costs to let it carry more than it is built for.
        BudgetProvision.deratedWatts
          The rating less its derate: what it carries for good.
        BudgetProvision.nameplatePermille
          Nameplate over provisioned, in permille: over 1,000 caps keep it within its limit.
        BudgetProvision.nameplateWatts
          All of its nodes at their highest caps, where it is measured.
        BudgetProvision.oversubscriptionPermille
          How much of that may be committed by the fleet file, in permille; absent: all of it and no more.
        BudgetProvision.provisionedWatts
          What may be committed: the limit in force.
        BudgetProvision.risk
          What happens when everything draws what is committed now; absent: it is within the derated rating.
        BudgetProvision.riskWhenFull
          What happens when everything draws what may be committed; absent as above.
        BudgetTimeline
          One budget domain over time.
        BudgetTimeline.committed
          What is committed, in the order of time.
        BudgetTimeline.limit
          The limit, in the order of time.
        BudgetTimeline.name
          Its name.
        CapNowAnswer
          The caps that load targets hold a lease to now, on the hardware under their domains.
        CapNowAnswer.capPercent
          The lowest on any of it, in percent of each model's maximum; 0: stopped.
        CapNowAnswer.capWattsPerGpu
          The lowest cap of each GPU in watts, by model; 0: stopped.
        CapNowAnswer.until
          When that next changes; absent: no time is set.
        CapRow
          One cap on one platform.
        CapRow.capPercent
          The cap in percent of the model's maximum.
        CapRow.capWattsPerGpu
          The cap in watts for each GPU.
        CapRow.nodeWatts
          What a node commits with all of its GPUs at this cap, at the rack.
        CapRow.throughput
          What is left of the throughput.
        CapRow.throughputPerWatt
          Throughput for each watt of the node, in permille of what it is at the highest cap.
        CapTable
          Caps on every platform of the fleet.
        CapTable.platforms
          In the order of the catalogue.
        CapThroughput
          Throughput in permille of what it is without a cap, by class of workload; absent where it is unknown. From
          caps measured on one model and applied to the others by the share of the highest cap: see docs/power.md.
        CapThroughput.finetune
          Training further.
        CapThroughput.inference
          Answering in batches.
        CapThroughput.pretrain
          Training from the beginning.
        Capacity
          An amount of hardware and of power.
        Capacity.gpus
          GPUs that are held as a whole.
        Capacity.migInstances
          MIG instances, which are in no count of GPUs; absent: none.
        Capacity.watts
          Committed watts at the rack; of an instance the part that its memory slices are of the GPU's eight.
        CauseSpecification
          Taking capacity back for one of the causes.
        CauseSpecification.noticePeriod
          The notice, in place of the provider's.
        ChangeEvent
          One thing that happened, with the figures that matter; fields that say nothing of it are absent.
        ChangeEvent.approval
          The approval.
        ChangeEvent.at
          When it took effect, where that may be before it was recorded.
        ChangeEvent.budget
          The budget domain.
        ChangeEvent.class
          The class of a lease.
        ChangeEvent.contract
          The contract.
        ChangeEvent.deadline
          When the first of what a notice takes goes.
        ChangeEvent.end
          When it ends.
        ChangeEvent.fault
          The fault report.
        ChangeEvent.gpus
          GPUs, of a lease those promised.
        ChangeEvent.kind
          A noun and what became of it, for example `lease.granted`. docs/events.md has the closed list.
        ChangeEvent.lease
          The lease.
        ChangeEvent.loadTarget
          The load target, within its budget domain.
        ChangeEvent.name
          The name of a cohort or a maintenance.
        ChangeEvent.newLease
          The lease that came of it.
        ChangeEvent.nodeCount
          How many nodes it was.
        ChangeEvent.nodes
          Nodes as compact paths: those that the fleet in force still has.
        ChangeEvent.notice
          The notice.
        ChangeEvent.order
          The order to the actuator.
        ChangeEvent.receiver
          Who is to take the lease over.
        ChangeEvent.source
          The source, within its budget domain.
        ChangeEvent.start
          When a window, a target or a curtailment begins.
        ChangeEvent.sublease
          The sub-lease.
        ChangeEvent.tenant
          Whom it is about.
        ChangeEvent.transfer
          The transfer.
        ChangeEvent.watts
          Watts, of a lease those promised at the rack.
        ChangeEvent.what
          The same in the words of the audit log.
        ChangeEvent.xid
          The error number that a fault report names.
        ChangeLine
          One accepted change as a line of the stream.
        ChangeLine.actor
          Who; absent to a tenant whose change it was not.
        ChangeLine.at
          When it was recorded.
        ChangeLine.events
          What happened, in order.
        ChangeLine.number
          The place in the tenant's own log; absent to everybody else.
        ChangeLine.reason
          Why; absent: nobody said, or not for you to see.
        ChangeLine.requestId
          Under which request id; absent to a tenant whose request it was not.
        ChangeLine.revision
          The book's revision; absent to tenants.
        ChangeLine.role
          In which role.
        ClauseExplanation
          One clause in plain words.
        ClauseExplanation.clause
          The clause, as the contract's document spells it.
        ClauseExplanation.text
          What it says.
        ClockStatus
          Whether the daemon believes the wall clock.
        ClockStatus.freeze
          An operator has stopped every time-driven change; absent: nobody has.
        ClockStatus.frozen
          True after a jump forward of over 10 minutes that nothing explains: nothing starts or ends by time until an
          operator confirms the clock.
        CohortAnswer
          One cohort.
        CohortAnswer.borrowingLimit
          The most that its members may use together beyond what they lend and it has; absent: as much as its parent
          has.
        CohortAnswer.capacity
          Its own quota and what its members lend.
        CohortAnswer.cohorts
          Cohorts that belong to it.
        CohortAnswer.description
          What it is.
        CohortAnswer.lendingLimit
          The most of it that others under its parent may use; absent: all of it.
        CohortAnswer.name
          Its name.
        CohortAnswer.parent
          The cohort that it belongs to; absent: none.
        CohortAnswer.quota
          What it has beside what its members lend; absent: nothing.
        CohortAnswer.tenants
          Tenants that belong to it.
        CohortAnswer.used
          What its members use now beyond what each keeps for itself.
        CohortList
          A page of cohorts.
        CohortList.cohorts
          In the order of their names.
        CohortList.cursor
          Where the next page begins; absent: this is the last.
        CohortSpecification
          What PUT states of a cohort: the whole of it, not a change.
        CohortSpecification.borrowingLimit
          The most that its members may use together beyond what they lend and it has; absent: as much as its parent
          has.
        CohortSpecification.description
          What it is, at most 1,024 bytes.
        CohortSpecification.lendingLimit
          The most of it that others under its parent may use while it is idle; absent: all of it.
        CohortSpecification.parent
          The cohort that it belongs to; absent: none, it is a root.
        CohortSpecification.quota
          What it has beside what its members lend; absent fields: nothing.
        CohortSpecification.reason
          Why this is being written, for the audit log.
        Comparison
          A figure without the plan and with it.
        Comparison.after
          With it.
        Comparison.before
          Without the plan.
        Condition
          One condition of a lease.
        Condition.reason
          Why, in words.
        Condition.since
          Since when.
        Condition.type
          Which.
        ConditionType
          What is true of a lease besides its state. `NoticeServed`: Notice has been given. `Degraded`: Less is
          delivered than promised. `Curtailed`: Its watts are lowered within its terms. `AmendmentPending`: An
          amendment waits for its moment. `Delayed`: It did not start in time. `Locked`: It may not be changed.
          `Overrun`: Units were not given back in time.
        ContractAnswer
          One contract at one of its versions.
        ContractAnswer.leases
          Live leases under this version.
        ContractAnswer.name
          Its name.
        ContractAnswer.since
          Since when new leases came under it; absent where that is not known.
        ContractAnswer.terms
          Its terms, without the reason.
        ContractAnswer.version
          The version that this is, from 1. A lease keeps the one that it was made under until its tenant amends it.
        ContractAnswer.versions
          How many versions it has had.
        ContractExplanation
          A version of a contract in plain words.
        ContractExplanation.clauses
          Every clause, and what no clause allows.
        ContractExplanation.name
          Its name.
        ContractExplanation.version
          The version that this is.
        ContractList
          A page of contracts.
        ContractList.contracts
          In the order of their names, each at its newest version.
        ContractList.cursor
          Where the next page begins; absent: this is the last.
        ContractSpecification
          What PUT states of a contract: the whole of it, not a change.
        ContractSpecification.approvals
          What needs a second operator; absent: nothing.
        ContractSpecification.availabilityCredits
          What is credited in months below it, the highest band first.
        ContractSpecification.availabilityTargetPercent
          The share of promised GPU-hours to be delivered in a month.
        ContractSpecification.cancellationAfter
          From when on either side may end a lease by its notice alone; absent: never.
        ContractSpecification.commitment
          How long the tenant is bound to pay, from the start of a lease.
        ContractSpecification.curtailment
          When watts may be lowered; absent: never.
        ContractSpecification.description
          What it is, at most 1,024 bytes.
        ContractSpecification.gpu
          GPU models that its leases may be of; absent: any.
        ContractSpecification.minimumTerm
          How long neither side may end a lease, from its start, except for cause.
        ContractSpecification.movable
          When healthy hardware may be exchanged; absent: never.
        ContractSpecification.noticePeriod
          The notice that either side gives to end a lease.
        ContractSpecification.offRamp
          The steps in which it goes then; absent: all at once.
        ContractSpecification.preemption
          How its opportunistic leases give way to others; absent: they do not.
        ContractSpecification.price
          What it costs.
        ContractSpecification.providerNoticePeriod
          The provider's, where it is another.
        ContractSpecification.reason
          Why this is being written, for the audit log.
        ContractSpecification.reclaimCauses
          For what causes capacity may be taken back; absent: for none.
        ContractSpecification.reclaimForCause
          How it is taken back for a cause.
        ContractSpecification.reclaimForConvenience
          How much may be taken back without a cause, and how often; absent: nothing.
        ContractSpecification.replacementDeadline
          How long a failed node may be missing before it counts against availability; absent: no time.
        ContractSpecification.shedTier
          The order of shedding in an emergency, 1 to 9; tier 1 goes first.
        ContractSpecification.sites
          Sites that its leases may lie at; absent: any.
        ContractSpecification.spares
          Units held for replacement in every lease that names none.
        ContractSpecification.subleases
          Whether its leases may be let to other tenants; absent: not.
        ContractSpecification.tenant
          The tenant it is with; absent: any tenant may lease under it.
        ContractSpecification.tenantNoticePeriod
          The tenant's, where it is another.
        ContractSpecification.transfers
          Whether its leases may go to another tenant; absent: not.
        ContractSpecification.wholeRackSwap
          Replacement by whole racks.
        ConvenienceSpecification
          Taking capacity back without a cause.
        ConvenienceSpecification.maxPercent
          The most of a lease's GPUs at one time, in percent, 1 to 100.
        ConvenienceSpecification.maxTimes
          How often within `per`, 1 to 1,000; absent: once.
        ConvenienceSpecification.noticePeriod
          The shortest notice.
        ConvenienceSpecification.per
          The time in which it may be that often.
        CounterOffer
          A request that would be granted as things stand.
        CounterOffer.kind
          How it differs.
        CounterOffer.message
          What it gives, in words and numbers.
        CounterOffer.planToken
          What to send with it to be granted exactly as planned.
        CounterOffer.request
          The request to send.
        CounterOfferKind
          In what way a counter-offer differs from the request. `most-now`: The most that fits now. `earliest-start`:
          All of it, later. `lower-cap`: The same hardware at a lower cap. `smaller-domains`: As many GPUs in smaller
          domains: racks for blocks, nodes for racks, or not all in one domain. `other-sites`: The same elsewhere.
          `preempting`: All of it, for which opportunistic leases give way.
        CreditBandSpecification
          What is credited in a month of low availability.
        CreditBandSpecification.below
          Credited when the availability is below this; the lowest such band counts.
        CreditBandSpecification.percent
          The share of the month's charge that is credited.
        CurtailedEnergyAnswer
          Energy at the rack that a lease was entitled to and was told not to draw.
        CurtailedEnergyAnswer.breachJoules
          The part that no clause allows.
        CurtailedEnergyAnswer.breachSeconds
          Those in which some of it was lowered beyond its terms.
        CurtailedEnergyAnswer.joules
          All of it until now, in joules.
        CurtailedEnergyAnswer.seconds
          Seconds in which some of the lease was lowered.
        CurtailmentAnswer
          What one load target does to one lease.
        CurtailmentAnswer.acknowledged
          Whether the tenant has said that it knows.
        CurtailmentAnswer.budget
          The budget domain under which the lease's hardware is lowered.
        CurtailmentAnswer.loadTarget
          The load target's id.
        CurtailmentAnswer.notice
          The notice that tells the tenant.
        CurtailmentAnswer.steps
          In order of time.
        CurtailmentSpecification
          When watts may be lowered within the terms.
        CurtailmentSpecification.floorPercent
          The lowest cap in percent of each model's maximum; absent: 50.
        CurtailmentSpecification.hoursPerMonth
          The most hours in a calendar month; absent: no limit.
        CurtailmentSpecification.mayStop
          Whether hardware may be stopped, too; absent: no.
        CurtailmentSpecification.noticePeriod
          The shortest notice.
        CurtailmentStepAnswer
          A stretch in which a lease is held to a lower cap, or stopped.
        CurtailmentStepAnswer.breach
          True when no clause allows it.
        CurtailmentStepAnswer.capPercent
          Percent of each model's maximum, never under what the model takes; 0: stopped.
        CurtailmentStepAnswer.end
          Until when, exclusive; absent: until the load target is replaced or removed.
        CurtailmentStepAnswer.start
          From when.
        Decision
          How a decision came out for the fleet.
        Decision.highestCap
          The cap that was found, where one was sought.
        Decision.largestShapeLeft
          The largest shape still placeable; absent: none.
        Decision.micros
          Time taken to decide, in microseconds.
        Decision.preempts
          Ids of opportunistic leases that give way to it; absent: none.
        Decision.strandedGpus
          GPUs free, but unusable for any sellable shape.
        Decision.strandedWatts
          Watts free, but unusable.
        Decision.wholeBlocksLeft
          Blocks that are still wholly free.
        DefragmentAnswer
          The fewest moves that were found. Nothing has changed, and nothing is held.
        DefragmentAnswer.blockers
          What stands in the way of the rest; absent when all are freed.
        DefragmentAnswer.freeAnyway
          How many of them come free without a move.
        DefragmentAnswer.freed
          Paths of the domains that are free then; fewer than asked for when there is no more to be had.
        DefragmentAnswer.gpusMoved
          GPUs of leases that run when they are moved.
        DefragmentAnswer.moves
          In the order in which they can be made.
        DefragmentAnswer.movesMin
          No plan that frees as many has fewer moves than this.
        DefragmentAnswer.turnRoundGpuSeconds
          Seconds times GPUs for which what they leave is turned round.
        DefragmentRequest
          What is to be free, and from when on.
        DefragmentRequest.by
          From when on.
        DefragmentRequest.count
          How many of them.
        DefragmentRequest.duration
          For how long; absent: 1 day.
        DefragmentRequest.gpu
          GPU models accepted; absent: any.
        DefragmentRequest.shape
          `block`, `rack` or `nvl72`.
        DefragmentRequest.sites
          Sites accepted; absent: any.
        DomainAnswer
          One domain of the topology.
        DomainAnswer.gpus
          GPUs by use.
        DomainAnswer.largestShapeFree
          The largest shape free; absent: none.
        DomainAnswer.level
          Its level.
        DomainAnswer.path
          Its path from the site down, such as `memphis-2/h1/r001`.
        DomainAnswer.platform
          The platform, when all its nodes are of one.
        DomainList
          A page of domains.
        DomainList.cursor
          Where the next page begins; absent: this is the last.
        DomainList.domains
          In the order of the tree.
        DownNodeAnswer
          A node of a lease that is down.
        DownNodeAnswer.node
          The node.
        DownNodeAnswer.overdue
          True once that time has gone by. Not in polls, which change only with what is held.
        DownNodeAnswer.replaceBy
          Until when the contract lets it be missing; from then on it counts against availability. Absent: it counts
          at once.
        DownNodeAnswer.since
          Since when.
        DrawAlertAnswer
          A budget domain whose observed draw is near its limit.
        DrawAlertAnswer.budget
          The domain.
        DrawAlertAnswer.kind
          The worst since it was raised.
        DrawAlertAnswer.limitWatts
          The limit in force then.
        DrawAlertAnswer.observedAt
          When that was read.
        DrawAlertAnswer.observedWatts
          The last reading, in watts where the domain is measured.
        DrawAlertAnswer.peakAt
          When that was read.
        DrawAlertAnswer.peakWatts
          The highest since it was raised.
        DrawAlertAnswer.projectedWatts
          What the trend gives at the next reading; absent: it does not rise towards the limit.
        DrawAlertAnswer.since
          When it was raised.
        DrawAlertKind
          How near a budget domain is to its limit. `rising`: It has risen twice, and reaches the limit by the next
          reading if it rises on. `near-limit`: At or over the share of its limit at which alerts are raised.
          `over-limit`: At or over its limit.
        DrawAlertList
          All budget domains near their limits.
        DrawAlertList.alerts
          Parents before children.
        DrawAlertList.cursor
          Where the next page begins; absent: this is the last.
        ErrorCode
          The stable name of a failure. Scripts and dashboards may rely on its text; it never changes its meaning.
          Each code has one row here, which fixes its HTTP status, the exit code of `berth`, and its place in
          `docs/errors.md`.
        ExitStatus
          How `berth` ends, for scripts. Values are stable. `0`: Done. `1`: `berth verify` found a rule broken, `berth
          inventory diff` a difference, or a scenario cannot be completed. `2`: The request itself was wrong. `3`:
          There is no room: capacity or quota. `4`: A rule or the present state of things forbids it. `5`: Not there,
          or not yours to see. `6`: Not yours to do. `7`: Not now; the same command may succeed later. `8`: The daemon
          failed. `9`: The daemon could not be reached. `64`: The command line was wrong (`EX_USAGE`).
        ExpectedShortfall
          What the failure rates of the hardware take from a lease on average.
        ExpectedShortfall.failuresPerDay
          Node failures each day.
        ExpectedShortfall.gpusDown
          GPUs down at any time.
        ExpectedShortfall.nodesDown
          Nodes down at any time.
        ExpectedShortfall.repairDays
          Days that a repair takes.
        Expression
          What must hold of one label.
        Expression.key
          The label.
        Expression.operator
          How it is compared.
        Expression.values
          With what.
        FailedFeed
          A budget domain that has failed, or a source of a root.
        FailedFeed.budget
          The domain.
        FailedFeed.by
          Who said so.
        FailedFeed.firmWattsLeft
          For a source: the watts of the root's firm sources that stand.
        FailedFeed.racksCarried
          Racks below it that another feed carries: they have lost their redundancy and nothing else. Absent for a
          source.
        FailedFeed.racksDark
          Racks below it that no feed reaches: their nodes are faulty until it is restored. Absent for a source.
        FailedFeed.reason
          Why.
        FailedFeed.since
          Since when.
        FailedFeed.source
          The source; absent: the domain itself.
        FaultAct
          What is done about a report. `note`: Kept in mind until the node's next turn-round, which resets its GPUs.
          `cordon`: The node is closed to new allocations. `drain`: The same, until its holders have left. `fault`:
          The node is out of service, and its members of leases are replaced.
        FaultClass
          What an error says of the hardware. `application`: A program failed; the GPU is sound. `note`: The GPU goes
          on, and is reset when its node is next turned round. `drain`: The GPU has to be taken out, but not this
          minute. `fault`: The GPU is lost: out at once. `unknown`: The policy does not know it: an operator decides.
        FaultDecisionRequest
          An operator's word on a report that is open.
        FaultDecisionRequest.accept
          True to act on it, false to reject it.
        FaultDecisionRequest.act
          What to do; absent: what the policy proposes.
        FaultDecisionRequest.reason
          Why, for the audit log and for the tenant; 1 to 1,024 bytes.
        FaultNode
          A node that is reported, or some of its GPUs.
        FaultNode.modules
          Module ids of its GPUs, as allocations name them, from 1; absent: the node as such.
        FaultNode.node
          The node's name.
        FaultPolicyAnswer
          The policy: numbers that are not in it are for an operator to decide.
        FaultPolicyAnswer.rules
          In order of numbers.
        FaultReportAnswer
          One fault report. Fields that only the provider may see are absent for tenants.
        FaultReportAnswer.act
          What was done about it.
        FaultReportAnswer.at
          When it was reported.
        FaultReportAnswer.by
          Who reported it.
        FaultReportAnswer.changedAt
          When its state last changed.
        FaultReportAnswer.class
          What the error says of the hardware.
        FaultReportAnswer.decidedBy
          The operator who decided.
        FaultReportAnswer.gpus
          The GPUs, with their UUIDs as they were known then; absent: the node as such.
        FaultReportAnswer.id
          Its id.
        FaultReportAnswer.keep
          True: the tenant goes on with the hardware for now.
        FaultReportAnswer.leases
          The tenant's leases that held the hardware.
        FaultReportAnswer.meaning
          What the number means, where the policy knows it.
        FaultReportAnswer.node
          The node; absent: it has been retired.
        FaultReportAnswer.recoveryAction
          What the driver asked for.
        FaultReportAnswer.remark
          Why, in a few words.
        FaultReportAnswer.state
          Where it stands.
        FaultReportAnswer.tenant
          Who reported; absent: the provider measured it.
        FaultReportAnswer.text
          What was seen.
        FaultReportAnswer.xid
          The driver's error number.
        FaultReportList
          A page of fault reports.
        FaultReportList.cursor
          Where the next page begins; absent: this is the last.
        FaultReportList.faults
          Oldest first.
        FaultReportRequest
          A report of hardware that misbehaves. GPUs and nodes together: 1 to 64.
        FaultReportRequest.gpus
          GPUs by UUID, such as `GPU-5c89f1d2-…`, where the provider knows them.
        FaultReportRequest.keep
          True to go on with the hardware for now, although it has to be replaced.
        FaultReportRequest.nodes
          Nodes, or GPUs by node and module.
        FaultReportRequest.reason
          Why, for the audit log; at most 1,024 bytes.
        FaultReportRequest.recoveryAction
          With XID 154: what the driver asks for.
        FaultReportRequest.text
          What was seen; at most 1,024 bytes.
        FaultReportRequest.xid
          The driver's error number; absent: `text` says what is wrong.
        FaultRule
          What one error number leads to.
        FaultRule.class
          What it says of the hardware.
        FaultRule.meaning
          What it means.
        FaultRule.recoveryAction
          With XID 154: the recovery action that this is about.
        FaultRule.source
          Where that comes from.
        FaultRule.whenMeasured
          What is done when telemetry shows it.
        FaultRule.whenReported
          What is done when a tenant reports hardware that it holds as a whole and gives it up.
        FaultRule.xid
          The number.
        FaultState
          Where a report stands. `open`: An operator has to decide. `accepted`: It was acted on. `rejected`: Nothing
          is wrong with the hardware, or so it was decided. `resolved`: The hardware has been put right since.
        FeedAnswer
          What a failure or a restoration did.
        FeedAnswer.degraded
          Leases that now have less than promised.
        FeedAnswer.failedFeeds
          What has failed and is not restored, this one included.
        FeedAnswer.loadTargets
          For a source: the load targets of its root, in force or to come, as they are met now; absent: none.
        FeedAnswer.nodes
          Nodes that became dark, or that came back and are being validated.
        FeedAnswer.replaced
          Nodes that were replaced in leases.
        FeedAnswer.revision
          The number of the change.
        FeedRequest
          Why a feed is said to have failed or to be restored.
        FeedRequest.reason
          Why, for the audit log; 1 to 1,024 bytes.
        FleetAnswer
          The fleet in force.
        FleetAnswer.name
          Its name.
        FleetAnswer.sites
          Its sites.
        FleetAnswer.version
          The number of its version, from 1.
        FleetProposal
          What became of the last fleet file that differed from the fleet in force.
        FleetProposal.accepted
          Whether it is in force.
        FleetProposal.detail
          What it changed, or why it was refused.
        FleetSummary
          Which fleet is in force.
        FleetSummary.gpus
          GPUs.
        FleetSummary.name
          Its name.
        FleetSummary.nodes
          Nodes.
        FleetSummary.sites
          Sites.
        FleetSummary.version
          The number of its version, from 1.
        ForecastAnswer
          A forecast.
        ForecastAnswer.sites
          In the order of the fleet.
        ForecastAnswer.step
          How long its steps are; the first and the last may be shorter.
        ForecastInterval
          How long a step of a forecast is. `hour`: An hour. `day`: A day, from midnight UTC. `month`: A month, from
          its first midnight UTC.
        ForecastModelAnswer
          What the expected watts of a site rest on.
        ForecastModelAnswer.backTest
          How wrong the model was; absent: under eight days of history.
        ForecastModelAnswer.from
          Where the history begins.
        ForecastModelAnswer.quarters
          Quarters of an hour of history; 0: nothing is expected.
        ForecastModelAnswer.until
          Where it ends.
        ForecastPowerAnswer
          Power at a site's meter over one step.
        ForecastPowerAnswer.carbonGrams
          What it emits at the site's carbon intensity.
        ForecastPowerAnswer.cost
          What that energy costs at the site's price.
        ForecastPowerAnswer.energyJoules
          The energy: 3.6 billion joules are a megawatt-hour.
        ForecastPowerAnswer.wattsMean
          The mean.
        ForecastPowerAnswer.wattsPeak
          The highest.
        ForecastStepAnswer
          One step of a forecast.
        ForecastStepAnswer.committed
          By the calendar: leases at their caps, and the idle floor of the rest.
        ForecastStepAnswer.committedGpusMean
          The mean.
        ForecastStepAnswer.committedGpusPeak
          The most GPUs leased at once, by the calendar.
        ForecastStepAnswer.end
          Until when.
        ForecastStepAnswer.expected
          By the calendar and by how much of it is drawn as a rule; absent: no history.
        ForecastStepAnswer.expectedGpusMean
          The mean less those that are down on average, by the catalogue's failure rates.
        ForecastStepAnswer.start
          From when.
        FreezeAnswer
          Why nothing starts or ends by time.
        FreezeAnswer.actor
          Who said so.
        FreezeAnswer.reason
          Why.
        FreezeAnswer.since
          Since when.
        GPUCounts
          GPUs by what they are used for now.
        GPUCounts.faulty
          Faulty or under repair.
        GPUCounts.free
          Free to lease.
        GPUCounts.held
          Held: spares, turn-round, cordons, or for a lease about to start.
        GPUCounts.leased
          Delivered to leases.
        GPUCounts.total
          All.
        GuardAnswer
          Whether a contract lets the provider do something with a lease.
        GuardAnswer.allowed
          Whether it may be begun now.
        GuardAnswer.clause
          The clause that allows or forbids it.
        GuardAnswer.from
          The first time at which it could take effect; absent: never, or at once.
        GuardAnswer.text
          In words.
        GuardAnswer.verb
          What.
        GuardList
          What the contract of a lease lets the provider do with it.
        GuardList.contract
          Its contract; absent: none, and nothing binds either side.
        GuardList.contractVersion
          The version that it is under.
        GuardList.cursor
          Where the next page begins; absent: this is the last.
        GuardList.guards
          Every verb of the provider.
        GuardList.lease
          Which lease.
        GuardList.letting
          To whom it is let; absent: to nobody.
        HealthAnswer
          Whether the daemon lives or is ready.
        HealthAnswer.status
          `ok`, or what it is waiting for.
        HeldLease
          One lease as its tenant polls it.
        HeldLease.allocation
          What is held, as compact paths over all lines.
        HeldLease.capNow
          The lower cap that load targets hold it to now; absent: none.
        HeldLease.capPercent
          Power cap in percent of each model's maximum.
        HeldLease.capWattsPerGpu
          Power cap of each GPU in watts.
        HeldLease.conditions
          What is true besides.
        HeldLease.curtailments
          What load targets do to it now or later, on the hardware under their domains; absent: nothing.
        HeldLease.delivered
          What it has now, in watts less what load targets take.
        HeldLease.down
          Nodes of it that are down, at most 64 of them; absent: none.
        HeldLease.end
          When it ends, exclusive.
        HeldLease.id
          The lease.
        HeldLease.promised
          What it was granted.
        HeldLease.start
          When it begins.
        HeldLease.state
          Where it stands.
        HeldSublease
          One sub-lease that is in force, as its holder or its tenant polls it.
        HeldSublease.end
          When it ends.
        HeldSublease.from
          Who holds the lease.
        HeldSublease.id
          Its id.
        HeldSublease.label
          The tenant's own name for it; the holder is not told.
        HeldSublease.lease
          The lease that is let; its tenant is not told.
        HeldSublease.start
          Since when it is used.
        HeldSublease.to
          Who uses it.
        HeldSublease.used
          What is used; its holder has the lease itself.
        HighestCap
          The cap that was found for a lease at the highest cap.
        HighestCap.next
          What one percent more would break; absent at 100.
        HighestCap.percent
          The highest whole percentage at which it fits.
        HistoryInterval
          How long a step of a history is. `quarter`: A quarter of an hour: what is kept. `hour`: An hour. `day`: A
          day, from midnight UTC.
        HistoryStep
          What a budget domain drew over one step.
        HistoryStep.committedWatts
          The mean of what was committed.
        HistoryStep.observedShare
          The mean share of nodes with readings, in percent; `observedWatts` is theirs only.
        HistoryStep.observedWatts
          The mean of what was drawn, in watts where the domain is measured.
        HistoryStep.samples
          Samples in the means, one in five seconds.
        HistoryStep.start
          When the step begins.
        HoldoutAnswer
          Draw that could not be lowered, at the tightest instant.
        HoldoutAnswer.kind
          Why.
        HoldoutAnswer.leases
          How many leases.
        HoldoutAnswer.watts
          Watts at the rack.
        HoldoutKind
          Why draw could not be lowered further. `no-clause`: No clause allows it. `at-floor`: At the floor of its
          terms. `hours-used`: The hours of the month are used up. `notice-too-short`: The notice that the terms ask
          for is longer than what is left. `instances`: Instances of GPUs that others may share keep their cap.
          `idle-draw`: What hardware draws idle.
        HoursSpecification
          Hours of a day, UTC.
        HoursSpecification.from
          From this hour, 0 to 23.
        HoursSpecification.until
          Until this hour, 1 to 24.
        IdentifiedGPU
          The GPU in one module of one node.
        IdentifiedGPU.module
          The module id, from 1.
        IdentifiedGPU.node
          The node's name.
        IdentifiedGPU.uuid
          Its UUID; absent: not known any more.
        IdentifyAnswer
          What an identification changed.
        IdentifyAnswer.identifiedGpus
          GPUs of the whole fleet whose UUIDs are known.
        IdentifyAnswer.nodes
          Nodes of which something else is known now.
        IdentifyAnswer.revision
          The number of the change.
        IdentifyRequest
          Which GPUs sit where: 1 to 1,024 of them.
        IdentifyRequest.gpus
          The GPUs. One that was known elsewhere has moved.
        IdentifyRequest.reason
          Why, for the audit log; at most 1,024 bytes.
        ImportRequest
          Tenants, contracts, and leases whose lines say what they hold (`hold`): all of it, or nothing.
        ImportRequest.contracts
          Contracts, stated whole as with PUT.
        ImportRequest.leases
          Leases, at most 1,024.
        ImportRequest.reason
          Why, for the audit log; at most 1,024 bytes.
        ImportRequest.tenants
          Tenants, stated whole as with PUT.
        ImportedContract
          A contract to be there.
        ImportedContract.name
          Its name.
        ImportedContract.specification
          All that is said of it.
        ImportedTenant
          A tenant to be there.
        ImportedTenant.name
          Its name.
        ImportedTenant.specification
          All that is said of it.
        JournalStatus
          Whether changes can be made durable.
        JournalStatus.detail
          Why not.
        JournalStatus.writable
          Whether writes work.
        KubernetesAffinity
          The part of a pod's specification that keeps it on some nodes.
        KubernetesAffinity.affinity
          The field of the pod's specification.
        LeaseAnswer
          One lease. Fields that only operators and auditors may see are absent for others.
        LeaseAnswer.capNow
          The lower cap that load targets hold it to now; absent: none.
        LeaseAnswer.capPercent
          Power cap in percent of each model's maximum, when it was asked for or found so.
        LeaseAnswer.capWattsPerGpu
          Power cap of each GPU in watts, when it was asked for in watts.
        LeaseAnswer.class
          How firmly it is held.
        LeaseAnswer.conditions
          What is true besides, oldest first.
        LeaseAnswer.contract
          Under which contract; absent: none.
        LeaseAnswer.contractVersion
          Under which version of it, from 1.
        LeaseAnswer.curtailed
          What that took from it until now; absent: nothing.
        LeaseAnswer.curtailments
          What load targets do to it, those that are over included; absent: nothing.
        LeaseAnswer.decision
          How the decision came out for the fleet; for operators and auditors.
        LeaseAnswer.delivered
          What it has now, in watts less what load targets take.
        LeaseAnswer.down
          Nodes of it that are down, at most 64 of them; absent: none.
        LeaseAnswer.end
          When it ends, exclusive.
        LeaseAnswer.expectedShortfall
          What failure rates take away on average.
        LeaseAnswer.id
          The lease's id.
        LeaseAnswer.label
          The requester's own name for it.
        LeaseAnswer.nextChangeAt
          When its state, what it holds or its cap next changes by itself.
        LeaseAnswer.planToken
          With a dry run: what to send to be granted exactly this.
        LeaseAnswer.promised
          What it is granted for now; before its start, what it begins with.
        LeaseAnswer.reservations
          The granted lines.
        LeaseAnswer.revision
          The number of the last change to it.
        LeaseAnswer.schedule
          What it is granted from later times on, where that changes; absent: it stays.
        LeaseAnswer.spares
          How its spares stand; absent: it was granted none.
        LeaseAnswer.start
          When it begins.
        LeaseAnswer.state
          Where it stands.
        LeaseAnswer.sublease
          The sub-lease by which another tenant uses it; absent: none.
        LeaseAnswer.tenant
          Whose it is.
        LeaseAnswer.throughput
          What its cap leaves of the throughput without one.
        LeaseAnswer.wattsAtMeter
          Its committed watts at the meter: at the rack times the site's PUE.
        LeaseBatchAnswer
          The answers to a batch, in the order of its leases.
        LeaseBatchAnswer.results
          One for each request.
        LeaseBatchRequest
          Several leases: all or none when atomic, else an answer for each.
        LeaseBatchRequest.atomic
          Whether one refusal refuses all.
        LeaseBatchRequest.leases
          The requests, 1 to 4,096, decided in this order.
        LeaseBatchResult
          The answer to one lease of a batch: one of the two.
        LeaseBatchResult.lease
          What was granted.
        LeaseBatchResult.problem
          Why it was refused.
        LeaseClass
          How firmly a lease is held. `guaranteed`: Taken back only under a clause. `standard`: May be displaced by a
          guaranteed lease under its contract. `opportunistic`: On idle capacity; may be taken back at short notice.
        LeaseList
          A page of leases.
        LeaseList.cursor
          Where the next page begins; absent: this is the last.
        LeaseList.leases
          In the order of their ids.
        LeaseRequest
          What a tenant asks to hold, for one window, under one contract. All lines are granted, or none. Exactly one
          of `end`, `duration` and `recurrence` is given, and at most one of the three caps.
        LeaseRequest.capPercent
          Power cap as a whole percentage of each model's maximum, 1 to 100.
        LeaseRequest.capWattsPerGpu
          Power cap of each GPU in watts, 1 to 10,000.
        LeaseRequest.class
          How firmly it is held; absent: `standard`.
        LeaseRequest.contract
          The contract's name; absent: no standing terms.
        LeaseRequest.duration
          How long it lasts from its start.
        LeaseRequest.end
          When it ends, exclusive.
        LeaseRequest.highestCap
          True: grant at the highest whole `capPercent` at which every line fits; for a line of shape `watts`, at
          which its power carries every accepted node of the sites.
        LeaseRequest.label
          The requester's own name for the lease, by which a scenario finds it again.
        LeaseRequest.planToken
          Take exactly what this plan proposed, or refuse.
        LeaseRequest.preempt
          False: opportunistic leases do not give way to it. Absent: they do, where it fits in no other way.
        LeaseRequest.reason
          Why, for the audit log; at most 1,024 bytes.
        LeaseRequest.recurrence
          A lease for each window of a rule, all or none; then `label` names the series, and there is no window and no
          plan token besides.
        LeaseRequest.reservations
          The lines, 1 to 64.
        LeaseRequest.sites
          Sites accepted; absent: any.
        LeaseRequest.spares
          Units held for replacement; absent: what the contract says, else none.
        LeaseRequest.start
          When it begins; absent: now. Never in the past.
        LeaseRequest.tenant
          The tenant's name.
        LeaseSeriesAnswer
          A series: a lease for each window of a rule, all granted or none.
        LeaseSeriesAnswer.bookedUntil
          For a rule without an end: how far it was booked.
        LeaseSeriesAnswer.leases
          The leases in the order of their windows; those that are over and no longer kept are missing.
        LeaseSeriesAnswer.series
          Its name: the label of the request. The leases are labelled with it and their place, as `nights#3`.
        LeaseSplitAnswer
          A lease that became two.
        LeaseSplitAnswer.lease
          What stays of it.
        LeaseSplitAnswer.split
          What is a lease of its own from now on.
        LeaseSplitRequest
          What of a lease becomes a lease of its own.
        LeaseSplitRequest.lines
          Units of lines.
        LeaseSplitRequest.nodes
          Everything that the lease holds on these nodes: paths, names or host lists.
        LeaseSplitRequest.reason
          Why, for the audit log; at most 1,024 bytes.
        LeaseState
          Where a lease stands. `pending`: Awaits an approval. `scheduled`: Granted, its start ahead. `starting`: Its
          units are being made ready. `active`: Delivered. `ending`: Its units are being taken back. `expired`: Ended
          at its end or by release. `cancelled`: Ended before its start. `reclaimed`: Taken back under a clause.
          `preempted`: Its hardware went to a lease whose class comes first. `failed`: Never delivered. `transferred`:
          Taken over by another tenant.
        LedgerAmounts
          The sums of a line, of a contract or of the whole statement.
        LedgerAmounts.gpuMilliseconds
          GPUs over time.
        LedgerAmounts.joulesAtMeter
          Energy at the meters of the sites.
        LedgerAmounts.joulesAtRack
          Energy at the racks.
        LedgerAnswer
          A tenant's statement. Lines add up to `sums`, contracts to the amounts.
        LedgerAnswer.auditHead
          The signed head of the tenant's audit log as the statement was made; absent while nothing is signed.
        LedgerAnswer.charge
          All contracts together.
        LedgerAnswer.closed
          Whether the month is over, so that the statement stays as it is.
        LedgerAnswer.contracts
          By name.
        LedgerAnswer.credit
          All contracts together.
        LedgerAnswer.due
          All contracts together.
        LedgerAnswer.leases
          By contract; leases that are no longer kept come last of each.
        LedgerAnswer.month
          The calendar month (UTC), such as `2026-12`.
        LedgerAnswer.owed
          What the tenant owes other tenants for what it uses of theirs, in nothing that is due above; absent:
          nothing.
        LedgerAnswer.receivable
          What other tenants owe it; absent: nothing.
        LedgerAnswer.sums
          All lines together.
        LedgerAnswer.tenant
          The tenant.
        LedgerAnswer.until
          The instant up to which it counts.
        LedgerContract
          What is due under one contract.
        LedgerContract.availabilityPercent
          What was available of what was promised; absent: nothing was promised.
        LedgerContract.charge
          The four together.
        LedgerContract.contract
          The contract.
        LedgerContract.credit
          What is given back.
        LedgerContract.due
          The charge less the credit.
        LedgerContract.energy
          For energy delivered at the meter.
        LedgerContract.gpuHours
          For GPU-hours delivered.
        LedgerContract.perMonth
          Of the price for months.
        LedgerContract.perYear
          Of the price for years.
        LedgerContract.sums
          All of its leases together.
        LedgerContract.version
          The version whose terms the credits follow.
        LedgerEnergy
          Energy in joules; a MWh is 3,600,000,000.
        LedgerEnergy.breach
          Taken beyond them.
        LedgerEnergy.curtailed
          Taken by load targets within the terms.
        LedgerEnergy.delivered
          Less what was down, late, lowered or stopped.
        LedgerEnergy.promised
          At the caps that were agreed.
        LedgerGPUs
          GPUs over time, in thousandths of a GPU-second: a GPU for an hour is 3,600,000. MIG instances count by their
          memory slices, 125 each for a second. `promised` is `delivered + degraded + lateAtStart + stopped`.
        LedgerGPUs.breach
          Up, and lowered or stopped beyond the terms.
        LedgerGPUs.breachStopped
          The part of `stopped` beyond the terms.
        LedgerGPUs.curtailed
          Up, and lowered or stopped within the terms.
        LedgerGPUs.degraded
          Handed over and down.
        LedgerGPUs.delivered
          Handed over, up and not stopped.
        LedgerGPUs.excused
          The part of `degraded` within the replacement deadline.
        LedgerGPUs.lateAtHandBack
          Turn-round over its time that nobody had reported; in no promise.
        LedgerGPUs.lateAtStart
          Not handed over although the window had begun.
        LedgerGPUs.promised
          What the leases promise.
        LedgerGPUs.stopped
          Stopped by a load target.
        LedgerLine
          One lease, or those of a contract together that are no longer kept.
        LedgerLine.contract
          Its contract; absent: none.
        LedgerLine.label
          Its name; absent: it has none.
        LedgerLine.lease
          The lease; absent: leases that are no longer kept.
        LedgerLine.leases
          How many leases it stands for.
        LedgerLine.sums
          What it comes to.
        LedgerSublease
          What one tenant owes another one for a sub-lease, or for those together that are no longer kept.
        LedgerSublease.amount
          What is owed.
        LedgerSublease.delivered
          GPUs delivered over time, in thousandths of a GPU-second.
        LedgerSublease.from
          Who is owed.
        LedgerSublease.label
          The tenant's own name for it; the holder is not told.
        LedgerSublease.lease
          The lease that is let; its tenant is not told.
        LedgerSublease.pricePerGpuHour
          For each GPU-hour; absent: nothing was agreed, or several prices are together.
        LedgerSublease.sublease
          The sub-lease; absent: sub-leases that are no longer kept.
        LedgerSublease.subleases
          How many sub-leases it stands for.
        LedgerSublease.to
          Who owes.
        LeftOutReading
          One reading that was left out.
        LeftOutReading.fault
          Why it does not count.
        LeftOutReading.index
          Its place in the request, from 0.
        LeftOutReading.subject
          What it was of.
        LettingAnswer
          To whom a lease is let. As long as it is, its tenant does not release, split, hand over or change it, and
          nobody makes it larger.
        LettingAnswer.noticePeriod
          How long before its end the tenant of the lease may end it; absent: not before its end.
        LettingAnswer.sublease
          The sub-lease.
        LettingAnswer.to
          Who uses it.
        LettingAnswer.until
          Until when at the latest.
        LineAmendmentRequest
          What one line of a lease is to come to, or a line that is to be added. A line that the lease has is named
          with a count or a ramp alone. A line that it has not is written in full, with its shape, as in a lease
          request.
        LineAmendmentRequest.composed
          As in a lease request, for a line that is added.
        LineAmendmentRequest.count
          Units from the amendment's time to the end of the lease; 0 to give all of them up.
        LineAmendmentRequest.gpu
          As in a lease request, for a line that is added.
        LineAmendmentRequest.gpus
          As in a lease request, for a line that is added.
        LineAmendmentRequest.name
          The line's name within the lease.
        LineAmendmentRequest.pin
          As in a lease request, for a line that is added.
        LineAmendmentRequest.profile
          As in a lease request, for a line that is added.
        LineAmendmentRequest.ramp
          Units from each time on; what was agreed before the first of them stays.
        LineAmendmentRequest.shape
          The unit counted, for a line that is added.
        LineAmendmentRequest.spread
          As in a lease request, for a line that is added.
        LineAmendmentRequest.within
          As in a lease request, for a line that is added.
        ListenerStatus
          One place at which the daemon listens.
        ListenerStatus.certificateExpiresAt
          The last second of the certificate in use; absent: there is no TLS.
        ListenerStatus.certificateFault
          Why newer files are not in use; absent: what is on disk is what is in use.
        ListenerStatus.place
          A path, or an address with its port.
        ListenerStatus.tls
          Whether it speaks TLS.
        LoadTargetAnswer
          A load target with what it does.
        LoadTargetAnswer.actor
          By whom.
        LoadTargetAnswer.approval
          The approval that it waits for; absent: none, and it is set. What it would do is what it would have done
          when it was asked for.
        LoadTargetAnswer.budget
          The budget domain.
        LoadTargetAnswer.committedWatts
          The most that is committed within its time, by leases as they are lowered; absent once it is over.
        LoadTargetAnswer.compliant
          Whether that is within the ceiling and what sources give.
        LoadTargetAnswer.end
          When it ends; absent: until it is replaced or removed.
        LoadTargetAnswer.entitledWatts
          The most that leases are entitled to within its time, where the domain is measured; absent once it is over.
        LoadTargetAnswer.holdouts
          Why, where something is not met.
        LoadTargetAnswer.id
          Its id within the domain.
        LoadTargetAnswer.kind
          How far it is met.
        LoadTargetAnswer.lowered
          The leases that are lowered, in order of tiers.
        LoadTargetAnswer.observedWatts
          What is drawn now, by readings; absent: none counts, or it is not live.
        LoadTargetAnswer.orders
          Orders that are issued for it, and how many of them nobody has acknowledged in time.
        LoadTargetAnswer.reason
          Why it was set.
        LoadTargetAnswer.restoreWattsPerMinute
          Watts at the rack that may come back each minute after the end; absent: all at once.
        LoadTargetAnswer.setAt
          When.
        LoadTargetAnswer.spent
          What sources give, so that leases need not.
        LoadTargetAnswer.start
          The deadline.
        LoadTargetAnswer.state
          Where it is in its time.
        LoadTargetAnswer.unmet
          What is not met.
        LoadTargetAnswer.watts
          The ceiling, where the domain is measured.
        LoadTargetKind
          How far a load target is met. `economic`: Within the clauses of leases and no further. `physical`: Whatever
          the clauses say; what goes beyond them is the landlord's breach.
        LoadTargetList
          Load targets in the order of their domains and ids.
        LoadTargetList.cursor
          Where the next page begins; absent: this is the last.
        LoadTargetList.loadTargets
          Those that are scheduled or live; with `?state=` others.
        LoadTargetRequest
          What PUT states of a load target: the whole of it, not a change.
        LoadTargetRequest.duration
          How long it holds, instead of `end`.
        LoadTargetRequest.end
          When it ends; absent (with no `duration`): until it is replaced or removed.
        LoadTargetRequest.kind
          How far it is met; absent: `economic`.
        LoadTargetRequest.reason
          Why, for the audit log; 1 to 1,024 bytes.
        LoadTargetRequest.reduceByWatts
          The ceiling as so many watts less than what is committed at the deadline.
        LoadTargetRequest.restoreWattsPerMinute
          How many watts at the rack may come back each minute after the end; absent: all at once.
        LoadTargetRequest.start
          The deadline: from here on it holds. Absent: now.
        LoadTargetRequest.watts
          The ceiling in watts, where the domain is measured. This or `reduceByWatts`.
        LoadTargetState
          Where a load target is in its time. `scheduled`: Its deadline is still to come. `live`: It is in force.
          `over`: Its end is past.
        LoadTargetSummary
          A load target at a glance.
        LoadTargetSummary.budget
          The budget domain.
        LoadTargetSummary.end
          When it ends; absent: when it is replaced or removed.
        LoadTargetSummary.id
          Its id.
        LoadTargetSummary.start
          Its deadline.
        LoadTargetSummary.state
          Where it is in its time.
        LoadTargetSummary.unmetWatts
          The most that is not met from now on; absent: nothing.
        LoadTargetSummary.watts
          The ceiling in watts, where the domain is measured.
        LoweredLease
          One lease that a load target lowers.
        LoweredLease.joules
          Energy that it is lowered by over the whole of the load target, in joules at the rack.
        LoweredLease.lease
          The lease.
        LoweredLease.steps
          What is done to it, in order of time.
        LoweredLease.tenant
          Whose.
        LoweredLease.tier
          The order of shedding that its terms give it, 1 to 9; tier 1 goes first.
        LoweredLease.watts
          By how many watts at the rack at the most.
        MaintenanceAnswer
          One maintenance: nodes that no lease holds in some windows.
        MaintenanceAnswer.active
          Whether a window runs now.
        MaintenanceAnswer.bookedUntil
          On the answer to a rule without an end: how far it was booked.
        MaintenanceAnswer.by
          Who set it.
        MaintenanceAnswer.name
          Its name.
        MaintenanceAnswer.nodeCount
          How many they are.
        MaintenanceAnswer.nodes
          The nodes, as compact paths.
        MaintenanceAnswer.reason
          Why.
        MaintenanceAnswer.rule
          The rule that they came from.
        MaintenanceAnswer.setAt
          When it was set.
        MaintenanceAnswer.timeZone
          The rule's time zone.
        MaintenanceAnswer.windows
          The windows that are not over, in order.
        MaintenanceList
          A page of maintenance.
        MaintenanceList.cursor
          Where the next page begins; absent: this is the last.
        MaintenanceList.maintenance
          In the order of names.
        MaintenanceSpecification
          The whole of one maintenance: its windows are `start` and `duration`, or those of `recurrence`.
        MaintenanceSpecification.duration
          How long the one window lasts.
        MaintenanceSpecification.nodes
          A host list of nodes or domains, such as `memphis-1/h1/b[003-004]` or `memphis-1-h1-b012-r3-n[1-8]`.
        MaintenanceSpecification.reason
          Why; 1 to 1,024 bytes. Nodes show it during a window.
        MaintenanceSpecification.recurrence
          Windows by a rule instead.
        MaintenanceSpecification.start
          When the one window begins; absent: now.
        MeasurePoint
          Where a budget counts its watts. `rack`: At the rack. `it`: All IT load of a site: the racks with network
          and storage. `meter`: At the site's meter, losses included.
        Megawatts
          A power of whole watts, written as a number of megawatts: `300`, `1.5`, `0.000001`.
        MigInstance
          One MIG instance.
        MigInstance.module
          The module id of its GPU.
        MigInstance.profile
          The profile's name, such as `1g.10gb`.
        MigInstance.profileId
          The profile's id, as the driver counts.
        MigInstance.start
          The first memory slice.
        Money
          An amount: `{"currency":"USD","micros":920000000000000}` is 920 million US dollars.
        Money.currency
          ISO 4217 code: three capital letters.
        Money.micros
          The amount in millionths of the currency's unit; negative for a credit.
        MoveSpecification
          When hardware may be exchanged for other hardware of its kind.
        MoveSpecification.days
          Days on which it may be (UTC); absent: every day.
        MoveSpecification.hours
          Hours of those days; absent: all.
        MoveSpecification.noticePeriod
          The shortest notice; absent: none.
        NUMAStatus
          The NUMA node of the scheduler's thread and memory.
        NUMAStatus.bookPercent
          How many percent of the memory that the book took at the start lie on that node, as the kernel counts its
          pages; absent: nothing is bound, or it took too little to tell.
        NUMAStatus.fault
          What is not there in fact, as the kernel says; absent: all of it is.
        NUMAStatus.node
          The node that it is bound to; absent: there is one alone, and nothing to bind.
        NUMAStatus.nodes
          How many NUMA nodes the machine has.
        NamedCounts
          How many of what: `{"active":2,"scheduled":1}`. Written sorted by name, so that equal counts are equal
          bytes.
        NamedCounts.counts
          The counts by name.
        NextPercent
          Why the cap could not be one percent higher.
        NextPercent.blockers
          What it would break.
        NextPercent.percent
          The percentage that does not fit.
        NodeAffinity
          Where a pod may run.
        NodeAffinity.requiredDuringSchedulingIgnoredDuringExecution
          What must hold when it is placed.
        NodeAnswer
          One node.
        NodeAnswer.by
          Who put it there.
        NodeAnswer.domain
          The path of the domain it stands in.
        NodeAnswer.gpus
          Its GPUs, where the UUIDs of some are known.
        NodeAnswer.gpusFree
          GPUs free to lease.
        NodeAnswer.holder
          The lease that holds it, where there is one and you may see it.
        NodeAnswer.holders
          The leases, where there are several.
        NodeAnswer.name
          Its name.
        NodeAnswer.outSince
          When it failed, while it is not back in service.
        NodeAnswer.platform
          Its platform.
        NodeAnswer.reason
          Why it is in this state.
        NodeAnswer.since
          Since when.
        NodeAnswer.state
          What it is in the middle of.
        NodeAnswer.until
          Until when.
        NodeList
          A page of nodes.
        NodeList.cursor
          Where the next page begins; absent: this is the last.
        NodeList.nodes
          In the order of the tree.
        NodeReplacement
          A failed node and the one that took its place.
        NodeReplacement.from
          The node that left.
        NodeReplacement.lease
          The lease.
        NodeReplacement.to
          The node that came.
        NodeState
          What a node is in the middle of. `free`: Free to lease. `held`: Held: a spare, or for a lease about to
          start. `assigned`: Leased, in whole or in part. `cordoned`: Closed to new allocations. `draining`: Closed,
          and its holders are leaving. `drained`: Closed, and empty. `cleaning`: Being cleaned after a holder.
          `validating`: Being tested before the next. `maintenance`: Kept free of leases for maintenance that runs.
          `faulty`: Failed. `repair`: Under repair.
        NodeVerb
          A verb on nodes; its name is the end of the path. `cordon`: No new allocations. `uncordon`: Undo a cordon.
          `drain`: Cordon, and wait until holders have left. `undrain`: Undo a drain. `fault`: The nodes have failed.
          `service`: Failed nodes are being repaired. `repair`: Failed nodes have been repaired; they are validated
          before they are used again. `cleaned`: Cleaning has ended. `validated`: Validation has ended.
        NodeVerbAnswer
          What a verb did.
        NodeVerbAnswer.degraded
          Leases that now have less than promised.
        NodeVerbAnswer.gpus
          GPUs on them.
        NodeVerbAnswer.nodes
          Nodes that were named.
        NodeVerbAnswer.replaced
          Nodes that were replaced in leases.
        NodeVerbAnswer.revision
          The number of the change; of a plan, of the book that it was tried on.
        NodeVerbRequest
          Which nodes, and why.
        NodeVerbRequest.nodes
          A host list of nodes or domains, such as `memphis-1-h1-b012-r3-n[1-8]` or `memphis-1/h1/b[003-004]`.
        NodeVerbRequest.reason
          Why, for the audit log; 1 to 1,024 bytes.
        NodeVerbRequest.until
          Until when it is meant to last; absent: until undone.
        NominationRequest
          What the tenant wants to go first.
        NominationRequest.nodes
          Nodes that the lease holds as a whole: paths, names or host lists.
        NominationRequest.reason
          Why, for the audit log; at most 1,024 bytes.
        Notice
          What a tenant must know by when.
        Notice.acknowledged
          Whether the tenant has said that it knows.
        Notice.deadline
          By when.
        Notice.id
          Its id.
        Notice.kind
          What it announces.
        NoticeAnswer
          A notice with what it is about.
        NoticeAnswer.acknowledged
          Whether the tenant has said that it knows.
        NoticeAnswer.deadline
          By when.
        NoticeAnswer.id
          Its id.
        NoticeAnswer.kind
          What it announces.
        NoticeAnswer.lease
          Which lease.
        NoticeAnswer.offRamp
          GPUs that stay from when on, of a reclaim or a termination.
        NoticeAnswer.steps
          How watts are lowered, in order of time; empty when something else is announced.
        NoticeAnswer.tenant
          Whose.
        NoticeKind
          What a notice announces. `curtailment`: Watts will be lowered. `reclaim`: Capacity will be taken back.
          `preemption`: Capacity will go to a lease of higher class. `maintenance`: Hardware will be worked on.
          `termination`: The contract will end. `transfer`: A lease is offered to another tenant, or to this one.
          `sublease`: A lease is offered to be let to another tenant, or to this one.
        NoticeList
          Notices in force, soonest first.
        NoticeList.auditHead
          The signed head of the audit log in which they stand: the tenant's own, else the book's; absent while
          nothing is signed.
        NoticeList.cursor
          Where the next page begins; absent: this is the last.
        NoticeList.notices
          The notices.
        NoticeQuote
          What a notice would change of what is due under the lease's contract, from now on and if everything is
          delivered as it is booked.
        NoticeQuote.charge
          What is due from now on when it is served.
        NoticeQuote.chargeOtherwise
          What is due from now on when it is not.
        NoticeQuote.creditThisMonth
          What this month's statement credits so far, which stays.
        NoticeQuote.owedUntil
          Until when the prices for months and years are owed when it is served; absent: there are none.
        NvlinkBinding
          How the GPUs are joined: one of the two.
        NvlinkBinding.domain
          In an NVL72 rack: the path of the NVLink domain.
        NvlinkBinding.partition
          On an HGX board: the Fabric Manager partition.
        ObservedBasis
          On what an observed draw rests. `meter`: A meter of the domain itself. `measured`: Meters, racks and nodes
          below it, nothing added. `partly-estimated`: Readings of GPUs or nodes, with what is around them taken from
          the catalogue.
        OccupancyAnswer
          What a tenant uses under a sub-lease.
        OccupancyAnswer.allocation
          What is held, as compact paths over all lines.
        OccupancyAnswer.capNow
          The lower cap that load targets hold it to now; absent: none.
        OccupancyAnswer.capPercent
          Power cap in percent of each model's maximum.
        OccupancyAnswer.capWattsPerGpu
          Power cap of each GPU in watts.
        OccupancyAnswer.conditions
          What is true besides.
        OccupancyAnswer.delivered
          What there is now, in watts less what load targets take.
        OccupancyAnswer.down
          Nodes that are down, at most 64 of them; absent: none.
        OccupancyAnswer.nextChangeAt
          When any of it next changes by itself.
        OccupancyAnswer.promised
          What is promised.
        OccupancyAnswer.schedule
          What is promised from each later time on at which it changes; absent: it does not.
        OccupancyAnswer.state
          Where the lease under it stands.
        OffRampSpecification
          The steps in which capacity goes that is taken back without a cause.
        OffRampSpecification.every
          The time from one to the next.
        OffRampSpecification.steps
          How many equal steps, 1 to 64.
        OfferAnswer
          One offer. It holds nothing: taken before it expires it is granted exactly as it stands, or refused.
        OfferAnswer.cost
          What serving it costs.
        OfferAnswer.end
          When the window ends.
        OfferAnswer.expires
          From then on it cannot be taken.
        OfferAnswer.objectives
          What it is the best answer to.
        OfferAnswer.packing
          What it leaves; not shown to tenants.
        OfferAnswer.price
          Under the contract; absent without one, or when it has no price.
        OfferAnswer.promised
          What is promised.
        OfferAnswer.request
          The request that takes it, ready to post to `/v1/leases`, token and all.
        OfferAnswer.reservations
          The lines with their hardware.
        OfferAnswer.start
          When the window begins; with `startsWhenTaken` as if it were taken at once.
        OfferAnswer.startsWhenTaken
          True when the window begins at the moment of taking and keeps its length.
        OfferAnswer.wattsAtMeter
          The promised watts at the meters of their sites.
        OfferCost
          What serving an offer costs: the committed watts over the whole window.
        OfferCost.carbonGrams
          Carbon dioxide of that energy at the sites' intensities, in grams.
        OfferCost.energy
          That energy at the sites' prices.
        OfferCost.energyKWh
          Energy at the meters, in kilowatt-hours rounded down.
        OfferCost.perDeliveredGpuHour
          What `cheapest` compares: energy and carbon for each GPU-hour that the supply can be expected to deliver.
        OfferCost.reliabilityPercent
          Reliability of the sites' supply, weighted by GPUs.
        OfferLine
          One line: a shape, how many, what they must satisfy, and what would do instead.
        OfferLine.orElse
          Shapes that would do instead, the better first.
        OfferLine.reservation
          The line as a lease would have it.
        OfferList
          The offers for one request: at most one for each objective, those that are the same shown once.
        OfferList.blockers
          What stands in the way of the first shapes at the first start and the lowest cap; absent when they fit then.
        OfferList.carbonPricePerTonne
          What a metric ton of carbon dioxide counted for.
        OfferList.offers
          In the order of the objectives.
        OfferObjective
          What offers may aim at. `earliest`: The earliest start. `cheapest`: The least expected cost of a GPU-hour
          delivered: energy, carbon and the reliability of the supply. `bestPacking`: The placement that leaves most
          of the fleet whole.
        OfferPacking
          What an offer does to the packing when its window begins. Not shown to tenants.
        OfferPacking.largestShapeLeft
          The largest shape still placeable then; absent: none.
        OfferPacking.strandedGpus
          GPUs then free without watts to use them.
        OfferPacking.strandedWatts
          Watts then left that no free GPU could use.
        OfferPacking.wholeBlocksLeft
          Whole blocks free then, with the offer taken.
        OfferPacking.wholeBlocksTaken
          Whole blocks that it takes or breaks.
        OfferPacking.wholeNodesTaken
          Whole nodes that it takes or breaks.
        OfferPacking.wholeNvl72Taken
          Whole NVL72 racks that it takes or breaks.
        OfferPrice
          What a contract's terms make of an offer. A month counts as a twelfth of 365 days; the bill goes by the
          calendar.
        OfferPrice.base
          The contract's price per month or year over the window; owed once for all leases under the contract.
        OfferPrice.energy
          The contract's price for each megawatt-hour at the meter.
        OfferPrice.gpuHours
          The contract's price for each GPU-hour.
        OfferPrice.total
          All of it.
        OfferRequest
          What a tenant would like to hold, to be answered with priced placements that can be taken. Exactly one of
          `end` and `duration` is given, and at most one cap. A start in a range needs a duration.
        OfferRequest.capPercent
          Power cap in whole percent of each model's maximum: the highest that fits.
        OfferRequest.capWattsPerGpu
          Power cap of each GPU in watts: the highest that fits.
        OfferRequest.carbonPricePerTonne
          What a metric ton of carbon dioxide counts for in `OfferObjective/cheapest`; absent: 190 dollars.
        OfferRequest.class
          How firmly it is held; absent: `standard`.
        OfferRequest.contract
          The contract's name, whose prices the offers carry; absent: no standing terms.
        OfferRequest.duration
          How long it lasts: the longest that fits.
        OfferRequest.earliest
          Between when and when it begins.
        OfferRequest.end
          When it ends, exclusive. From now on means then: from when the offer expires.
        OfferRequest.label
          The requester's own name for the lease.
        OfferRequest.objectives
          What the offers aim at, one offer for each; absent: all three.
        OfferRequest.reason
          Why, for the audit log when the offer is taken.
        OfferRequest.reservations
          The lines, 1 to 64; with their alternatives at most 16 combinations.
        OfferRequest.sites
          Sites accepted; absent: any.
        OfferRequest.spares
          Units held for replacement; absent: none.
        OfferRequest.start
          When it begins; absent, without `earliest` too: now.
        OfferRequest.tenant
          The tenant's name.
        OfferRequest.validFor
          How long the offers can be taken, 1 m to 1 d; absent: 15 m.
        OrderAcknowledgement
          Orders that the actuator says it has.
        OrderAcknowledgement.acknowledge
          Ids of orders, 1 to 1,000.
        OrderAcknowledgement.reason
          Why, for the audit log; up to 1,024 bytes.
        OrderAction
          What the actuator is to do. `cap`: Hold GPUs to a cap. `stop`: Stop the hardware. `lift`: Lift what the load
          target ordered.
        OrderAnswer
          One order to the actuator.
        OrderAnswer.acknowledgedAt
          When the actuator said that it has it.
        OrderAnswer.action
          What to do.
        OrderAnswer.budget
          The load target's budget domain.
        OrderAnswer.capPercent
          For `cap`: percent of each model's maximum.
        OrderAnswer.capWattsPerGpu
          For `cap`: the same in watts of each GPU, by model, never under what the model takes.
        OrderAnswer.deadline
          By when; a cap is lifted not before.
        OrderAnswer.id
          Its id.
        OrderAnswer.issuedAt
          When it was issued.
        OrderAnswer.lease
          The lease.
        OrderAnswer.loadTarget
          The load target's id.
        OrderAnswer.nodes
          On which of its hardware, as compact paths.
        OrderAnswer.overdue
          Half of its notice has gone by without that.
        OrderCounts
          How far the orders of a load target have come.
        OrderCounts.acknowledged
          Those that the actuator has acknowledged.
        OrderCounts.issued
          All of them.
        OrderCounts.overdue
          Those that were not acknowledged at half of their notice.
        OrderList
          All orders that stand.
        OrderList.cursor
          Where the next page begins; absent: this is the last.
        OrderList.index
          The number of changes to this list, from 1.
        OrderList.orders
          In order of deadlines.
        OverloadRisk
          A domain that draws more than it carries for good.
        OverloadRisk.carriedSeconds
          How long a breaker carries that at least, in seconds; absent within the rating, 0 above what is known of the
          curve. By figures of Dynamo (ISCA 2016) that are recalled, not checked.
        OverloadRisk.overDeratedWatts
          Watts over the derated rating.
        OverloadRisk.overRatingWatts
          Watts over the rating itself; 0 when only the derate is used up.
        Percentage
          A percentage in hundredths, `99` or `99.95` on the wire; the text `"99.95"` is read too.
        PlanAnswer
          The difference that a plan makes, and the token that commits it. Nothing has changed, and nothing is held.
        PlanAnswer.at
          When the plan takes effect.
        PlanAnswer.budgets
          The roots of the budget trees.
        PlanAnswer.changes
          The leases touched, those that the plan grants first; as many as the limit allows.
        PlanAnswer.cursor
          Where the list goes on; absent at its end. The same plan with this cursor gives the rest.
        PlanAnswer.day
          A day at the watts that are committed then.
        PlanAnswer.gpus
          What GPUs are doing.
        PlanAnswer.leases
          What becomes of leases.
        PlanAnswer.loadTargets
          Load targets that the plan sets, with what they do.
        PlanAnswer.micros
          Time taken on the fork, in microseconds.
        PlanAnswer.packing
          What is still whole and what is stranded.
        PlanAnswer.planToken
          What commits it with `PlanCommitRequest` as long as it would do the same.
        PlanAnswer.revenue
          By how much leases earn more or less in each month; months without a difference are left out.
        PlanAnswer.subleases
          Sub-leases, and offers of some, that the plan ends or changes, as they stand after it; absent: none.
        PlanAnswer.tightest
          The domain with the least left at any time, as a share of its limit.
        PlanBudget
          One root of the budget trees, in watts where it is measured.
        PlanBudget.committedWatts
          Committed at the time of the plan.
        PlanBudget.headroomWatts
          The least that is left at any time from then on; under 0 where a limit is exceeded.
        PlanBudget.name
          The domain.
        PlanCommand
          One command of a plan, under the name of what it does; exactly one field.
        PlanCommand.contract
          A contract as it should be.
        PlanCommand.failFeed
          A budget domain, or a source of it, carries nothing.
        PlanCommand.loadTarget
          Set a load target: curtail what it has to.
        PlanCommand.maintenance
          Keep nodes free of leases in windows.
        PlanCommand.nodes
          A verb on nodes.
        PlanCommand.reclaim
          Serve a notice on a lease.
        PlanCommand.release
          Cancel a lease before its start, end it after.
        PlanCommand.removeLoadTarget
          End a load target.
        PlanCommand.removeMaintenance
          End a maintenance.
        PlanCommand.reserve
          Request a lease.
        PlanCommand.restoreFeed
          It carries again.
        PlanCommand.tenant
          A tenant as it should be.
        PlanCommitAnswer
          What a committed plan did.
        PlanCommitAnswer.degraded
          Leases that now have less than promised.
        PlanCommitAnswer.leases
          The leases that it granted or released, in the order of its commands.
        PlanCommitAnswer.nodes
          Nodes that were changed.
        PlanCommitAnswer.replaced
          Nodes that were replaced in leases.
        PlanCommitAnswer.revision
          The number of the change.
        PlanCommitRequest
          A plan to carry out: the same commands, and the token that they were answered with.
        PlanCommitRequest.commands
          The commands of the plan, unchanged.
        PlanCommitRequest.planToken
          What the plan was answered with.
        PlanCommitRequest.reason
          Why, for the audit log and for commands that have no reason of their own; 1 to 1,024 bytes.
        PlanContract
          A contract with its name.
        PlanContract.name
          Its name.
        PlanContract.terms
          What is stated of it.
        PlanDay
          A day at what is committed.
        PlanDay.carbonGrams
          Carbon dioxide.
        PlanDay.cost
          At the sites' prices.
        PlanDay.energyKWh
          Energy at the meters.
        PlanFeed
          A feed, or a source of a root, that fails or is restored.
        PlanFeed.budget
          The budget domain.
        PlanFeed.reason
          Why; absent: the plan's reason.
        PlanFeed.source
          A source of the domain, not the domain itself.
        PlanHeadroom
          What a domain has left.
        PlanHeadroom.budget
          The domain.
        PlanHeadroom.watts
          The least that is left at any time, where it is measured.
        PlanLeaseChange
          What becomes of one lease.
        PlanLeaseChange.allocation
          What it holds, of a lease that the plan grants.
        PlanLeaseChange.capPercentAfter
          The same with the plan.
        PlanLeaseChange.capPercentBefore
          The lowest cap that load targets hold it to, in percent of each model's highest, 0 for stopped; absent:
          none.
        PlanLeaseChange.command
          The place, from 0, of the command that grants it; absent for others.
        PlanLeaseChange.end
          When it ends with the plan.
        PlanLeaseChange.endBefore
          When it ends without the plan; absent for a lease that the plan grants.
        PlanLeaseChange.gpusDelivered
          GPUs delivered at the time of the plan.
        PlanLeaseChange.label
          Its holder's own name for it.
        PlanLeaseChange.lease
          Its id; absent for one that the plan grants, which has none yet.
        PlanLeaseChange.nodesLost
          Nodes that are down and were not, as paths; absent: none.
        PlanLeaseChange.nodesMoved
          Nodes that are replaced.
        PlanLeaseChange.promised
          What was promised.
        PlanLeaseChange.schedule
          What is promised from each later time on with the plan; absent: the same until the end.
        PlanLeaseChange.stateAfter
          Its state with the plan.
        PlanLeaseChange.stateBefore
          Its state; `before` is absent for one that the plan grants.
        PlanLeaseChange.tenant
          Who holds it.
        PlanLeaseCounts
          How many leases a plan touches, and how.
        PlanLeaseCounts.appear
          Granted.
        PlanLeaseCounts.changeState
          In another state otherwise.
        PlanLeaseCounts.curtailed
          Lowered by load targets further, less or otherwise.
        PlanLeaseCounts.go
          Ended or cancelled.
        PlanLeaseCounts.loseNodes
          With nodes down that were not.
        PlanLeaseCounts.moved
          With nodes replaced.
        PlanLeaseCounts.nodesLost
          Nodes down in leases that were not.
        PlanLeaseCounts.nodesMoved
          Nodes replaced in leases.
        PlanLeaseCounts.reduced
          That end earlier or come to hold less, but for those that go at once.
        PlanLoadTarget
          A load target, as `LoadTargetRequest` has it, with its domain and id.
        PlanLoadTarget.budget
          The budget domain.
        PlanLoadTarget.duration
          How long it holds, instead of `end`.
        PlanLoadTarget.end
          When it ends; absent (with no `duration`): until it is replaced or removed.
        PlanLoadTarget.id
          The target's name within the domain.
        PlanLoadTarget.kind
          How far it is met; absent: `economic`.
        PlanLoadTarget.reason
          Why; absent: the plan's reason.
        PlanLoadTarget.reduceByWatts
          The ceiling as so many watts less than what is committed at the deadline.
        PlanLoadTarget.restoreWattsPerMinute
          How many watts at the rack may come back each minute after the end; absent: all at once.
        PlanLoadTarget.start
          The deadline. Absent: when the plan takes effect.
        PlanLoadTarget.watts
          The ceiling in watts, where the domain is measured. This or `reduceByWatts`.
        PlanLoadTargetRemoval
          The end of a load target.
        PlanLoadTargetRemoval.budget
          The budget domain.
        PlanLoadTargetRemoval.id
          The target's name within the domain.
        PlanLoadTargetRemoval.reason
          Why; absent: the plan's reason.
        PlanMaintenance
          A maintenance, as `MaintenanceSpecification` has it, with its name.
        PlanMaintenance.duration
          How long the one window lasts.
        PlanMaintenance.name
          Its name.
        PlanMaintenance.nodes
          A host list of nodes or domains.
        PlanMaintenance.reason
          Why; absent: the plan's reason.
        PlanMaintenance.recurrence
          Windows by a rule instead.
        PlanMaintenance.start
          When the one window begins; absent: when the plan takes effect.
        PlanNodeVerb
          A verb on nodes, as `NodeVerbRequest` has it.
        PlanNodeVerb.nodes
          A host list of nodes or domains, such as `memphis-1-h1-b012-r3-n[1-8]` or `memphis-1/h1/b[003-004]`.
        PlanNodeVerb.reason
          Why; absent: the plan's reason.
        PlanNodeVerb.until
          Until when it is meant to last; absent: until undone.
        PlanNodeVerb.verb
          What is done to them.
        PlanPacking
          What is still whole, and what is stranded.
        PlanPacking.largestShapeLeft
          The largest shape still placeable; absent: none.
        PlanPacking.strandedGpus
          GPUs free, but without watts to run them.
        PlanPacking.strandedWatts
          Watts free, but unusable.
        PlanPacking.wholeBlocksLeft
          Blocks that are wholly free.
        PlanPacking.wholeNodesLeft
          Nodes that are wholly free.
        PlanPacking.wholeNvl72Left
          NVL72 racks that are wholly free.
        PlanReclaim
          A notice, as `ReclaimRequest` has it, with its lease.
        PlanReclaim.cause
          Which cause, with the clause cause.
        PlanReclaim.clause
          Under which clause. A tenant names cancellation alone.
        PlanReclaim.gpus
          How many GPUs go, with the clause convenience; absent: as many as the clause allows.
        PlanReclaim.lease
          The lease's id.
        PlanReclaim.offRamp
          What stays from when on; absent: what the contract's off-ramp says, or all goes when the notice is over.
        PlanReclaim.reason
          Why; absent: the plan's reason.
        PlanRelease
          Release of a lease.
        PlanRelease.lease
          Its id.
        PlanRelease.reason
          Why; absent: the plan's reason.
        PlanRemoval
          Something that is removed by its name.
        PlanRemoval.name
          Its name.
        PlanRemoval.reason
          Why; absent: the plan's reason.
        PlanRequest
          Commands to try in order, all or none.
        PlanRequest.at
          When they take effect; what is due until then happens first. Absent: now.
        PlanRequest.commands
          1 to 256.
        PlanRequest.reason
          Why, for commands that have no reason of their own.
        PlanRevenue
          What leases earn more in a month.
        PlanRevenue.change
          Under 0 when they earn less.
        PlanRevenue.month
          The month in UTC, as `2026-12`; the last one that can be listed has all that comes after it.
        PlanTenant
          A tenant with its name.
        PlanTenant.borrowingLimit
          The most that it may hold beyond its quota; absent: as much as the cohort has.
        PlanTenant.cohort
          The cohort whose idle quota it may borrow; absent: none.
        PlanTenant.description
          Who it is.
        PlanTenant.lendingLimit
          The most of its quota that others of the cohort may use; absent: all of it.
        PlanTenant.name
          Its name.
        PlanTenant.quota
          Limits; absent: none.
        PlanTenant.reason
          Why; absent: the plan's reason.
        PlannedMoveAnswer
          One unit of a lease that goes to another node.
        PlannedMoveAnswer.from
          The node that it leaves.
        PlannedMoveAnswer.gpus
          GPUs of the unit.
        PlannedMoveAnswer.lease
          The lease.
        PlannedMoveAnswer.notAfter
          Later the node that it leaves would not be turned round in time.
        PlannedMoveAnswer.notBefore
          From when on its terms let it be moved.
        PlannedMoveAnswer.running
          Whether it runs by then; one that has not begun is only placed otherwise.
        PlannedMoveAnswer.tenant
          Who holds it.
        PlannedMoveAnswer.to
          The node that it goes to.
        PlatformCaps
          Caps on one platform.
        PlatformCaps.caps
          Legal caps, the highest first.
        PlatformCaps.gpu
          Its GPU model.
        PlatformCaps.platform
          The platform.
        PlatformSummary
          The hardware of one platform at one site.
        PlatformSummary.capWattsMax
          The highest cap of a GPU in watts.
        PlatformSummary.capWattsMin
          The lowest cap of a GPU in watts.
        PlatformSummary.gpu
          The GPU model.
        PlatformSummary.gpuMemoryGib
          Memory of each GPU in GiB.
        PlatformSummary.gpus
          GPUs.
        PlatformSummary.nodes
          Nodes.
        PlatformSummary.platform
          The platform's name in the catalogue.
        PreemptionSpecification
          How opportunistic leases give way to leases of other classes.
        PreemptionSpecification.noticePeriod
          How long before that it is said; absent: not at all.
        PriceSpecification
          What the capacity costs. Several may be given: a base and a rate.
        PriceSpecification.perGpuHour
          For each GPU and hour delivered.
        PriceSpecification.perMWh
          For each megawatt-hour at the meter.
        PriceSpecification.perMonth
          For each calendar month.
        PriceSpecification.perYear
          For each year.
        PriceSpecification.rampDiscounts
          What is taken off the price for months and years at first, one after the other.
        Problem
          Why a request was refused or failed.
        Problem.blockers
          For capacity: what is in the way.
        Problem.counterOffers
          For capacity: what would be granted.
        Problem.detail
          What happened this time.
        Problem.expected
          For a wrong body: what should have been there.
        Problem.pointer
          For a wrong body: RFC 6901 pointer to the value.
        Problem.requestId
          Under which id the daemon logged it.
        Problem.status
          The HTTP status.
        Problem.title
          The kind in words, always the same.
        Problem.type
          Which kind: `errors#` and the code.
        QuotaSpecification
          The most that a tenant may hold at one instant.
        QuotaSpecification.gpus
          GPUs; absent: no limit.
        QuotaSpecification.watts
          Committed watts at the rack; absent: no limit.
        RampDiscountSpecification
          What is taken off the price for months and years at first.
        RampDiscountSpecification.months
          Calendar months from the start of a lease, or from the discount before, 1 to 120.
        RampDiscountSpecification.percent
          The share that is taken off.
        RampStep
          How many units of a line are held from a time on. In answers, a step that is still to come.
        RampStep.at
          From when; within the lease's window.
        RampStep.count
          Units, 0 to 10,000,000.
        RateBasis
          Where rates come from. `given`: The request. `catalogue`: The catalogue, which names its sources. `fleet`:
          The fleet's own failures and repairs.
        ReadingFault
          Why a reading does not count. `unknown`: The fleet in force has no such node, GPU, rack or budget domain.
          `older`: A later reading of the same thing is already there. `stale`: Older than readings count for.
          `future`: Further in the future than clocks differ. `implausible`: More than twice what the thing can draw:
          a wrong unit, or a sensor that has failed.
        ReadingPart
          A part of a node that is read as one. `gpus`: All GPUs of the node, nothing around them.
        ReasonRequest
          Why something is done, where nothing else need be said.
        ReasonRequest.reason
          Why, for the audit log; 1 to 1,024 bytes.
        ReclaimAnswer
          A notice that was served on a lease.
        ReclaimAnswer.acknowledgedAt
          When the other side said that it knows; absent: not yet.
        ReclaimAnswer.actor
          Who served it; the other side is not told.
        ReclaimAnswer.approval
          The approval that it waits for; absent: none, and it is served.
        ReclaimAnswer.byTenant
          Whether the tenant served it.
        ReclaimAnswer.cause
          For which cause; absent: without one.
        ReclaimAnswer.clause
          Under which clause.
        ReclaimAnswer.deadline
          When the first of it goes.
        ReclaimAnswer.gpusBefore
          GPUs that the lease held then.
        ReclaimAnswer.id
          Its id, by which it is acknowledged; absent while it is not served.
        ReclaimAnswer.lease
          Which lease.
        ReclaimAnswer.nominated
          What the tenant wants to go first.
        ReclaimAnswer.quote
          What it changes of what is due, where it is only planned and the lease has a contract.
        ReclaimAnswer.reason
          Why.
        ReclaimAnswer.servedAt
          When.
        ReclaimAnswer.steps
          What stays from when on.
        ReclaimAnswer.withdrawnAt
          When it was taken back; absent: it was not.
        ReclaimClauseName
          Under which clause a notice is served. `cause`: One of the contract's reclaim causes. `convenience`: The
          contract's reclaim for convenience. `cancellation`: The end of the lease by notice alone, for either side.
          `preemption`: An opportunistic lease gives way to one whose class comes first. Nobody serves it: such a
          lease is requested.
        ReclaimList
          Every notice that was served on one lease.
        ReclaimList.auditHead
          The signed head of the tenant's audit log, in which each of them stands; absent while nothing is signed.
        ReclaimList.cursor
          Where the next page begins; absent: this is the last.
        ReclaimList.reclaims
          Oldest first, those withdrawn included.
        ReclaimRequest
          A notice that is to be served.
        ReclaimRequest.cause
          Which cause, with the clause cause.
        ReclaimRequest.clause
          Under which clause. A tenant names cancellation alone.
        ReclaimRequest.gpus
          How many GPUs go, with the clause convenience; absent: as many as the clause allows.
        ReclaimRequest.offRamp
          What stays from when on; absent: what the contract's off-ramp says, or all goes when the notice is over.
        ReclaimRequest.reason
          Why, for the audit log and for the other side; at most 1,024 bytes.
        ReclaimStep
          How many GPUs a lease keeps from a time on.
        ReclaimStep.at
          From when.
        ReclaimStep.gpus
          How many stay.
        RecoveryAction
          What the driver asks for after an error. `drain-p2p`: Let peer-to-peer traffic end, then reset.
          `drain-and-reset`: Let programs end, then reset.
        RecurrenceRequest
          When windows come again: a rule in local time. It is worked out once; what is booked are plain windows in
          UTC.
        RecurrenceRequest.duration
          How long each window lasts, in exact seconds.
        RecurrenceRequest.rule
          An RRULE of RFC 5545 with FREQ (DAILY, WEEKLY, MONTHLY), INTERVAL, COUNT or UNTIL, BYDAY, BYMONTHDAY,
          BYHOUR, BYMINUTE and WKST, such as `FREQ=WEEKLY;BYDAY=MO,TU`. One without an end is cut at 1,000 windows or
          5 years.
        RecurrenceRequest.start
          When the first window begins, in local time: `2026-12-01T20:00`. The rule must give it.
        RecurrenceRequest.timeZone
          The IANA name of the time zone, such as `America/Chicago`, or `UTC`.
        ReliabilityAnswer
          What the fleet itself has shown of a platform since its first failure that was noted.
        ReliabilityAnswer.failures
          Failures after the first one.
        ReliabilityAnswer.failuresPer1000NodeDays
          For each 1,000 days of a node.
        ReliabilityAnswer.repairHours
          Hours from failure to service, on average; absent: none has come back.
        ReliabilityAnswer.repairs
          Nodes that came back into service.
        ReliabilityAnswer.since
          Since when.
        ReloadAnswer
          A reload that was carried out. One that was refused changed nothing.
        ReloadAnswer.certificateExpiresAt
          When the certificate that new connections get ends; absent: the daemon speaks no TLS.
        ReloadAnswer.fleetChanged
          Whether the fleet file differed from the fleet before.
        ReloadAnswer.fleetVersion
          The version of the fleet in force.
        ReloadAnswer.needsRestart
          Settings that differ from those of the start and count from the next start on.
        ReloadRefusal
          A reload that was refused: what was in force before it still is.
        ReloadRefusal.at
          When.
        ReloadRefusal.detail
          Why; absent: not for you to see.
        ReservationAnswer
          One granted line.
        ReservationAnswer.allocation
          What is held, as compact paths such as `memphis-2/h[1-7]/r[001-200]`; GPUs as `…/n1:2,4` by module, MIG
          instances as `…/n1:2:1g.10gb@0,3` by profile and first memory slices.
        ReservationAnswer.composed
          For shape `gpu`: true when a unit may be made up of several NVLink partitions.
        ReservationAnswer.count
          Units granted; for shape `watts`, nodes.
        ReservationAnswer.gpu
          GPU models accepted; absent: any.
        ReservationAnswer.gpus
          For shape `gpu`: GPUs in each unit.
        ReservationAnswer.megawatts
          For shape `watts`: the power asked for.
        ReservationAnswer.name
          The line's name within the lease.
        ReservationAnswer.pin
          The hardware that the line is pinned to, as compact paths; absent: any.
        ReservationAnswer.profile
          For shape `mig`: the profile's name.
        ReservationAnswer.ramp
          Units from later times on, where they change; absent: they stay.
        ReservationAnswer.shape
          The unit counted.
        ReservationAnswer.spread
          How widely the units are spread; absent: as the packing sees fit.
        ReservationAnswer.within
          The level that all units lie in one domain of; absent: none.
        ReservationRequest
          One line: a shape, how many, and what they must satisfy.
        ReservationRequest.composed
          For shape `gpu`: true when a unit may be made up of several NVLink partitions of one node.
        ReservationRequest.count
          How many units, 1 to 10,000,000; absent: 1. Not for shape `watts`. With a ramp, how many before its first
          step, 0 to 10,000,000; absent: none.
        ReservationRequest.gpu
          GPU models accepted, such as `H100` or `GB200`; absent: any.
        ReservationRequest.gpus
          For shape `gpu`, and required there: GPUs in each unit, 1, 2, 4 or 8; 3, 5, 6 and 7 when composed.
        ReservationRequest.hold
          Exactly this hardware, all of it and nothing else: whole nodes as for `pin`; for shape `gpu` `NODES:1,2` by
          module; for shape `mig` `NODES:3:1g.10gb@0,1` by profile and first memory slices. Then the count may be left
          out. Absent: it is placed.
        ReservationRequest.megawatts
          For shape `watts`, and required there: the power measured at the meter.
        ReservationRequest.name
          The line's name within its lease; absent: `line-1`, `line-2` and so on.
        ReservationRequest.pin
          Only this hardware: paths of domains, names of nodes, and host lists of either; absent: any.
        ReservationRequest.profile
          For shape `mig`, and required there: the profile's name, such as `1g.10gb`.
        ReservationRequest.ramp
          Units from later times on, 1 to 128 steps; absent: the count throughout. Not for shape `watts`.
        ReservationRequest.shape
          The unit counted.
        ReservationRequest.spread
          How widely the units are spread; absent: as the packing sees fit. Not for shape `watts`.
        ReservationRequest.within
          All units of the line in one domain of this level; never `node`.
        ResourceName
          The rule for names: 1 to 63 letters, digits, `-`, `_` or `.` of ASCII, beginning with a letter or digit.
          Such a name needs no escaping in a path, a query, a shell or a metric's label.
        RuleCheck
          One rule and what was found.
        RuleCheck.checked
          What was looked at, and how many.
        RuleCheck.rule
          The rule's number in the design.
        RuleCheck.title
          What must hold.
        RuleCheck.violations
          What breaks the rule; empty when it holds.
        ScheduleStep
          What a lease is granted from a later time on.
        ScheduleStep.at
          From when.
        ScheduleStep.capPercent
          Power cap in percent of each model's maximum from then on, when it was asked for so.
        ScheduleStep.capWattsPerGpu
          Power cap of each GPU in watts from then on, when it was asked for in watts.
        ScheduleStep.promised
          What it is granted from then on, at the cap that holds then.
        Shape
          The unit that a line counts. `block`: 512 GPUs of one model on one network block. `rack`: One whole rack.
          `nvl72`: One whole NVL72 rack: 18 trays in one NVLink domain. `node`: One HGX server, or one NVL72 tray.
          `gpu`: 1, 2, 4 or 8 GPUs of one node in one NVLink partition; composed, also 3, 5, 6 or 7 in several. `mig`:
          One MIG instance of a profile, on part of one GPU. `watts`: As many whole nodes as a power carries.
        ShapeCount
          An amount of one shape.
        ShapeCount.count
          How many.
        ShapeCount.domain
          Where.
        ShapeCount.gpu
          The GPU model.
        ShapeCount.gpus
          GPUs in each.
        ShapeCount.shape
          The unit.
        ShapeFree
          The largest shape that could be leased in a domain now.
        ShapeFree.gpus
          GPUs in it.
        ShapeFree.shape
          The unit.
        SiteForecast
          The forecast of one site.
        SiteForecast.model
          What its expected watts rest on.
        SiteForecast.site
          The site.
        SiteForecast.steps
          In the order of time, without gaps.
        SiteSummary
          One site.
        SiteSummary.carbonGramsPerKWh
          Grams of CO2 equivalent for each kilowatt-hour.
        SiteSummary.energyPricePerMWh
          What a megawatt-hour costs there.
        SiteSummary.gpus
          GPUs.
        SiteSummary.name
          The site.
        SiteSummary.nodes
          Nodes.
        SiteSummary.platforms
          Its hardware by platform.
        SiteSummary.pue
          Watts at the meter for each watt at the rack.
        SiteSummary.reliabilityPercent
          The share of time that its supply is expected to stand.
        SiteWatts
          Power at one site's meter.
        SiteWatts.committedWatts
          Committed now, at the meter.
        SiteWatts.limitWatts
          The limit in force now, at the meter.
        SiteWatts.observedShare
          Nodes with readings, in percent; `observedWatts` is theirs only.
        SiteWatts.observedWatts
          What is drawn, at the meter, by readings; absent: none counts.
        SiteWatts.site
          The site.
        SourceUseAnswer
          Power that a source of the site gives for a load target.
        SourceUseAnswer.end
          Until when, exclusive.
        SourceUseAnswer.joules
          Energy given, in joules.
        SourceUseAnswer.rechargedAt
          When a battery is full again; absent: there is no headroom to fill it from.
        SourceUseAnswer.source
          The source's name.
        SourceUseAnswer.start
          From when.
        SourceUseAnswer.watts
          At the site's meter.
        SpareAnswer
          Spares of one kind of domain against what they make of availability: nodes fail and are repaired each on its
          own.
        SpareAnswer.downPercent
          The share of time that a node is down, in percent.
        SpareAnswer.failuresBasis
          Where that comes from.
        SpareAnswer.failuresPer1000NodeDays
          Failures for each 1,000 days of a node.
        SpareAnswer.nodes
          Nodes in the domain.
        SpareAnswer.platform
          The platform; absent where only a number of nodes was asked for.
        SpareAnswer.record
          What the fleet itself has shown; for the provider, where something has failed.
        SpareAnswer.repairBasis
          Where that comes from.
        SpareAnswer.repairHours
          Hours from failure to service.
        SpareAnswer.rows
          From no spares on.
        SpareAnswer.shape
          The domain; absent where a number of nodes was asked for.
        SpareAnswer.sparesForAllUp
          Where an availability was asked for: the fewest spares with which all is up so often; absent too: no number
          does.
        SpareAnswer.sparesForGpuHours
          The fewest with which so much of the GPU-hours is delivered on average.
        SpareCounts
          The spares of a lease.
        SpareCounts.granted
          Spares that it was granted for the domains that it holds.
        SpareCounts.held
          Those that it has: one that has taken over is missing until its node is repaired.
        SpareCounts.ready
          Those of them that could take over now.
        SpareList
          A table for each kind of domain that was asked for.
        SpareList.tables
          In order of platforms.
        SpareRequest
          How many nodes to hold back for replacement.
        SpareRequest.perDomain
          Spare nodes in each domain that the lease occupies, 0 to 64.
        SpareRow
          What so many spares come to.
        SpareRow.allUpPercent
          How often all that is promised is up, in percent.
        SpareRow.gpuHoursPercent
          The share of the promised GPU-hours that is delivered on average, in percent.
        SpareRow.gpus
          GPUs that are promised then.
        SpareRow.nodes
          Nodes that are promised then.
        SpareRow.spares
          Spare nodes in the domain.
        SpreadRequest
          At most so many units of a line in any one domain of a level.
        SpreadRequest.level
          The domains that are looked at: above the unit and, when the line is `within` a level, below that. `node` is
          for shapes `gpu` and `mig` only.
        SpreadRequest.max
          The most units in any one of them, 1 to 10,000,000; absent: 1.
        StartRange
          When a window may begin.
        StartRange.from
          Not before this; absent, or in the past: from now on.
        StartRange.to
          Not after this; absent: three years after the earliest.
        StatusAnswer
          The daemon and the fleet at a glance.
        StatusAnswer.alerts
          Budget domains whose draw is near their limits; absent: none.
        StatusAnswer.bookId
          The book's id, the same for its whole life.
        StatusAnswer.clock
          Whether time is believed.
        StatusAnswer.failedFeeds
          Feeds and sources that have failed; absent: none.
        StatusAnswer.fleet
          The fleet in force.
        StatusAnswer.fleetProposal
          The last fleet file that was not what was in force; absent: none since the start, or since mended.
        StatusAnswer.gpus
          GPUs by use.
        StatusAnswer.journal
          Whether changes can be made durable.
        StatusAnswer.leases
          Leases by state; states without any are left out.
        StatusAnswer.listeners
          Where the daemon listens.
        StatusAnswer.loadTargets
          Load targets that are in force, and those to come that will not be met; absent: none.
        StatusAnswer.now
          The daemon's time.
        StatusAnswer.numa
          Where the scheduler runs.
        StatusAnswer.openFaults
          Fault reports that wait for an operator; absent: none.
        StatusAnswer.overdueOrders
          Orders that nobody has acknowledged at half of their notice; absent: none.
        StatusAnswer.reloadRefusal
          Why the last reload was refused; absent: it was not.
        StatusAnswer.revision
          The number of the last change.
        StatusAnswer.startedAt
          When the daemon started.
        StatusAnswer.upgrade
          An upgrade that waits to be finalised; absent: none does.
        StatusAnswer.version
          The daemon's version.
        StatusAnswer.watts
          Power at each site's meter.
        SubleaseAnswer
          A lease, or a share of one, that one tenant lets to another.
        SubleaseAnswer.agreedAt
          When everybody had agreed.
        SubleaseAnswer.capPercent
          Power cap in percent of each model's maximum, as it was offered.
        SubleaseAnswer.capWattsPerGpu
          Power cap of each GPU in watts, as it was offered.
        SubleaseAnswer.class
          How firmly the lease is held.
        SubleaseAnswer.end
          When it ends, or the lease under it where that comes first.
        SubleaseAnswer.endedAt
          When it was over.
        SubleaseAnswer.ending
          How it was over.
        SubleaseAnswer.expiresAt
          From when on nobody can agree any more; absent: it is no longer offered.
        SubleaseAnswer.from
          Who holds the lease, and stays bound by it.
        SubleaseAnswer.holderAgreed
          Whether the holder has agreed.
        SubleaseAnswer.id
          Its id.
        SubleaseAnswer.label
          The tenant's own name for it; the holder is not told.
        SubleaseAnswer.lease
          The lease that is let; its tenant is not told.
        SubleaseAnswer.noticeGivenAt
          When the holder gave notice.
        SubleaseAnswer.noticePeriod
          After which notice the holder may end it; absent: it may not.
        SubleaseAnswer.pricePerGpuHour
          What the tenant owes the holder for each GPU-hour delivered; absent: nothing.
        SubleaseAnswer.promised
          What was offered.
        SubleaseAnswer.proposedAt
          When it was offered.
        SubleaseAnswer.providerAgreed
          Whether the provider has agreed; absent: it need not.
        SubleaseAnswer.reason
          Why it is offered.
        SubleaseAnswer.reservations
          The same, line by line, with what is held now.
        SubleaseAnswer.schedule
          What is offered from each later time on at which it changes; absent: it does not, or it is no longer
          offered.
        SubleaseAnswer.start
          From when on it is used, where that is known.
        SubleaseAnswer.state
          Where it stands.
        SubleaseAnswer.tenantAgreed
          Whether the tenant has agreed.
        SubleaseAnswer.to
          Who uses it.
        SubleaseAnswer.used
          What is used; absent: nothing, yet or any more.
        SubleaseAnswer.whole
          Whether it is all of the lease; its tenant is not told.
        SubleaseEnding
          How a sub-lease came to its end. `expired`: Its time was over. `handed-back`: The tenant gave it back.
          `ended`: The holder ended it as was agreed. `cut`: The lease under it was over before.
        SubleaseList
          Sub-leases that the caller has a part in.
        SubleaseList.cursor
          Where the list goes on; absent: this is the end.
        SubleaseList.subleases
          In the order in which they were offered.
        SubleaseReplyRequest
          One side's answer to what is offered to be let.
        SubleaseReplyRequest.accept
          True to agree, false to decline.
        SubleaseReplyRequest.label
          The tenant's own name for it.
        SubleaseReplyRequest.reason
          Why, for the audit log; at most 1,024 bytes.
        SubleaseRequest
          A lease, or a share of one, that is to be let to another tenant.
        SubleaseRequest.end
          When it ends; absent: with the lease.
        SubleaseRequest.lease
          The lease.
        SubleaseRequest.lines
          The share of so many units of lines.
        SubleaseRequest.nodes
          The share on these nodes: paths, names or host lists. Without it and without `lines`: all of the lease.
        SubleaseRequest.noticePeriod
          After which notice the holder may end it before its end; absent: it may not.
        SubleaseRequest.pricePerGpuHour
          What the tenant owes the holder for each GPU-hour delivered; absent: nothing.
        SubleaseRequest.reason
          Why; the other side is told. At most 1,024 bytes.
        SubleaseRequest.to
          The tenant that it is offered to.
        SubleaseSpecification
          Whether the tenant may let other tenants use leases, or shares of them.
        SubleaseSpecification.approval
          Whether the provider has to approve each; absent: yes.
        SubleaseSpecification.expiresAfter
          How long an offer stays open; absent: 7 days.
        SubleaseSpecification.maxPercent
          The most of the GPUs that the tenant holds under the contract that may be let at a time, in percent; absent:
          all.
        SubleaseState
          Where a sub-lease stands. `offered`: Somebody has still to agree. `active`: Everybody has agreed; it is
          used, or will be when the lease under it begins.
        TelemetryAnswer
          What became of a batch of readings.
        TelemetryAnswer.leftOut
          Readings that were left out.
        TelemetryAnswer.leftOutReadings
          The first hundred of them; absent: none.
        TelemetryAnswer.taken
          Readings that count from now on, first energy counters among them.
        TelemetryReading
          One figure of one meter, node or GPU. Exactly one of `node`, `rack` and `budget` says of what.
        TelemetryReading.at
          When it was measured; absent: now.
        TelemetryReading.budget
          A budget domain's name, read by a meter of its own, in watts where the domain is measured.
        TelemetryReading.energyMillijoules
          A GPU's energy counter in millijoules, in place of `watts`: two of them make a reading.
        TelemetryReading.gpu
          The GPU's module id, from 1, as allocations name it.
        TelemetryReading.node
          A node's name. Alone: the whole node. With `gpu`: one of its GPUs.
        TelemetryReading.part
          With a node and without `gpu`: the watts are those of this part alone.
        TelemetryReading.rack
          A rack's path, such as `memphis-1/h1/b012/r3`: all of the rack.
        TelemetryReading.watts
          Watts of real power.
        TelemetryReading.xid
          A GPU's last error number, in place of `watts`; 0: none. A number that stays is said again and is one error.
        TelemetryRequest
          Readings from one source. A body that is not sound is refused whole. A reading of something that the fleet
          does not have, or that does not count for another reason, is left out and said by its place, because an
          exporter runs on across a change of the fleet.
        TelemetryRequest.readings
          1 to 100,000 readings, taken in order.
        TelemetryRequest.source
          Who measured, for the log: 1 to 63 bytes.
        TenantAllocation
          All that one tenant holds.
        TenantAllocation.faults
          Its fault reports that are open or acted on, oldest first; absent: none.
        TenantAllocation.index
          The number of changes to this answer, from 1.
        TenantAllocation.leases
          Live leases, in the order of their ids.
        TenantAllocation.nextChangeAt
          When it next changes by itself.
        TenantAllocation.notices
          Notices in force, soonest first.
        TenantAllocation.subleases
          What it uses of other tenants' leases, and what it lets of its own; absent: nothing.
        TenantAllocation.tenant
          Whose.
        TenantAnswer
          One tenant.
        TenantAnswer.borrowingLimit
          The most that it may hold beyond its quota; absent: as much as the cohort has.
        TenantAnswer.cohort
          The cohort whose idle quota it may borrow; absent: none.
        TenantAnswer.description
          Who it is.
        TenantAnswer.holds
          What its live leases are promised now.
        TenantAnswer.index
          Changes to the tenant's answer so far: the index of its poll.
        TenantAnswer.leases
          Its live leases.
        TenantAnswer.lendingLimit
          The most of its quota that others of the cohort may use; absent: all of it.
        TenantAnswer.name
          Its name.
        TenantAnswer.quota
          Limits; absent: none.
        TenantAnswer.wattsAtMeter
          What its live leases commit at the meter; absent: not for you to see.
        TenantList
          A page of tenants.
        TenantList.cursor
          Where the next page begins; absent: this is the last.
        TenantList.tenants
          In the order of their names.
        TenantSpecification
          What PUT states of a tenant: the whole of it, not a change.
        TenantSpecification.borrowingLimit
          The most that it may hold beyond its quota; absent: as much as the cohort has.
        TenantSpecification.cohort
          The cohort whose idle quota it may borrow; absent: none.
        TenantSpecification.description
          Who it is, at most 1,024 bytes.
        TenantSpecification.lendingLimit
          The most of its quota that others of the cohort may use while it is idle; absent: all of it.
        TenantSpecification.quota
          Limits; absent: none.
        TenantSpecification.reason
          Why this is being written, for the audit log.
        Term
          What must hold of a node's labels.
        Term.matchExpressions
          All of them.
        Terms
          Which labels a node must have.
        Terms.nodeSelectorTerms
          One of them must hold.
        Timestamp
          A moment in whole seconds of UTC, written `2029-06-01T00:00:00Z`. Only that one spelling is read: no
          fraction, no offset, no lower-case letters, no leap second. Two equal moments therefore always have equal
          texts.
        TokenAnswer
          One token. Its secret is shown in the answer that makes it, and nowhere else.
        TokenAnswer.createdAt
          When it was made.
        TokenAnswer.createdBy
          Who made it; absent: not for you to see.
        TokenAnswer.expiresAt
          The first second at which it no longer counts.
        TokenAnswer.id
          Its id, under which it is revoked.
        TokenAnswer.lastUsed
          The hour in which it was last used; absent: it has not been used.
        TokenAnswer.name
          Its owner's name for it.
        TokenAnswer.owner
          Whose it is: `tenant:NAME`, `auditor` or `actuator`.
        TokenAnswer.pepper
          How it stands to the pepper; absent: it was made without one, and none is required.
        TokenAnswer.revokedAt
          When it was revoked.
        TokenAnswer.scopes
          What it may be used for.
        TokenAnswer.state
          Whether it counts.
        TokenAnswer.token
          The secret to send as `Authorization: Bearer`, in the answer that makes the token and never again.
        TokenList
          A page of tokens.
        TokenList.cursor
          Where the next page begins; absent: this is the last.
        TokenList.tokens
          Oldest first.
        TokenPepperUse
          How a token stands to the pepper of the daemon. `current`: It has it. `other`: It has another one or none,
          so that the token does not count. `missing`: It was made without one, and does not count because one is
          required.
        TokenRequest
          A token that a tenant, or an operator for it, wants.
        TokenRequest.expiresIn
          How long it is to live; absent: 90 days, or as long as the token that asks.
        TokenRequest.name
          A name for it, which no other live token of its owner has; the audit log names it by this.
        TokenRequest.reason
          Why, for the audit log.
        TokenRequest.role
          Only under `/v1/tokens`, where it must be: whose it is.
        TokenRequest.scopes
          What it may be used for; absent: read, request and report.
        TokenRole
          Whose a token of the provider's is. `auditor`: Reads everything. `actuator`: Reads hardware and reports on
          it.
        TokenScope
          What a token may be used for. `read`: Reading whatever its owner may read. `request`: Asking for leases and
          offers, changing and ending leases, answering transfers. `report`: Reporting faults and what hardware does,
          acknowledging notices and orders. `tokens`: Making and revoking tokens, none that may do more or lives
          longer than itself.
        TokenState
          Whether a token counts.
        TopologyLevel
          A level of the topology, from the largest domain to the smallest. `site`: A site. `hall`: A data hall.
          `block`: A network block. `rack`: A rack. `nvl72`: An NVL72 rack, as a constraint: the units of a line share
          one NVLink domain. `node`: A node.
        TransferAnswer
          A lease, or a share of one, that one tenant offers to another.
        TransferAnswer.capPercent
          Power cap in percent of each model's maximum.
        TransferAnswer.capWattsPerGpu
          Power cap of each GPU in watts.
        TransferAnswer.class
          How firmly it is held.
        TransferAnswer.contract
          The contract that the receiver takes it under; the holder is not told.
        TransferAnswer.end
          When it ends.
        TransferAnswer.expiresAt
          From when on nobody can agree any more.
        TransferAnswer.from
          Who holds it.
        TransferAnswer.granted
          The receiver's lease, once it is one; the holder is not told.
        TransferAnswer.holderAgreed
          Whether the holder has agreed.
        TransferAnswer.id
          Its id.
        TransferAnswer.lease
          The lease that is offered; its receiver is not told.
        TransferAnswer.promised
          What is offered.
        TransferAnswer.proposedAt
          When it was offered.
        TransferAnswer.providerAgreed
          Whether the provider has agreed; absent: it need not.
        TransferAnswer.reason
          Why it is offered.
        TransferAnswer.receiverAgreed
          Whether the receiver has agreed.
        TransferAnswer.reservations
          The same, line by line.
        TransferAnswer.schedule
          What is offered from each later time on at which it changes; absent: it does not.
        TransferAnswer.start
          When the lease begins, where it has not; absent: it runs.
        TransferAnswer.state
          Where it stands.
        TransferAnswer.to
          Whom it is offered to.
        TransferAnswer.whole
          Whether it is all of the lease; its receiver is not told.
        TransferList
          Transfers that are open.
        TransferList.cursor
          Where the next page begins; absent: this is the last.
        TransferList.transfers
          In the order in which they were offered.
        TransferReplyRequest
          One side's answer to a transfer.
        TransferReplyRequest.accept
          True to agree, false to decline.
        TransferReplyRequest.contract
          The receiver's contract; absent: the one that the lease is under.
        TransferReplyRequest.label
          The receiver's own name for the lease.
        TransferReplyRequest.reason
          Why, for the audit log; at most 1,024 bytes.
        TransferRequest
          A lease, or a share of one, that is to be offered to another tenant.
        TransferRequest.lease
          The lease.
        TransferRequest.lines
          The share of so many units of lines.
        TransferRequest.nodes
          The share on these nodes: paths, names or host lists. Without it and without `lines`: all of the lease.
        TransferRequest.reason
          Why; the other side is told. At most 1,024 bytes.
        TransferRequest.to
          The tenant that it is offered to.
        TransferSpecification
          Whether the tenant may hand leases, or shares of them, over to another tenant.
        TransferSpecification.approval
          Whether the provider has to approve each; absent: yes.
        TransferSpecification.expiresAfter
          How long an offer stays open; absent: 7 days.
        TransferState
          Where a transfer stands. `open`: Somebody has still to agree. `done`: The lease is held by the receiver.
        UnitCountRequest
          So many units of one line: the last ones in order of nodes.
        UnitCountRequest.count
          How many units of it.
        UnitCountRequest.name
          The line's name.
        UnmetAnswer
          Watts over the ceiling that nothing could be found for.
        UnmetAnswer.end
          Until when, exclusive; absent: without an end.
        UnmetAnswer.start
          From when.
        UnmetAnswer.watts
          Where the domain is measured.
        UpgradeAnswer
          At which format level the book is written, and what comes with the next.
        UpgradeAnswer.finalised
          Whether the book is written at the daemon's level. Until it is, releases from `readableFrom` on read all of
          it.
        UpgradeAnswer.level
          The format level at which the book is written.
        UpgradeAnswer.programLevel
          The format level of the daemon.
        UpgradeAnswer.readableFrom
          The first release that reads the book.
        UpgradeAnswer.version
          The daemon's version.
        UpgradeAnswer.withheld
          What cannot be done until the upgrade is finalised, in sentences; empty once it is.
        ValueRange
          One value, or a range of them with both ends: `"30d"` or `{"min":"30d","max":"90d"}`.
        ValueRange.max
          The most that is wanted.
        ValueRange.min
          The least that will do.
        VerifyAnswer
          The rules on one revision of the book.
        VerifyAnswer.digest
          The digest of the book at that revision.
        VerifyAnswer.elapsedMicros
          Time taken in microseconds.
        VerifyAnswer.revision
          The revision that was checked.
        VerifyAnswer.rules
          The rules, in order.
        WattsStep
          A step function's value from one moment on.
        WattsStep.at
          From when.
        WattsStep.watts
          The value until the next step.
        Weekday
          A day of the week.
        WholeRackSwapSpecification
          Replacing a rack with a failed node by another whole rack.
        WholeRackSwapSpecification.consent
          Whether the tenant has consented to such a move.
        WindowAnswer
          A stretch of time.
        WindowAnswer.end
          When it ends, exclusive.
        WindowAnswer.start
          When it begins.
        WireDuration
          A length of time in whole seconds, written as days, hours, minutes and seconds. Units come in the order `d`,
          `h`, `m`, `s`, each at most once: `90d`, `1h30m`, `0s`. What is written is the shortest such text, so `60s`
          reads and comes back as `1m`.
        """#
}
