// berth lease

import ArgumentParser

struct LeaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lease",
        abstract: "Request, list, show, amend, split, hand over, release and reclaim leases.",
        discussion: """
            EXAMPLE
              berth lease create --tenant acme --line block:4:H100 \\
                --duration 30d --cap-percent 80
              berth lease allocation l-7kq2 --format slurm
            """,
        subcommands: [
            LeaseCreate.self, LeaseBatch.self, LeaseListCommand.self, LeaseShow.self, LeaseAmend.self,
            LeaseAllocation.self,
            LeaseRelease.self, LeaseReclaim.self, LeaseCancel.self, LeaseWithdraw.self, LeaseNominate.self,
            LeaseNotices.self, LeaseGuards.self, LeaseSplit.self, LeaseTransfer.self,
        ])
}
