// What sites will carry, draw, cost and emit.

/// How long a step of a forecast is.
public enum ForecastInterval: String, WireEnumeration {
    /// An hour.
    case hour
    /// A day, from midnight UTC.
    case day
    /// A month, from its first midnight UTC.
    case month
}

/// Power at a site's meter over one step.
public struct ForecastPowerAnswer: Codable, Sendable, Equatable {
    /// The highest.
    public var wattsPeak: Int
    /// The mean.
    public var wattsMean: Int
    /// The energy: 3.6 billion joules are a megawatt-hour.
    public var energyJoules: Int
    /// What that energy costs at the site's price.
    public var cost: Money
    /// What it emits at the site's carbon intensity.
    public var carbonGrams: Int

    /// Every field.
    public init(wattsPeak: Int, wattsMean: Int, energyJoules: Int, cost: Money, carbonGrams: Int) {
        self.wattsPeak = wattsPeak
        self.wattsMean = wattsMean
        self.energyJoules = energyJoules
        self.cost = cost
        self.carbonGrams = carbonGrams
    }
}

/// One step of a forecast.
public struct ForecastStepAnswer: Codable, Sendable, Equatable {
    /// From when.
    public var start: Timestamp
    /// Until when.
    public var end: Timestamp
    /// The most GPUs leased at once, by the calendar.
    public var committedGpusPeak: Int
    /// The mean.
    public var committedGpusMean: Int
    /// The mean less those that are down on average, by the catalogue's failure rates.
    public var expectedGpusMean: Int
    /// By the calendar: leases at their caps, and the idle floor of the rest.
    public var committed: ForecastPowerAnswer
    /// By the calendar and by how much of it is drawn as a rule; absent: no history.
    public var expected: ForecastPowerAnswer?

    /// Every field; those left out are absent.
    public init(
        start: Timestamp, end: Timestamp, committedGpusPeak: Int, committedGpusMean: Int, expectedGpusMean: Int,
        committed: ForecastPowerAnswer, expected: ForecastPowerAnswer? = nil
    ) {
        self.start = start
        self.end = end
        self.committedGpusPeak = committedGpusPeak
        self.committedGpusMean = committedGpusMean
        self.expectedGpusMean = expectedGpusMean
        self.committed = committed
        self.expected = expected
    }
}

/// How wrong the model was over the last seven days of history, forecast from what came before them.
public struct BackTestAnswer: Codable, Sendable, Equatable {
    /// The mean of the differences between forecast and observed watts, in thousandths of what was observed.
    public var errorPermille: Int
    /// Quarters of an hour that were forecast.
    public var quarters: Int

    /// Every field.
    public init(errorPermille: Int, quarters: Int) {
        self.errorPermille = errorPermille
        self.quarters = quarters
    }
}

/// What the expected watts of a site rest on.
public struct ForecastModelAnswer: Codable, Sendable, Equatable {
    /// Quarters of an hour of history; 0: nothing is expected.
    public var quarters: Int
    /// Where the history begins.
    public var from: Timestamp?
    /// Where it ends.
    public var until: Timestamp?
    /// How wrong the model was; absent: under eight days of history.
    public var backTest: BackTestAnswer?

    /// Every field; those left out are absent.
    public init(quarters: Int, from: Timestamp? = nil, until: Timestamp? = nil, backTest: BackTestAnswer? = nil) {
        self.quarters = quarters
        self.from = from
        self.until = until
        self.backTest = backTest
    }
}

/// The forecast of one site.
public struct SiteForecast: Codable, Sendable, Equatable {
    /// The site.
    public var site: String
    /// What its expected watts rest on.
    public var model: ForecastModelAnswer
    /// In the order of time, without gaps.
    public var steps: [ForecastStepAnswer]

    /// Every field.
    public init(site: String, model: ForecastModelAnswer, steps: [ForecastStepAnswer]) {
        self.site = site
        self.model = model
        self.steps = steps
    }
}

/// A forecast.
public struct ForecastAnswer: Codable, Sendable, Equatable {
    /// How long its steps are; the first and the last may be shorter.
    public var step: ForecastInterval
    /// In the order of the fleet.
    public var sites: [SiteForecast]

    /// Every field.
    public init(step: ForecastInterval, sites: [SiteForecast]) {
        self.step = step
        self.sites = sites
    }
}
