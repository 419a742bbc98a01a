// A line's quantity over time on the command line.

import ControlAPI

/// The ramp of one line, by its name.
struct NamedRamp: Equatable {
    var name: String
    var steps: [RampStep]
}

/// The grammar of `--ramp`: `NAME=TIME:COUNT,TIME:COUNT…`.
enum RampSyntax {
    /// The grammar as help tells it.
    static let help = """
        A ramp is NAME=TIME:COUNT,TIME:COUNT and says how many units of the line of that name are held from each time on; \
        lines without a name are line-1, line-2 and so on. Times are as 2027-01-15 or 2027-01-15T12:00:00Z:
          --line nvl72:64:name=racks --ramp racks=2027-01-15:214,2028-06-01:100
        """

    /// Reads a ramp. Ranges of values and their order are the daemon's to check.
    static func parse(_ text: String) throws(LineSyntax.Fault) -> NamedRamp {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw fault(text) }
        var steps: [RampStep] = []
        for item in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
            guard let colon = item.lastIndex(of: ":"), let at = Timestamp(argument: String(item[..<colon])),
                let count = Int(item[item.index(after: colon)...]), count >= 0
            else { throw fault(text) }
            steps.append(RampStep(at: at, count: count))
        }
        return NamedRamp(name: parts[0], steps: steps)
    }

    private static func fault(_ text: String) -> LineSyntax.Fault {
        LineSyntax.Fault(description: "\"\(text)\" is not NAME=TIME:COUNT,…, such as racks=2027-01-15:214")
    }

    /// The text that reads back as a ramp.
    static func text(of ramp: NamedRamp) -> String {
        ramp.name + "=" + ramp.steps.map { "\($0.at):\($0.count)" }.joined(separator: ",")
    }
}
