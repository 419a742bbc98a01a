// What a placement costs, emits and earns over its window, in integers.

public import FleetModel
import Packing

/// What a contract's prices come to over one window.
public struct ContractPrice: Equatable, Sendable {
    /// For months and years, each rounded to the nearest micro-dollar. Owed once for all leases under the contract.
    public var baseMicros: MicroDollars?
    public var gpuHoursMicros: MicroDollars?
    public var energyMicros: MicroDollars?

    /// All parts together.
    public var totalMicros: MicroDollars {
        [baseMicros, gpuHoursMicros, energyMicros].compactMap(\.self).reduce(0) { $0.addingWithoutOverflow($1) }
    }
}

/// Energy, carbon and money of a placement over its window, and what they rest on.
///
/// Everything follows from the hardware, the cap, the length of the window, the sites' figures and the contract's
/// prices; not from when it is worked out. So a quote that comes out the same rests on nothing that has changed.
public struct Quote: Equatable, Sendable {
    public var seconds: Int64
    /// Watts at the meters, each site rounded up.
    public var meterWatts: Watts = 0
    /// Those watts over the window.
    public var joules: Int64 = 0
    /// The energy at the sites' prices, rounded up for each site.
    public var energyMicros: MicroDollars = 0
    /// Carbon dioxide, rounded up for each site.
    public var carbonGrams: Int64 = 0
    /// GPUs held, in eighths so that MIG instances count by their memory slices.
    public var gpuEighths: Int64 = 0
    /// The same, each site's weighted by the reliability of its supply in hundredths of a percent.
    public var deliveredEighths: Int64 = 0
    /// Under the contract; nil without one, or when it has no price.
    public var price: ContractPrice?

    /// Reliability of the supply in hundredths of a percent, rounded down.
    public var reliabilityBasisPoints: Int64 { gpuEighths > 0 ? deliveredEighths / gpuEighths : 0 }

    /// What each GPU-hour that the supply can be expected to deliver costs in energy and carbon, in micro-dollars, rounded up:
    /// (energy + carbon) / (GPU-hours × reliability). `Int64.max` when none can be expected.
    public func microsPerDeliveredGPUHour(carbonMicrosPerTonne: MicroDollars) -> MicroDollars {
        let carbon = Int128(carbonGrams) * Int128(carbonMicrosPerTonne) / 1_000_000
        // Eighths of GPUs, seconds and hundredths of a percent, against GPUs, hours and ones.
        let scale: Int128 = 8 * 3_600 * 10_000
        let delivered = Int128(deliveredEighths) * Int128(seconds)
        guard delivered > 0 else { return .max }
        return MicroDollars(clamping: ((Int128(energyMicros) + carbon) * scale + delivered - 1) / delivered)
    }
}

extension Book {
    /// The quote of lines that hold hardware, over a window of `seconds`. O(ranges + racks touched).
    func quote(of lines: [LeaseLine], cap: PowerCap, seconds: Int64, terms: ContractTerms?) -> Quote {
        var sum = MeterSum(sites: fleet.sites)
        var eighths = [Int64](repeating: 0, count: fleet.sites.count)
        for line in lines {
            LeaseWatts.add(line.holdings, cap: cap, in: fleet, to: &sum)
            addEighths(of: line.holdings, to: &eighths)
        }
        var quote = Quote(seconds: seconds)
        for (site, rackWatts) in zip(fleet.sites, sum.rackWatts) {
            let watts = site.meterWatts(rackWatts: rackWatts)
            let joules = Int128(watts) * Int128(seconds)
            quote.meterWatts += watts
            quote.joules = Int64(clamping: Int128(quote.joules) + joules)
            quote.energyMicros = quote.energyMicros.addingWithoutOverflow(
                Int64(
                    clamping: (joules * Int128(site.energyPriceMicrosPerMWh) + Self.joulesOfMWh - 1) / Self.joulesOfMWh)
            )
            quote.carbonGrams = quote.carbonGrams.addingWithoutOverflow(
                Int64(clamping: (joules * Int128(site.carbonGramsPerKWh) + Self.joulesOfKWh - 1) / Self.joulesOfKWh))
        }
        for (site, held) in zip(fleet.sites, eighths) {
            quote.gpuEighths += held
            quote.deliveredEighths += held * site.reliabilityBasisPoints
        }
        quote.price = terms.flatMap { price(of: quote, under: $0) }
        return quote
    }

    private static var joulesOfKWh: Int128 { 3_600_000 }
    private static var joulesOfMWh: Int128 { 3_600_000_000 }
    /// A twelfth of 365 days, so that a price does not change when its window moves on by a day.
    private static var secondsOfMonth: Int128 { 2_628_000 }
    private static var secondsOfYear: Int128 { 31_536_000 }

    private func price(of quote: Quote, under terms: ContractTerms) -> ContractPrice? {
        func part(_ micros: MicroDollars, _ amount: Int128, for unit: Int128) -> MicroDollars {
            MicroDollars(clamping: (Int128(micros) * amount + unit / 2) / unit)
        }
        let seconds = Int128(quote.seconds)
        let bases = [
            terms.pricePerMonthMicros.map { part($0, seconds, for: Self.secondsOfMonth) },
            terms.pricePerYearMicros.map { part($0, seconds, for: Self.secondsOfYear) },
        ].compactMap(\.self)
        let price = ContractPrice(
            baseMicros: bases.isEmpty ? nil : bases.reduce(0) { $0.addingWithoutOverflow($1) },
            gpuHoursMicros: terms.pricePerGPUHourMicros.map {
                part($0, Int128(quote.gpuEighths) * seconds, for: 8 * 3_600)
            },
            energyMicros: terms.pricePerMWhMicros.map { part($0, Int128(quote.joules), for: Self.joulesOfMWh) })
        return price == ContractPrice() ? nil : price
    }

    private func addEighths(of holdings: Holdings, to eighths: inout [Int64]) {
        for segment in fleet.rackSegments(of: holdings.wholeNodes) {
            let rack = fleet.racks[segment.rack.offset]
            let gpus = segment.nodes.count * fleet.platforms[rack.platformOffset].gpusPerNode
            eighths[rack.siteOffset] += Int64(8 * gpus)
        }
        for partial in holdings.partialNodes {
            let site = fleet.racks[fleet.rackOfNode[partial.node].offset].siteOffset
            eighths[site] += Int64(8 * partial.moduleMask.nonzeroBitCount)
        }
        for slice in holdings.slices {
            let rack = fleet.racks[fleet.rackOfNode[slice.node].offset]
            let slices = fleet.platforms[rack.platformOffset].memorySlices(ofProfile: slice.profileID)
            eighths[rack.siteOffset] += Int64(slices)
        }
    }
}

extension Int64 {
    /// The sum, held at the largest number there is.
    fileprivate func addingWithoutOverflow(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
