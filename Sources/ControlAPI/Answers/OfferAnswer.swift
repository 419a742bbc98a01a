// Offers: placements on paper, each with its price, that can be taken unchanged.

/// What a contract's terms make of an offer. A month counts as a twelfth of 365 days; the bill goes by the calendar.
public struct OfferPrice: Codable, Sendable, Equatable {
    /// All of it.
    public var total: Money
    /// The contract's price per month or year over the window; owed once for all leases under the contract.
    public var base: Money?
    /// The contract's price for each GPU-hour.
    public var gpuHours: Money?
    /// The contract's price for each megawatt-hour at the meter.
    public var energy: Money?

    /// Every field; those left out are not in the contract.
    public init(total: Money, base: Money? = nil, gpuHours: Money? = nil, energy: Money? = nil) {
        self.total = total
        self.base = base
        self.gpuHours = gpuHours
        self.energy = energy
    }
}

/// What serving an offer costs: the committed watts over the whole window.
public struct OfferCost: Codable, Sendable, Equatable {
    /// Energy at the meters, in kilowatt-hours rounded down.
    public var energyKWh: Int
    /// That energy at the sites' prices.
    public var energy: Money
    /// Carbon dioxide of that energy at the sites' intensities, in grams.
    public var carbonGrams: Int
    /// Reliability of the sites' supply, weighted by GPUs.
    public var reliabilityPercent: Percentage
    /// What `cheapest` compares: energy and carbon for each GPU-hour that the supply can be expected to deliver.
    public var perDeliveredGpuHour: Money

    /// Every field.
    public init(
        energyKWh: Int, energy: Money, carbonGrams: Int, reliabilityPercent: Percentage, perDeliveredGpuHour: Money
    ) {
        self.energyKWh = energyKWh
        self.energy = energy
        self.carbonGrams = carbonGrams
        self.reliabilityPercent = reliabilityPercent
        self.perDeliveredGpuHour = perDeliveredGpuHour
    }
}

/// What an offer does to the packing when its window begins. Not shown to tenants.
public struct OfferPacking: Codable, Sendable, Equatable {
    /// Whole blocks free then, with the offer taken.
    public var wholeBlocksLeft: Int
    /// Whole blocks that it takes or breaks.
    public var wholeBlocksTaken: Int
    /// Whole NVL72 racks that it takes or breaks.
    public var wholeNvl72Taken: Int
    /// Whole nodes that it takes or breaks.
    public var wholeNodesTaken: Int
    /// The largest shape still placeable then; absent: none.
    public var largestShapeLeft: ShapeCount?
    /// GPUs then free without watts to use them.
    public var strandedGpus: Int
    /// Watts then left that no free GPU could use.
    public var strandedWatts: Int

    /// Every field; those left out are absent.
    public init(
        wholeBlocksLeft: Int, wholeBlocksTaken: Int, wholeNvl72Taken: Int, wholeNodesTaken: Int,
        largestShapeLeft: ShapeCount? = nil, strandedGpus: Int, strandedWatts: Int
    ) {
        self.wholeBlocksLeft = wholeBlocksLeft
        self.wholeBlocksTaken = wholeBlocksTaken
        self.wholeNvl72Taken = wholeNvl72Taken
        self.wholeNodesTaken = wholeNodesTaken
        self.largestShapeLeft = largestShapeLeft
        self.strandedGpus = strandedGpus
        self.strandedWatts = strandedWatts
    }
}

/// One offer. It holds nothing: taken before it expires it is granted exactly as it stands, or refused.
public struct OfferAnswer: Codable, Sendable, Equatable {
    /// What it is the best answer to.
    public var objectives: [OfferObjective]
    /// When the window begins; with ``startsWhenTaken`` as if it were taken at once.
    public var start: Timestamp
    /// When the window ends.
    public var end: Timestamp
    /// True when the window begins at the moment of taking and keeps its length.
    public var startsWhenTaken: Bool
    /// What is promised.
    public var promised: Capacity
    /// The promised watts at the meters of their sites.
    public var wattsAtMeter: Int
    /// The lines with their hardware.
    public var reservations: [ReservationAnswer]
    /// Under the contract; absent without one, or when it has no price.
    public var price: OfferPrice?
    /// What serving it costs.
    public var cost: OfferCost
    /// What it leaves; not shown to tenants.
    public var packing: OfferPacking?
    /// From then on it cannot be taken.
    public var expires: Timestamp
    /// The request that takes it, ready to post to `/v1/leases`, token and all.
    public var request: LeaseRequest

    /// Every field; those left out are absent.
    public init(
        objectives: [OfferObjective], start: Timestamp, end: Timestamp, startsWhenTaken: Bool, promised: Capacity,
        wattsAtMeter: Int, reservations: [ReservationAnswer], price: OfferPrice? = nil, cost: OfferCost,
        packing: OfferPacking? = nil, expires: Timestamp, request: LeaseRequest
    ) {
        self.objectives = objectives
        self.start = start
        self.end = end
        self.startsWhenTaken = startsWhenTaken
        self.promised = promised
        self.wattsAtMeter = wattsAtMeter
        self.reservations = reservations
        self.price = price
        self.cost = cost
        self.packing = packing
        self.expires = expires
        self.request = request
    }
}

/// The offers for one request: at most one for each objective, those that are the same shown once.
public struct OfferList: Codable, Sendable, Equatable {
    /// In the order of the objectives.
    public var offers: [OfferAnswer]
    /// What a metric ton of carbon dioxide counted for.
    public var carbonPricePerTonne: Money
    /// What stands in the way of the first shapes at the first start and the lowest cap; absent when they fit then.
    public var blockers: [Blocker]?

    /// Every field; those left out are absent.
    public init(offers: [OfferAnswer], carbonPricePerTonne: Money, blockers: [Blocker]? = nil) {
        self.offers = offers
        self.carbonPricePerTonne = carbonPricePerTonne
        self.blockers = blockers
    }
}
