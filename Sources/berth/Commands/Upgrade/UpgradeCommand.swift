// berth upgrade

import ArgumentParser
import ControlAPI

struct UpgradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "See whether the release before still reads the book, and end that.",
        discussion: """
            After an upgrade the book goes on to be written so that the release before reads all of it: install that release \
            again, and nothing is lost. Once the new one has proved itself, finalise the upgrade; the release before then \
            refuses the book.

            EXAMPLE
              berth upgrade status
              berth upgrade finalise --reason "a week without trouble"
            """,
        subcommands: [UpgradeStatus.self, UpgradeFinalise.self])

    /// How an upgrade stands, for a person.
    static func lines(_ upgrade: UpgradeAnswer) -> [String] {
        guard !upgrade.finalised else {
            return [
                "berthd \(upgrade.version): the book is written at format level \(upgrade.level), its own; releases before "
                    + "\(upgrade.readableFrom) refuse it"
            ]
        }
        return [
            "berthd \(upgrade.version): the book is written at format level \(upgrade.level) of \(upgrade.programLevel), so that "
                + "release \(upgrade.readableFrom) can be installed again and loses nothing",
            "Until: berth upgrade finalise",
        ] + upgrade.withheld.map { "  " + $0 }
    }
}
