// A lease request, asked for step by step.

import ArgumentParser
import ControlAPI
import ControlClient

/// Asks for each part of a request, with what is usual in brackets.
struct LeaseInterview {
    /// Names to choose from, as far as the caller may see them.
    struct Known {
        var tenants: [String] = []
        /// With the tenants that they are for.
        var contracts: [(name: String, tenant: String?)] = []
        var sites: [String] = []
    }

    let dialogue: Dialogue
    let known: Known

    func request() throws(CommandFailure) -> LeaseRequest {
        dialogue.say("An empty line takes what stands in brackets. Ctrl-C ends without taking anything.")
        let tenant = try dialogue.answer(
            "Tenant" + list(known.tenants), usual: known.tenants.count == 1 ? known.tenants[0] : nil, read: name)
        let contracts = known.contracts.filter { $0.tenant == nil || $0.tenant == tenant }.map(\.name)
        let contract = try dialogue.answer(
            "Contract" + list(contracts), usual: contracts.count == 1 ? contracts[0] : "none", read: optionalName)
        let lines = try self.lines()
        let sites = try dialogue.answer("Sites, with commas" + list(known.sites), usual: "any") { text in
            text == "any" ? nil : try text.split(separator: ",").map { try name($0.trimmed) }
        }
        let start = try dialogue.answer("Start, as 2026-12-01 or +30m", usual: "now") { text in
            text == "now" ? nil : try moment(text)
        }
        let end = try dialogue.answer("How long, as 30d, or until when, as 2027-06-01", usual: "30d", read: end)
        let cap = try dialogue.answer("Power cap, as 80 %, 700 W, highest or none", usual: "none", read: cap)
        let leaseClass = try dialogue.answer("Class: guaranteed, standard or opportunistic", usual: "standard") {
            text in
            guard let found = LeaseClass(rawValue: text) else { throw AnswerFault(description: "\(text) is no class") }
            return found
        }
        let label = try dialogue.answer("Your own name for it", usual: "none", read: optionalName)
        let reason = try dialogue.answer("Why, for the audit log", usual: "none") { $0 == "none" ? nil : $0 }
        return LeaseRequest(
            tenant: tenant, contract: contract, label: label, reservations: lines, sites: sites, start: start,
            end: end.time, duration: end.duration, capWattsPerGpu: cap.watts, capPercent: cap.percent,
            highestCap: cap.isHighest ? true : nil, leaseClass: leaseClass, reason: reason)
    }

    private func lines() throws(CommandFailure) -> [ReservationRequest] {
        let question = "What, as block:4, nvl72:2:GB200, node:8:H100, gpu:1x4 or watts:1MW (? explains)"
        var lines = [try dialogue.answer(question, usual: nil, read: line)]
        while let next = try dialogue.answer(
            "And besides", usual: "nothing", read: { $0 == "nothing" ? nil : try line($0) })
        {
            lines.append(next)
        }
        return lines
    }

    private func line(_ text: String) throws -> ReservationRequest {
        if text == "?" { throw AnswerFault(description: LineSyntax.help) }
        return try LineSyntax.parse(text)
    }

    private func list(_ names: [String]) -> String {
        guard !names.isEmpty else { return "" }
        return " (\(names.prefix(8).joined(separator: ", "))\(names.count > 8 ? ", …" : ""))"
    }

    // MARK: Answers

    private func name(_ text: String) throws -> String {
        guard ResourceName.isValid(text) else { throw AnswerFault(description: "\"\(text)\" is no name") }
        return text
    }

    private func optionalName(_ text: String) throws -> String? { text == "none" ? nil : try name(text) }

    private func moment(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(argument: text) else {
            throw AnswerFault(description: "\(text) is no time; write 2026-12-01T16:00:00Z, 2026-12-01 or +30m")
        }
        return time
    }

    private func end(_ text: String) throws -> (time: Timestamp?, duration: WireDuration?) {
        if let duration = WireDuration(text) { return (nil, duration) }
        return (try moment(text), nil)
    }

    private func cap(_ text: String) throws -> (watts: Int?, percent: Int?, isHighest: Bool) {
        switch text {
        case "none": return (nil, nil, false)
        case "highest": return (nil, nil, true)
        default: break
        }
        let digits = text.prefix { $0.isNumber }
        switch (Int(digits), text.dropFirst(digits.count).trimmed.lowercased()) {
        case (let percent?, "%"): return (nil, percent, false)
        case (let watts?, "w"): return (watts, nil, false)
        default: throw AnswerFault(description: "\(text) is no cap; write 80 %, 700 W, highest or none")
        }
    }
}

extension LeaseInterview.Known {
    /// Asks the daemon; what the caller may not see stays empty.
    static func read(_ client: ControlClient) async -> LeaseInterview.Known {
        let page = Page(limit: WireLimits.listLimitMax)
        var known = LeaseInterview.Known()
        known.tenants = (try? await client.tenants(page: page))?.tenants.map(\.name) ?? []
        known.contracts = (try? await client.contracts(page: page))?.contracts.map { ($0.name, $0.terms.tenant) } ?? []
        known.sites = (try? await client.domains(level: .site, page: page))?.domains.map(\.path) ?? []
        return known
    }
}

extension Substring {
    /// Without spaces at either end.
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
