// Names for a shell to complete, asked from the daemon that the command line speaks to.
//
// A shell waits for them while a person types: the daemon has a second, and whatever goes wrong there are none.

import ControlAPI
import ControlClient
import Foundation

/// Functions for ``CompletionKind/custom(_:)``: the words of the command line, the place of the one to be completed,
/// and what is there of it.
enum LiveNames {
    @Sendable static func contexts(_ words: [String], _ place: Int, _ prefix: String) -> [String] {
        (try? ContextFile.read())?.names ?? []
    }

    /// Ids and labels of leases that are not over.
    @Sendable static func leases(_ words: [String], _ place: Int, _ prefix: String) async -> [String] {
        await ask(words) { client in
            let leases = try await client.leases(page: most).leases.filter { !$0.state.isOver }
            return leases.map(\.id) + leases.compactMap { lease in lease.label.map { "\(lease.tenant)/\($0)" } }
        }
    }

    @Sendable static func tenants(_ words: [String], _ place: Int, _ prefix: String) async -> [String] {
        await ask(words) { try await $0.tenants(page: most).tenants.map(\.name) }
    }

    @Sendable static func cohorts(_ words: [String], _ place: Int, _ prefix: String) async -> [String] {
        await ask(words) { try await $0.cohorts(page: most).cohorts.map(\.name) }
    }

    @Sendable static func contracts(_ words: [String], _ place: Int, _ prefix: String) async -> [String] {
        await ask(words) { try await $0.contracts(page: most).contracts.map(\.name) }
    }

    @Sendable static func budgets(_ words: [String], _ place: Int, _ prefix: String) async -> [String] {
        await ask(words) { try await $0.budgets().budgets.map(\.name) }
    }

    @Sendable static func maintenance(_ words: [String], _ place: Int, _ prefix: String) async -> [String] {
        await ask(words) { try await $0.maintenance(page: most).maintenance.map(\.name) }
    }

    @Sendable static func sites(_ words: [String], _ place: Int, _ prefix: String) async -> [String] {
        await ask(words) { try await $0.domains(level: .site, page: most).domains.map(\.path) }
    }

    /// Paths of domains, a step at a time as a shell does with folders.
    @Sendable static func domains(_ words: [String], _ place: Int, _ prefix: String) async -> [String] {
        await ask(words) { try await steps(below: prefix, $0) }
    }

    /// Paths of domains, and names of nodes that begin with what is there.
    @Sendable static func nodes(_ words: [String], _ place: Int, _ prefix: String) async -> [String] {
        await ask(words) { client in
            let paths = try await steps(below: prefix, client)
            guard !prefix.isEmpty, !prefix.contains("/") else { return paths }
            return paths + (try await client.nodes(page: most).nodes.map(\.name))
        }
    }

    private static let most = Page(limit: WireLimits.listLimitMax)

    /// The domains that are one step longer than the path that a text begins with.
    private static func steps(below prefix: String, _ client: ControlClient) async throws -> [String] {
        let steps = prefix.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let parent = steps.isEmpty ? nil : steps.joined(separator: "/")
        let levels: [TopologyLevel] = [[.site], [.hall], [.block, .rack, .nvl72]][min(steps.count, 2)]
        var paths: [String] = []
        for level in levels {
            paths += try await client.domains(level: level, within: parent, page: most).domains.map(\.path)
        }
        return paths.filter { $0.split(separator: "/").count == steps.count + 1 }
    }

    private static func ask(
        _ words: [String], _ question: @escaping @Sendable (ControlClient) async throws -> [String]
    ) async -> [String] {
        guard let daemon = try? daemon(of: words), let credentials = try? files(of: words).credentials(for: daemon)
        else { return [] }
        return await withTaskGroup(of: [String].self) { group in
            group.addTask {
                (try? await ControlClient.with(daemon.address, credentials: credentials) { try await question($0) })
                    ?? []
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(1))
                return []
            }
            let names = await group.next() ?? []
            group.cancelAll()
            return names
        }
    }

    /// The daemon that a command line with these words speaks to.
    static func daemon(of words: [String]) throws -> Daemon {
        try Daemon(
            socketOption: value(of: "--socket", in: words), urlOption: value(of: "--url", in: words),
            contextOption: value(of: "--context", in: words), environment: ProcessInfo.processInfo.environment,
            contexts: ContextFile.read)
    }

    /// What it shows there.
    private static func files(of words: [String]) -> CredentialFiles {
        CredentialFiles(
            token: value(of: "--token-file", in: words), authorities: value(of: "--ca-file", in: words),
            certificate: value(of: "--client-certificate", in: words), key: value(of: "--client-key", in: words))
    }

    /// The value of an option, as the next word or after an equals sign.
    static func value(of option: String, in words: [String]) -> String? {
        for (place, word) in words.enumerated() {
            if word == option, place + 1 < words.count, !words[place + 1].isEmpty { return words[place + 1] }
            if word.hasPrefix(option + "=") { return String(word.dropFirst(option.utf8.count + 1)) }
        }
        return nil
    }
}
