// What the packing core costs, below the rules of leasing, without sockets and disk.

import Foundation
import Probes

@main
enum Main {
    static func main() {
        do {
            let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
            switch arguments.verb {
            case "table": try CoreTable(arguments).run()
            case "growth": try Growth(arguments).run()
            case "refusals": try Refusals(arguments).run()
            case "forks": try Forks(arguments).run()
            case "plot": try GrowthPlot.draw(arguments)
            case "counted": try CountedRun(arguments).run()
            default: throw CoreFault(Arguments.usage)
            }
        } catch {
            FileHandle.standardError.write(Data("berth-core: \(error)\n".utf8))
            exit(1)
        }
    }
}

/// Why there is no measurement.
struct CoreFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Prints a line at once, also into a pipe, so that it is seen as it is measured.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
