// berth completion

import ArgumentParser

struct CompletionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print what a shell needs to complete command lines of berth.",
        discussion: """
            Besides verbs and options it completes the names that the daemon knows now: leases, tenants, contracts, \
            domains, budgets. A daemon that is not there, or takes over a second, gives none.

            EXAMPLE
              berth completion bash > ~/.local/share/bash-completion/completions/berth
              berth completion zsh > ~/.zfunc/_berth
              berth completion fish > ~/.config/fish/completions/berth.fish

            For zsh the folder must be in fpath before compinit runs: fpath=(~/.zfunc $fpath).
            """)

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish

        var completionShell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "The shell.")
    var shell: Shell

    func run() async throws {
        Terminal.standardOutput.write(Berth.completionScript(for: shell.completionShell))
    }
}
