// Compact paths such as `memphis-2/h[1-7]/r[001-200]`, taken apart.

import ControlAPI

/// Compact paths of hardware.
enum DomainPath {
    /// The steps of a compact path: slashes within brackets are none.
    static func steps(of path: String) -> [String] {
        var steps = [""]
        var isInBracket = false
        for character in path {
            if character == "[" { isInBracket = true }
            if character == "]" { isInBracket = false }
            if character == "/" && !isInBracket {
                steps.append("")
            } else {
                steps[steps.count - 1].append(character)
            }
        }
        return steps
    }

    /// Whether hardware at a compact path lies in a domain, or the domain in it.
    static func meet(_ path: String, _ domain: String) -> Bool {
        zip(steps(of: path), domain.split(separator: "/").map(String.init)).allSatisfy { step, name in
            // What follows a node's colon are GPUs of it.
            let pattern = String(step.prefix { $0 != ":" })
            return pattern == name || ((try? HostList.expand(pattern)) ?? []).contains(name)
        }
    }
}
