// A file of tenants that run already, with the hardware that they hold: YAML or JSON like a scenario, or CSV.

import ControlAPI

/// One lease as a file has it.
struct ImportedLease: Decodable {
    var tenant: String
    var contract: String?
    var label: String?
    var start: Timestamp?
    var end: Timestamp?
    var duration: WireDuration?
    var capWattsPerGpu: Int?
    var capPercent: Int?
    var leaseClass: LeaseClass?
    /// Whole nodes: host lists, names or paths.
    var hosts: [String]?
    /// GPUs by module, each entry one NVLink partition: `NODES:1,2`.
    var gpus: [String]?
    /// Instances: `NODES:3:1g.10gb@0,1`.
    var mig: [String]?
    /// Lines with `hold`, for blocks, racks and NVL72 domains.
    var reservations: [ReservationRequest]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case tenant, contract, label, start, end, duration, capWattsPerGpu, capPercent
        case leaseClass = "class"
        case hosts, gpus, mig, reservations
    }

    /// The request that it comes to.
    func request(label: String) -> LeaseRequest {
        var lines = reservations ?? []
        if let hosts { lines.append(ReservationRequest(name: "hosts", shape: .node, hold: hosts)) }
        for (count, entries) in Self.grouped(gpus ?? [], by: { "\(Self.moduleCount($0))" }) {
            lines.append(ReservationRequest(name: "gpus-\(count)", shape: .gpu, gpus: Int(count), hold: entries))
        }
        for (profile, entries) in Self.grouped(mig ?? [], by: Self.profile) {
            let name = "mig-" + String(profile.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" })
            lines.append(ReservationRequest(name: name, shape: .mig, profile: profile, hold: entries))
        }
        return LeaseRequest(
            tenant: tenant, contract: contract, label: self.label ?? label, reservations: lines, start: start, end: end,
            duration: duration, capWattsPerGpu: capWattsPerGpu, capPercent: capPercent, leaseClass: leaseClass)
    }

    private static func grouped(
        _ entries: [String], by key: (String) -> String
    ) -> [(key: String, entries: [String])] {
        var groups: [(key: String, entries: [String])] = []
        for entry in entries {
            let key = key(entry)
            if let place = groups.firstIndex(where: { $0.key == key }) {
                groups[place].entries.append(entry)
            } else {
                groups.append((key, [entry]))
            }
        }
        return groups
    }

    /// Modules after the last colon; 1 where there are none, for the daemon to refuse.
    private static func moduleCount(_ entry: String) -> Int {
        guard let colon = entry.lastIndex(of: ":") else { return 1 }
        return entry[colon...].split(separator: ",").count
    }

    /// The profile after the last colon.
    private static func profile(_ entry: String) -> String {
        guard let colon = entry.lastIndex(of: ":") else { return entry }
        return String(entry[entry.index(after: colon)...].prefix { $0 != "@" })
    }
}

/// A file that has been read, with where each lease stands in it.
struct ImportFile {
    struct Document: Decodable {
        var name: String?
        var tenants: NamedEntries<TenantSpecification>?
        var contracts: NamedEntries<ContractSpecification>?
        var leases: NamedEntries<ImportedLease>?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, tenants, contracts, leases
        }
    }

    struct Item {
        let name: String
        let line: Int?
        let request: LeaseRequest
    }

    let path: String
    let tenants: [ImportedTenant]
    let contracts: [ImportedContract]
    let leases: [Item]

    /// - Parameter stem: what labels begin with, where the file does not say it.
    init(path: String, stem: String) throws {
        self.path = path
        if path.hasSuffix(".csv") {
            (tenants, contracts, leases) = ([], [], try Self.table(path, stem: stem))
            return
        }
        let (document, line) = try StrictYAML.decodeLocated(Document.self, fromFile: path)
        let name = document.name ?? stem
        tenants = (document.tenants?.entries ?? []).map { ImportedTenant(name: $0.name, specification: $0.entry) }
        contracts = (document.contracts?.entries ?? []).map { ImportedContract(name: $0.name, specification: $0.entry) }
        leases = (document.leases?.entries ?? []).map { entry in
            Item(
                name: entry.name, line: line("/leases/\(entry.name)"),
                request: entry.entry.request(label: "\(name).\(entry.name)"))
        }
    }

    /// Columns: lease, tenant, contract, end, cap (700W or 60%), class, hosts, gpus, mig. Rows of one lease add up; several entries
    /// of a field are separated by spaces.
    private static func table(_ path: String, stem: String) throws -> [Item] {
        let file = try CommaSeparated(try StrictYAML.read(path, name: path), name: path)
        let known = ["lease", "tenant", "contract", "start", "end", "cap", "class", "hosts", "gpus", "mig"]
        if let odd = file.columns.first(where: { !known.contains($0) }) {
            throw CommandFailure(
                status: .badRequest, message: "\(path):1: there is no column \(odd)",
                advice: "The columns are: \(known.joined(separator: ", "))")
        }
        var leases: [(name: String, line: Int, lease: ImportedLease)] = []
        for row in file.rows {
            func field(_ name: String) -> String? {
                file.column(name).map { row.fields[$0] }.flatMap { $0.isEmpty ? nil : $0 }
            }
            func wrong(_ what: String) -> CommandFailure {
                CommandFailure(status: .badRequest, message: "\(path):\(row.line): \(what)")
            }
            func list(_ name: String) -> [String]? { field(name)?.split(separator: " ").map(String.init) }
            guard let name = field("lease"), let tenant = field("tenant") else {
                throw wrong("a row names its lease and its tenant")
            }
            var lease = ImportedLease(tenant: tenant, contract: field("contract"))
            func time(_ name: String) throws -> Timestamp? {
                guard let text = field(name) else { return nil }
                guard let time = Timestamp(argument: text) else { throw wrong("\"\(text)\" is not a time") }
                return time
            }
            (lease.start, lease.end) = (try time("start"), try time("end"))
            if let cap = field("cap") {
                guard let read = try? CapArgument(cap) else { throw wrong("\"\(cap)\" is not a cap like 700W or 60%") }
                (lease.capWattsPerGpu, lease.capPercent) = (read.watts, read.percent)
            }
            if let text = field("class") {
                guard let read = LeaseClass(rawValue: text) else { throw wrong("\"\(text)\" is not a class") }
                lease.leaseClass = read
            }
            (lease.hosts, lease.gpus, lease.mig) = (list("hosts"), list("gpus"), list("mig"))
            guard let place = leases.firstIndex(where: { $0.name == name }) else {
                leases.append((name, row.line, lease))
                continue
            }
            guard leases[place].lease.tenant == tenant, leases[place].lease.end == lease.end else {
                throw wrong("lease \(name) stands in line \(leases[place].line) with another tenant or end")
            }
            func joined(_ one: [String]?, _ other: [String]?) -> [String]? {
                one == nil && other == nil ? nil : (one ?? []) + (other ?? [])
            }
            leases[place].lease.hosts = joined(leases[place].lease.hosts, lease.hosts)
            leases[place].lease.gpus = joined(leases[place].lease.gpus, lease.gpus)
            leases[place].lease.mig = joined(leases[place].lease.mig, lease.mig)
        }
        return leases.map { Item(name: $0.name, line: $0.line, request: $0.lease.request(label: "\(stem).\($0.name)")) }
    }

    /// Where a lease stands, as `file:line`.
    func place(of item: Item) -> String { item.line.map { "\(path):\($0)" } ?? path }
}

extension ImportedLease {
    init(tenant: String, contract: String?) {
        (self.tenant, self.contract) = (tenant, contract)
    }
}
