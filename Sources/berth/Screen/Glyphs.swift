// The characters that pictures are drawn with, and what stands for them where a terminal has no more than ASCII.

import Foundation

/// Characters of one column each.
struct Glyphs: Equatable, Sendable {
    /// Filled and empty parts of a bar.
    var full: Character
    var half: Character
    var empty: Character
    /// A mark upon a bar.
    var mark: Character
    /// What is cut off.
    var cut: String
    /// Between columns of panes.
    var wall: Character
    /// Before the heading of the pane that has the keys.
    var focus: Character
    /// Lines of a chart: what runs, what is to come, what changes, and what goes on beyond either edge.
    var running: Character
    var coming: Character
    var step: Character
    var before: Character
    var after: Character
    var here: Character
    var blocked: Character
    var axis: Character
    var tick: Character
    /// From least to most.
    var levels: [Character]

    static let unicode = Glyphs(
        full: "█", half: "▒", empty: "░", mark: "┃", cut: "…", wall: "│", focus: "▶", running: "━", coming: "┄",
        step: "╋",
        before: "◀", after: "▶", here: "┊", blocked: "▒", axis: "─", tick: "┬",
        levels: Array("▁▂▃▄▅▆▇█"))

    static let ascii = Glyphs(
        full: "#", half: "+", empty: ".", mark: "|", cut: "~", wall: "|", focus: ">", running: "=", coming: "-",
        step: "+",
        before: "<", after: ">", here: ":", blocked: "x", axis: "-", tick: "+", levels: Array("01234567"))

    /// What a locale takes: the first of LC_ALL, LC_CTYPE and LANG that says something says which.
    static func suitable(for environment: [String: String] = ProcessInfo.processInfo.environment) -> Glyphs {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? "C"
        let name = locale.lowercased()
        return name.contains("utf-8") || name.contains("utf8") ? unicode : ascii
    }
}
