// berth forecast

import ArgumentParser
import ControlAPI
import ControlClient

struct ForecastCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Show what sites will carry, draw, cost and emit.",
        discussion: """
            COMMITTED is by the calendar: leases at their caps, and the idle floor of the rest, at the site's meter. EXPECTED \
            is what is drawn of that as a rule at the same hour of the week, by the observed power of up to 60 days. GPUS \
            UP are those leased less the ones that are down on average.

            EXAMPLE
              berth forecast --site memphis-1
              berth forecast --step month --end 2027-12-01
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only this site.", completion: .custom(LiveNames.sites))
    var site: String?

    @Option(help: ArgumentHelp("From when, as 2026-12-01 or 2026-12-01T12:00:00Z; now if left out.", valueName: "time"))
    var start: Timestamp?

    @Option(help: ArgumentHelp("Until when; two days, two weeks or a year on if left out.", valueName: "time"))
    var end: Timestamp?

    @Option(help: "How long a step is.")
    var step: ForecastInterval = .day

    func run() async throws {
        try await connection.run(output) { client in
            let answer = try await client.forecast(site: site, start: start, end: end, step: step)
            try output.print(answer) { answer in
                for (index, forecast) in answer.sites.enumerated() {
                    if index > 0 { Terminal.standardOutput.write("") }
                    Terminal.standardOutput.write("\(forecast.site): \(model(forecast.model))")
                    table(forecast).print()
                }
            }
        }
    }

    private func model(_ model: ForecastModelAnswer) -> String {
        guard model.quarters > 0, let from = model.from else {
            return "no history of observed power, so nothing is expected"
        }
        let basis = "expected by \(counted(model.quarters, "quarter")) of an hour since \(from.short)"
        guard let test = model.backTest else { return basis + "; too short to test it" }
        let error = scaled(test.errorPermille, by: 10, decimals: 1)
        return basis + "; mean error \(error) % over \(counted(test.quarters)) of them, forecast from those before"
    }

    private func table(_ forecast: SiteForecast) -> Table {
        var table = Table(
            .word("FROM"), .number("GPUS"), .number("GPUS UP").optional, .number("COMMITTED"), .number("MEAN"),
            .number("MWH"), .number("COST"), .number("T CO2").optional, .number("EXPECTED"), .number("EXP MWH"),
            .number("EXP COST"), .number("EXP T CO2").optional)
        for step in forecast.steps {
            let (committed, expected) = (step.committed, step.expected)
            table.add(
                .init(step.start.short), .init(counted(step.committedGpusPeak)), .init(counted(step.expectedGpusMean)),
                .init(power(committed.wattsPeak)), .init(power(committed.wattsMean)), .init(energy(committed)),
                .init(dollars(committed)), .init(carbon(committed)), .init(expected.map { power($0.wattsMean) } ?? "-"),
                .init(expected.map(energy) ?? "-"), .init(expected.map(dollars) ?? "-"),
                .init(expected.map(carbon) ?? "-"))
        }
        return table
    }

    private func energy(_ power: ForecastPowerAnswer) -> String {
        scaled(power.energyJoules / 3_600, by: 1_000_000, decimals: 1)
    }

    /// Whole dollars, since a forecast knows no cents.
    private func dollars(_ power: ForecastPowerAnswer) -> String {
        Money(currency: power.cost.currency, micros: (power.cost.micros + 500_000) / 1_000_000 * 1_000_000).text
    }

    private func carbon(_ power: ForecastPowerAnswer) -> String {
        scaled(power.carbonGrams, by: 1_000_000, decimals: 1)
    }
}
