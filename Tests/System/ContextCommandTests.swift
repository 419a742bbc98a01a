// `berth context`, completion and what is said of names that are not there.

import Foundation
import Testing

extension SystemTests {
    @Suite("Contexts, completion and near names")
    struct ContextCommandTests {
        private let home: DaemonHome

        init() throws {
            home = try DaemonHome.started()
            _ = try home.berth("tenant", "set", "acme", "--gpus", "64", "--reason", "x")
        }

        private func berth(_ arguments: String..., environment: [String: String] = [:]) throws -> ChildProcess {
            let process = try ChildProcess(
                Program.berth, arguments,
                environment: ["XDG_CONFIG_HOME": home.folder("config")].merging(environment) { $1 },
                directory: home.folder.path)
            process.wait()
            return process
        }

        @Test("a context chooses the daemon where nothing else does, in a file that is the user's alone")
        func contexts() throws {
            #expect(try berth("context", "add", "lab", "--socket", home.socket).wait() == .exited(0))
            #expect(try berth("context", "add", "away", "--socket", "/nowhere.sock").wait() == .exited(0))
            #expect(try berth("tenant", "list").output.contains("acme"))
            let path = home.folder("config") + "/berth/contexts.yaml"
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            #expect(try berth("context").output.contains("*  lab "))
            #expect(try berth("tenant", "list", environment: ["BERTH_CONTEXT": "away"]).wait() == .exited(9))
            #expect(try berth("tenant", "list", "--context", "away").error.contains("where the context away points"))
            #expect(
                try berth("tenant", "list", "--context", "lab", environment: ["BERTH_SOCKET": "/x"]).wait()
                    == .exited(0))
            #expect(try berth("context", "use", "away").wait() == .exited(0))
            #expect(try berth("tenant", "list").error.contains("the current context, away"))
            #expect(try berth("context", "show").output.contains("/nowhere.sock"))
            let named = JSONValue(bytes: Array(try berth("context", "show", "lab", "-o", "json").output.utf8))
            #expect(named["socket"].string == home.socket && named["context"].string == "lab")
            #expect(named["chosenBy"].string == "its name")
            let wrong = try berth("status", "--context", "lba")
            #expect(wrong.wait() == .exited(64) && wrong.error.contains("Did you mean lab?"), "\(wrong.error)")
            #expect(try berth("context", "add", "lab", "--socket", "/x").wait() == .exited(64))
            #expect(try berth("status", "--context", "lab", "--socket", "/x").wait() == .exited(64))
            #expect(try berth("context", "remove", "away").wait() == .exited(0))
            #expect(try berth("context", "use", "--none").wait() == .exited(0))
            #expect(
                try berth("context", "show", environment: ["BERTH_SOCKET": home.socket]).output.contains("BERTH_SOCKET")
            )
        }

        @Test("a counter-offer is a command for the same context")
        func counterOffers() throws {
            _ = try berth("context", "add", "lab", "--socket", home.socket)
            let refused = try berth(
                "lease", "create", "--context", "lab", "--tenant", "acme", "--line", "node:9", "--duration", "1d")
            #expect(refused.wait() == .exited(3) && refused.error.contains("berth lease create --context lab "))
        }

        @Test("bash completes names that the daemon knows, and none when it is away")
        func completes() throws {
            _ = try home.berth(
                "lease", "create", "--tenant", "acme", "--label", "mine", "--line", "node:1", "--duration", "1d")
            func replies(_ words: String, socket: String) throws -> [Substring] {
                let count = words.split(separator: " ").count
                let folder = URL(fileURLWithPath: Program.berth).deletingLastPathComponent().path
                let script = """
                    PATH="\(folder):$PATH"
                    source <(berth completion bash)
                    COMP_WORDS=(\(words) "")
                    COMP_CWORD=\(count)
                    COMP_LINE="\(words) " COMP_POINT=${#COMP_LINE} COMP_TYPE=9
                    _berth berth "" "${COMP_WORDS[COMP_CWORD-1]}"
                    printf '%s\\n' "${COMPREPLY[@]}"
                    """
                let bash = try ChildProcess("/bin/bash", ["-c", script], environment: ["BERTH_SOCKET": socket])
                #expect(bash.wait() == .exited(0), "\(bash.error)")
                return bash.output.split(separator: "\n")
            }
            #expect(try replies("berth", socket: home.socket).contains("calendar"))
            #expect(try replies("berth tenant show", socket: home.socket).contains("acme"))
            #expect(try replies("berth lease show", socket: home.socket).contains("acme/mine"))
            #expect(try replies("berth lease create --site", socket: home.socket).contains("lab"))
            #expect(try replies("berth budgets timeline", socket: home.socket).contains("lab-meter"))
            #expect(try replies("berth domains --within", socket: home.socket) == ["lab"])
            #expect(try !replies("berth tenant show", socket: home.folder("none.sock")).contains("acme"))
        }

        @Test("a name that is not there is answered with the nearest one, and only to who may see names")
        func nearNames() throws {
            for arguments in [
                ["tenant", "show", "amce"], ["watch", "amce"],
                ["lease", "create", "--tenant", "amce", "--line", "node:1", "--duration", "1d"],
            ] {
                let process = try ChildProcess(Program.berth, arguments, environment: ["BERTH_SOCKET": home.socket])
                process.wait()
                #expect(process.error.contains("Did you mean acme?"), "\(arguments): \(process.error)")
            }
            let far = try home.berth("tenant", "show", "somebody")
            #expect(far.error.contains("berth tenant list") && !far.error.contains("acme"), "\(far.error)")
            let budget = try home.berth("budgets", "timeline", "lab-metre")
            #expect(budget.error.contains("Did you mean lab-meter?"), "\(budget.error)")
        }
    }
}
