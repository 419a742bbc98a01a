// The nodes of a lease as an inventory for Ansible, in its INI form.

/// A group for each domain, and one of them all that is named after the lease.
struct AnsibleInventory {
    struct Host: Equatable {
        let name: String
        /// The path of the rack or NVLink domain that it lies in.
        let domain: String
    }

    let lease: String
    /// Each once, in the order in which groups list them.
    let hosts: [Host]

    var text: String {
        var names = GroupNames()
        let whole = names.name(of: lease)
        var groups: [(name: String, domain: String, hosts: [String])] = []
        var places: [String: Int] = [:]
        for host in hosts {
            if let place = places[host.domain] {
                groups[place].hosts.append(host.name)
            } else {
                places[host.domain] = groups.count
                groups.append((names.name(of: host.domain), host.domain, [host.name]))
            }
        }
        var lines: [String] = []
        for group in groups {
            lines += ["[\(group.name)]"] + group.hosts
            lines += ["", "[\(group.name):vars]", "berth_domain=\(group.domain)", ""]
        }
        lines += ["[\(whole):children]"] + groups.map(\.name)
        lines += ["", "[\(whole):vars]", "berth_lease=\(lease)"]
        return lines.joined(separator: "\n")
    }
}

/// Names that Ansible takes for groups: letters, digits and underscores, each once.
private struct GroupNames {
    private var taken: Set<String> = []

    mutating func name(of text: String) -> String {
        let letters = text.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9": Character(scalar)
            default: "_"
            }
        }
        let plain = "berth_" + String(letters)
        var name = plain
        var copy = 1
        // Two paths can differ in nothing but what is no letter.
        while !taken.insert(name).inserted {
            copy += 1
            name = "\(plain)_\(copy)"
        }
        return name
    }
}
