// berth load-target apply

import ArgumentParser
import ControlAPI
import ControlClient

/// The fields of a load target in watts, which a file may give with a unit.
let loadTargetPowers: Set = ["watts", "reduceByWatts", "restoreWattsPerMinute"]

struct LoadTargetApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Set every load target of a schedule file.",
        discussion: """
            The file is YAML or JSON: load targets under their domains and ids. Those that have not begun are set as the \
            file says; one whose start is past is left as it is, and said so. They are set one after another: one that is \
            refused ends it, and those before it stay set. Applying a file again changes nothing. Watts are whole numbers, or powers \
            with their unit: 60MW.

              memphis-1-meter:
                winter-peak-2027-01-11:
                  reduceByWatts: 60MW
                  start: 2027-01-11T11:00:00Z
                  duration: 4h
                  reason: winter peak, 05:00 to 09:00 in Memphis

            EXAMPLE
              berth load-target apply winter.yaml --dry-run
            """)

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The file; - for standard input.")
    var file: String

    @Flag(help: "Only say what they would do.")
    var dryRun = false

    func run() async throws {
        try await connection.run { client in
            let schedule = try StrictYAML.decode(
                NamedEntries<NamedEntries<LoadTargetRequest>>.self, fromFile: file, powers: loadTargetPowers)
            let now = try await client.status().now
            for (budget, targets) in schedule.entries {
                for (id, request) in targets.entries {
                    if let start = request.start, start < now {
                        write("\(budget) \(id): began \(start.short), left as it is")
                        continue
                    }
                    let answer = try await client.setLoadTarget(id, on: budget, to: request, isPlan: dryRun)
                    let unmet = answer.unmet.map(\.watts).max() ?? 0
                    write(
                        "\(budget) \(id): \(power(answer.watts)) from \(answer.start.short), "
                            + "\(counted(answer.leaseCount, "lease")) lowered"
                            + (unmet > 0 ? ", \(power(unmet)) not met" : "") + (dryRun ? " (not set)" : ""))
                }
            }
        }
    }

    private func write(_ line: String) { Terminal.standardOutput.write(line) }
}
