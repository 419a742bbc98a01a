// A lease request as the command that would send it.

import ControlAPI

/// `berth lease create …`, ready for a shell.
struct LeaseCommandLine {
    private let request: LeaseRequest
    private let planToken: String?
    private let connectionWords: [String]

    init(_ request: LeaseRequest, planToken: String? = nil, connectionWords: [String] = []) {
        self.request = request
        self.planToken = planToken ?? request.planToken
        self.connectionWords = connectionWords
    }

    var text: String { words.map(shellQuoted).joined(separator: " ") }

    var words: [String] {
        var words = ["berth", "lease", "create"] + connectionWords
        func add(_ option: String, _ value: String?) {
            if let value { words += [option, value] }
        }
        add("--tenant", request.tenant)
        add("--contract", request.contract)
        add("--label", request.label)
        for line in request.reservations { add("--line", LineSyntax.text(of: line)) }
        for (index, line) in request.reservations.enumerated() {
            let name = line.name ?? "line-\(index + 1)"
            add("--ramp", line.ramp.map { RampSyntax.text(of: NamedRamp(name: name, steps: $0)) })
        }
        for site in request.sites ?? [] { add("--site", site) }
        add("--start", request.start?.description)
        add("--end", request.end?.description)
        add("--duration", request.duration?.description)
        add("--cap-watts", request.capWattsPerGpu.map(String.init))
        add("--cap-percent", request.capPercent.map(String.init))
        if request.highestCap == true { words.append("--highest-cap") }
        add("--class", request.leaseClass?.rawValue)
        if request.preempt == false { words.append("--no-preempt") }
        add("--spares", request.spares.map { String($0.perDomain) })
        add("--reason", request.reason)
        // A token may begin with a dash, which would look like another option.
        if let planToken, planToken.hasPrefix("-") {
            words.append("--plan=" + planToken)
        } else {
            add("--plan", planToken)
        }
        return words
    }
}

/// A word as a shell reads it back unchanged.
func shellQuoted(_ word: String) -> String {
    let isPlain =
        !word.isEmpty
        && word.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", ",", ":", "=", "/", "+", "@", "%": true
            default: false
            }
        }
    return isPlain
        ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
