// berth context

import ArgumentParser

struct ContextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context",
        abstract: "Name daemons, and choose the one that commands speak to.",
        discussion: """
            A command speaks to the daemon that is named first among: --socket, --url or --context, BERTH_URL, BERTH_SOCKET, \
            BERTH_CONTEXT, the current context, ./var/berth.sock where there is one, /run/berth/control.sock. Contexts lie in \
            $XDG_CONFIG_HOME/berth/contexts.yaml, else ~/.config/berth/contexts.yaml, readable by you alone. Without a \
            subcommand: the list.

            EXAMPLE
              berth context add lab --socket /run/berth/control.sock
              berth context use lab
              berth status --context lab
            """,
        subcommands: [
            ContextList.self, ContextShow.self, ContextAdd.self, ContextUse.self, ContextRemove.self,
        ],
        defaultSubcommand: ContextList.self)
}

/// A context by its name.
struct ContextReference: ParsableArguments {
    @Argument(help: "The context's name.", completion: .custom(LiveNames.contexts))
    var name: String
}
