// The tables of docs/api.md: every path, who may use it, and what it does.

import ControlAPI
import HTTPTypes

enum ReferencePage {
    /// The sections of all areas, in Markdown.
    static func sections(_ areas: [RouteArea]) -> String {
        areas.map(section).joined(separator: "\n")
    }

    private static func section(_ area: RouteArea) -> String {
        let rows = area.routes.map { route in
            "| \(route.method.rawValue) | `\(route.pattern)`\(query(route)) | \(route.roles.names.joined(separator: ", ")) "
                + "| \(bodies(route)) | \(escaped(route.summary)) |\n"
        }
        return "### \(area.name)\n\n\(area.summary)\n\n| | path | roles | takes → answers | |\n|---|---|---|---|---|\n"
            + rows.joined()
    }

    private static func query(_ route: Route) -> String {
        guard !route.query.isEmpty else { return "" }
        return " `?" + route.query.map { $0.name + "=" }.joined(separator: "&") + "`"
    }

    /// The type taken and those answered, with their statuses.
    private static func bodies(_ route: Route) -> String {
        let taken = route.request.map { SchemaBook.name(of: $0.type) + " → " } ?? ""
        let answers = route.answers.all.map { answer in
            let names = answer.content.map { content in
                switch content {
                case .json(let type): SchemaBook.name(of: type)
                case .text: "text"
                }
            }
            return ([String(answer.status)] + names).joined(separator: " ")
        }
        return taken + answers.joined(separator: ", ")
    }

    private static func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
