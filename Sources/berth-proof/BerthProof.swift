// berth-proof: lives of books from seeds, every rule checked after every step; and the real daemon, killed again and
// again or kept busy.

import ArgumentParser
import FleetModel
import Packing
import Simulation

@main
struct BerthProof: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berth-proof",
        abstract: "Try to break Berth's rules.",
        discussion: """
            A life is a book with its daemon below the sockets: leases, amendments, reclaims, load targets, faults, drains, new
            fleets, crashes, full disks and clocks that are set, all of it from one seed. Every rule is checked after every
            step. A life that breaks one is made as short as it can be, and printed as one command.

            A crash is the end of the real daemon, with its clients on its socket: what they saw is checked. A soak
            keeps the daemon busy for hours and looks whether anything grows.

            EXAMPLES
              berth-proof lives --seeds 1-1000 --commands 1000
              berth-proof life --seed 7 --commands 1000
              berth-proof crash --kills 200
              berth-proof soak --hours 8
            """,
        subcommands: [Lives.self, OneLife.self, Crash.self, Soak.self])
}
