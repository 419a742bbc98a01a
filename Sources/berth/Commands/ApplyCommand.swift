// berth apply

import ArgumentParser
import ControlAPI
import ControlClient
import Foundation

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make a scenario so: its tenants, contracts and leases.",
        discussion: """
            Applying twice changes nothing the second time: tenants and contracts are written only when they differ, \
            and a lease that is already there is left alone. A refusal ends it; what came before stays.

            A scenario is YAML or JSON:
              tenants:
                acme: {quota: {gpus: 4096}}
              contracts:
                acme-2027: {tenant: acme, noticePeriod: 90d}
              leases:
                training:
                  tenant: acme
                  contract: acme-2027
                  reservations: [{shape: block, count: 4, gpu: [H100]}]
                  duration: 30d

            EXAMPLE
              berth apply config/scenarios/two-tenants.yaml
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The scenario; - is standard input.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    func run() async throws {
        try await connection.run(output) { client in
            let scenario = try StrictYAML.decode(Scenario.self, fromFile: file)
            let application = ScenarioApplication(client: client, scenario: scenario, name: try name(of: scenario))
            let leases = try await apply(application)
            guard output.output == .table else {
                return try output.print(LeaseList(leases: leases.map(\.lease))) { _ in }
            }
            try await printResult(leases, client)
        }
    }

    private func apply(
        _ application: ScenarioApplication
    ) async throws -> [(name: String, lease: LeaseAnswer)] {
        var progress = ProgressBar(stepCount: application.stepCount)
        do {
            return try await application.run(
                willBegin: { progress.begin($0) }, didEnd: { progress.end($0, $1.rawValue) })
        } catch {
            progress.fail()
            throw error
        }
    }

    private func name(of scenario: Scenario) throws -> String {
        let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        let name = scenario.name ?? (file == "-" ? "stdin" : stem)
        guard ResourceName.isValid(name) else {
            throw CommandFailure(
                status: .badRequest, message: "\(file): \"\(name)\" cannot be a scenario's name",
                advice: "Give it one: name: my-scenario")
        }
        return name
    }

    private func printResult(
        _ leases: [(name: String, lease: LeaseAnswer)], _ client: ControlClient
    ) async throws {
        for (_, lease) in leases {
            LeaseDetail(lease).print()
            Terminal.standardOutput.write("")
        }
        let (holdings, _) = try await TenantHoldings.collect(from: client)
        TenantHoldings.table(holdings).print()
    }
}
