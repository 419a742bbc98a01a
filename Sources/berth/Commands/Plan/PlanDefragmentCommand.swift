// berth plan defragment

import ArgumentParser
import ControlAPI
import ControlClient

struct PlanDefragmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "defragment",
        abstract: "Find the fewest moves that free whole blocks, racks or NVL72 racks by a time.",
        discussion: """
            Only leases whose terms allow it are moved: opportunistic ones without a contract. What ends by then costs \
            nothing. Nothing is moved; the list is for whoever moves the work.

            EXAMPLE
              berth plan defragment --shape block --count 64 --by 2026-12-01 --gpu H100
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "block, rack or nvl72.")
    var shape: Shape

    @Option(help: "How many.")
    var count: Int

    @Option(
        help: ArgumentHelp("From when on they are free, as 2026-12-01T16:00:00Z or +6h.", valueName: "time"),
        transform: readMoment)
    var by: Timestamp

    @Option(name: .customLong("for"), help: ArgumentHelp("For how long. Default: 1d.", valueName: "duration"))
    var duration: WireDuration?

    @Option(name: .customLong("site"), help: "A site that may be used; repeat for several. Default: any.")
    var sites: [String] = []

    @Option(name: .customLong("gpu"), help: "A GPU model that may be used; repeat for several. Default: any.")
    var models: [String] = []

    func run() async throws {
        let request = DefragmentRequest(
            shape: shape, count: count, by: by, duration: duration, sites: sites.isEmpty ? nil : sites,
            gpu: models.isEmpty ? nil : models)
        try await connection.run(output) { client in
            let answer = try await SearchProgress.shown("searching") { try await client.defragment(request) }
            try output.print(answer) { print($0) }
        }
    }

    private func print(_ answer: DefragmentAnswer) {
        let terminal = Terminal.standardOutput
        let isAll = answer.freed.count == count
        let words =
            "\(counted(answer.freed.count)) of \(counted(count)) free by \(by.short), "
            + "\(counted(answer.freeAnyway)) of them without a move"
        terminal.write(Style.heading.applied(to: words, inColour: terminal.usesColour))
        if !answer.freed.isEmpty { terminal.write("  " + HostList.fold(answer.freed).joined(separator: " ")) }
        if !answer.moves.isEmpty {
            let best =
                answer.moves.count == answer.movesMin
                ? "no plan has fewer" : "none has under \(counted(answer.movesMin))"
            let seconds = answer.turnRoundGpuSeconds
            terminal.write(
                "\(counted(answer.moves.count, "move")) (\(best)), \(counted(answer.gpusMoved, "GPU")) while they run, "
                    + "\(scaled(seconds, by: 3_600, decimals: 1)) GPU-hours of turn-round")
            moves(answer.moves).print()
        }
        guard !isAll else { return }
        for blocker in answer.blockers ?? [] {
            terminal.write(
                Style.attention.applied(to: "\(blocker.name): \(blocker.message)", inColour: terminal.usesColour))
        }
    }

    private func moves(_ moves: [PlannedMoveAnswer]) -> Table {
        var table = Table(
            .word("LEASE"), .text("TENANT"), .word("FROM"), .word("TO"), .number("GPUS"), .word("NOT AFTER"))
        for move in moves {
            table.add(
                .init(move.lease), .init(move.tenant), .init(move.from), .init(move.to), .init(counted(move.gpus)),
                .init(move.notAfter.short + (move.running ? "" : " (not begun)")))
        }
        return table
    }
}
