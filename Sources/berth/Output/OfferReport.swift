// Offers as a person reads them.

import ControlAPI

/// A table of offers, and what there is to say of each.
struct OfferReport {
    private let list: OfferList
    private let commands: [String]
    /// Paths shown for each offer before the rest is only counted.
    private static let pathsMax = 6

    /// - Parameter commands: the command that takes each offer.
    init(_ list: OfferList, commands: [String]) {
        self.list = list
        self.commands = commands
    }

    var table: Table {
        var table = Table(
            .number("#"), .word("BEST FOR"), .word("START"), .word("END"), .text("HARDWARE"), .number("GPUS"),
            .number("CAP"), .number("PRICE"), .number("ENERGY"), .number("CO2").optional, .word("EXPIRES").optional)
        for (index, offer) in list.offers.enumerated() {
            table.add(
                .init("\(index + 1)"), .init(offer.objectives.map(\.words).joined(separator: ", "), .good),
                .init(offer.startsWhenTaken ? "when taken" : offer.start.short), .init(offer.end.short),
                .init(offer.hardware), .init(offer.promised.gpuColumn), .init(offer.request.capText),
                .init(offer.price?.total.rounded ?? "-"), .init(offer.cost.energy.rounded),
                .init(carbon(offer.cost.carbonGrams)), .init(offer.expires.short))
        }
        return table
    }

    func details(inColour: Bool) -> [String] {
        let blockers = blockerLines(
            list.blockers ?? [], title: "In the way of the first start and shape:", inColour: inColour)
        return (blockers.isEmpty ? [] : [""] + blockers) + offerLines(inColour: inColour)
    }

    private func offerLines(inColour: Bool) -> [String] {
        list.offers.enumerated().flatMap { index, offer in
            let title = Style.heading.applied(to: "Offer \(index + 1)", inColour: inColour)
            return ["", "\(title)  \(commands[index])"] + windowLines(offer) + priceLines(offer) + packingLines(offer)
                + placeLines(offer)
        }
    }

    private func line(_ title: String, _ text: String) -> String {
        "  " + title + String(repeating: " ", count: max(1, 9 - title.count)) + text
    }

    private func windowLines(_ offer: OfferAnswer) -> [String] {
        let length = WireDuration(seconds: offer.end.epochSeconds - offer.start.epochSeconds)
        let window = offer.startsWhenTaken ? "\(length) from when it is taken" : "\(offer.start) to \(offer.end)"
        return [line("window", "\(window); to be taken before \(offer.expires)")]
    }

    private func priceLines(_ offer: OfferAnswer) -> [String] {
        var lines: [String] = []
        if let price = offer.price {
            let parts = [
                price.base.map { "\($0.text) base" }, price.gpuHours.map { "\($0.text) for GPU-hours" },
                price.energy.map { "\($0.text) for energy" },
            ].compactMap(\.self)
            lines.append(
                line(
                    "price",
                    "\(price.total.text) under \(offer.request.contract ?? "its contract"): "
                        + parts.joined(separator: ", ")))
        }
        let cost = offer.cost
        lines.append(
            line(
                "serving",
                "\(counted(cost.energyKWh / 1_000)) MWh at the meter for \(cost.energy.text), "
                    + "\(carbon(cost.carbonGrams)) of CO2, \(power(offer.wattsAtMeter)) throughout"))
        lines.append(
            line(
                "",
                "\(cost.perDeliveredGpuHour.fine) for each GPU-hour delivered: energy and carbon at "
                    + "\(list.carbonPricePerTonne.text) a ton, supply \(cost.reliabilityPercent) % reliable"))
        return lines
    }

    private func packingLines(_ offer: OfferAnswer) -> [String] {
        guard let packing = offer.packing else { return [] }
        var taken = [
            (packing.wholeBlocksTaken, "whole block"), (packing.wholeNvl72Taken, "whole NVL72 rack"),
        ].filter { $0.0 > 0 }.map { counted($0.0, $0.1) }
        if taken.isEmpty { taken = [counted(packing.wholeNodesTaken, "whole node")] }
        let left = packing.largestShapeLeft.map { "; then largest left: \(counted($0.count)) × \($0.shape.rawValue)" }
        return [
            line(
                "packing",
                "takes " + taken.joined(separator: ", ") + (left ?? "; then nothing is left whole")
                    + "; stranded: \(counted(packing.strandedGpus, "GPU")), \(power(packing.strandedWatts))")
        ]
    }

    private func placeLines(_ offer: OfferAnswer) -> [String] {
        let paths = offer.reservations.flatMap(\.allocation)
        let restCount = paths.count - Self.pathsMax
        let more = restCount > 0 ? ", … and \(counted(restCount)) more" : ""
        return [line("place", paths.prefix(Self.pathsMax).joined(separator: ", ") + more)]
    }
}

/// Carbon dioxide in kilograms or metric tons.
private func carbon(_ grams: Int) -> String {
    grams < 1_000_000 ? scaled(grams, by: 1_000, decimals: 1) + " kg" : scaled(grams, by: 1_000_000, decimals: 1) + " t"
}

extension OfferAnswer {
    /// The lines in few words, such as `64 × block + 3 × node`.
    fileprivate var hardware: String {
        reservations.map { "\(counted($0.count)) × \($0.unit)" }.joined(separator: " + ")
    }
}

extension LeaseRequest {
    /// The cap in few characters.
    fileprivate var capText: String {
        if let capWattsPerGpu { return "\(counted(capWattsPerGpu)) W" }
        return "\(capPercent ?? 100) %"
    }
}

extension Money {
    /// The amount in whole dollars, with cents below a thousand.
    fileprivate var rounded: String {
        guard micros.magnitude >= 1_000_000_000 else { return text }
        return Money(currency: currency, micros: (micros + 500_000) / 1_000_000 * 1_000_000).text
    }

    /// The amount with four decimals.
    fileprivate var fine: String { "$" + scaled(Int(micros), by: 1_000_000, decimals: 4) }
}
