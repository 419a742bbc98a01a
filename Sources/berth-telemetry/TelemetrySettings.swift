// What is scraped, how its labels name the fleet, and where readings go.

import ControlAPI
import Foundation
import Yams

/// The settings, from a file, from options, or as they are without either.
struct TelemetrySettings: Equatable, Sendable {
    var socket = "/run/berth/control.sock"
    /// Who measures, for the daemon's log.
    var source = "berth-telemetry"
    var intervalSeconds: Int64 = 15
    var sources: [Source] = []
    var series: [SeriesMapping] = [.dcgm]
    var maker = ReadingMaker()
    /// Where the daemon's metrics are served over TCP.
    var serve: LoopbackAddress?

    static func == (left: TelemetrySettings, right: TelemetrySettings) -> Bool {
        left.socket == right.socket && left.source == right.source && left.intervalSeconds == right.intervalSeconds
            && left.sources == right.sources && left.series == right.series
            && left.maker.inventory == right.maker.inventory && left.maker.gpuFirst == right.maker.gpuFirst
            && left.serve == right.serve
    }
}

/// Settings that cannot be used, with what would be right.
struct SettingsError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension TelemetrySettings {
    private static let keys = [
        "socket", "source", "interval", "scrape", "prometheus", "serve", "inventory", "gpuFirst", "series",
    ]
    private static let seriesKeys = ["metric", "query", "node", "gpu", "part", "rack", "budget", "unit"]

    /// Reads a file of settings.
    static func read(file: String) throws(SettingsError) -> TelemetrySettings {
        try parse(try text(of: file), file: file)
    }

    private static func text(of file: String) throws(SettingsError) -> String {
        do { return try String(contentsOfFile: file, encoding: .utf8) } catch {
            throw SettingsError("\(file) cannot be read: \(error.localizedDescription)")
        }
    }

    private static func root(of text: String, file: String) throws(SettingsError) -> Node.Mapping {
        do {
            guard let node = try Yams.compose(yaml: text) else { return Node.Mapping([]) }
            guard let mapping = node.mapping else { throw SettingsError("\(file) must hold settings by name") }
            return mapping
        } catch let error as SettingsError {
            throw error
        } catch {
            throw SettingsError("\(file) is not YAML: \(error)")
        }
    }

    static func parse(_ text: String, file: String) throws(SettingsError) -> TelemetrySettings {
        var settings = TelemetrySettings()
        for (key, value) in try root(of: text, file: file) {
            let name = key.string ?? ""
            let place = "\(file):\(key.mark?.line ?? 0)"
            switch name {
            case "socket": settings.socket = try string(value, name, place)
            case "source": settings.source = try string(value, name, place)
            case "interval":
                guard let seconds = WireDuration(try string(value, name, place))?.seconds, seconds > 0 else {
                    throw SettingsError("\(place): interval must be a duration like 15s")
                }
                settings.intervalSeconds = seconds
            case "scrape":
                settings.sources += try strings(value, name, place).map { Source(kind: .exporter, url: $0) }
            case "prometheus":
                settings.sources += try strings(value, name, place).map { Source(kind: .prometheus, url: $0) }
            case "serve":
                settings.serve = try LoopbackAddress(try string(value, name, place))
            case "inventory":
                settings.maker.inventory = try inventory(file: try string(value, name, place))
            case "gpuFirst":
                guard let first = value.scalar.flatMap({ Int($0.string) }), (0...1).contains(first) else {
                    throw SettingsError("\(place): gpuFirst is 0 or 1")
                }
                settings.maker.gpuFirst = first
            case "series":
                guard let items = value.sequence, !items.isEmpty else {
                    throw SettingsError("\(place): series must be a list")
                }
                settings.series = []
                for item in items { settings.series.append(try series(item, file)) }
            default:
                throw SettingsError("\(place): unknown setting \(name); there are \(keys.joined(separator: ", "))")
            }
        }
        return settings
    }

    private static func string(_ node: Node, _ name: String, _ place: String) throws(SettingsError) -> String {
        guard let text = node.scalar?.string, !text.isEmpty else {
            throw SettingsError("\(place): \(name) must be a text")
        }
        return text
    }

    private static func strings(_ node: Node, _ name: String, _ place: String) throws(SettingsError) -> [String] {
        guard let items = node.sequence else { return [try string(node, name, place)] }
        var result: [String] = []
        for item in items { result.append(try string(item, name, place)) }
        return result
    }

    private static func series(_ node: Node, _ file: String) throws(SettingsError) -> SeriesMapping {
        let place = "\(file):\(node.mark?.line ?? 0)"
        guard let mapping = node.mapping else { throw SettingsError("\(place): a series has names and values") }
        var fields: [String: String] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard seriesKeys.contains(name) else {
                throw SettingsError(
                    "\(place): unknown field \(name) of a series; there are \(seriesKeys.joined(separator: ", "))")
            }
            fields[name] = try string(value, name, place)
        }
        func template(_ name: String) throws(SettingsError) -> LabelTemplate? {
            guard let text = fields[name] else { return nil }
            guard let template = LabelTemplate(text) else {
                throw SettingsError(
                    "\(place): \(name): \(text) is no template; write {label}, {label:host} or {label:short}")
            }
            return template
        }
        guard let metric = fields["metric"] else { throw SettingsError("\(place): a series needs its metric") }
        let (node, gpu, rack, budget) = (
            try template("node"), try template("gpu"), try template("rack"), try template("budget")
        )
        let subject: SeriesMapping.Subject
        let part = fields["part"]
        guard part == nil || part == "gpus" && node != nil && gpu == nil else {
            throw SettingsError("\(place): part is gpus, with a node and no gpu")
        }
        switch (node, rack, budget) {
        case (let node?, nil, nil) where part != nil: subject = .gpus(node)
        case (let node?, nil, nil): subject = .node(node, gpu: gpu)
        case (nil, let rack?, nil) where gpu == nil: subject = .rack(rack)
        case (nil, nil, let budget?) where gpu == nil: subject = .budget(budget)
        default: throw SettingsError("\(place): a series has one of node (with or without gpu), rack and budget")
        }
        guard let unit = SeriesUnit(rawValue: fields["unit"] ?? "watts") else {
            let known = SeriesUnit.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsError("\(place): unit is one of \(known)")
        }
        if unit == .millijoules, gpu == nil {
            throw SettingsError("\(place): energy counters are of GPUs: give node and gpu")
        }
        return SeriesMapping(metric: metric, query: fields["query"], subject: subject, unit: unit)
    }

    /// Reads lines like `GPU-5c89…: memphis-1-h1-b001-r1-n1:3`, by UUID the node and its GPU's module id.
    static func inventory(file: String) throws(SettingsError) -> [String: GPUPlace] {
        var result: [String: GPUPlace] = [:]
        for (key, value) in try root(of: try text(of: file), file: file) {
            let words = (value.string ?? "").split(separator: ":", omittingEmptySubsequences: false)
            guard let uuid = key.string, words.count == 2, !words[0].isEmpty, let module = Int(words[1]),
                (1...8).contains(module)
            else {
                throw SettingsError(
                    "\(file):\(key.mark?.line ?? 0): expected UUID: node:module, with a module from 1 to 8")
            }
            result[uuid] = GPUPlace(node: String(words[0]), module: module)
        }
        return result
    }
}

/// An address and a port on this machine alone.
struct LoopbackAddress: Equatable, Sendable {
    let host: String
    let port: Int

    /// Reads `127.0.0.1:9809`, `[::1]:9809` or `localhost:9809`; port 0 lets the system choose.
    init(_ text: String) throws(SettingsError) {
        let colon = text.lastIndex(of: ":") ?? text.startIndex
        let host = text[..<colon].trimmingPrefix("[").replacing("]", with: "")
        guard let port = Int(text[colon...].dropFirst()), (0...65_535).contains(port) else {
            throw SettingsError("serve: expected an address like 127.0.0.1:9809, not \(text)")
        }
        guard host == "localhost" || host == "::1" || host.hasPrefix("127.") else {
            throw SettingsError(
                "serve: \(host) is not of this machine alone; the metrics are not encrypted and ask for no password, so "
                    + "serve them on 127.0.0.1 and put a proxy before that")
        }
        self.host = String(host)
        self.port = port
    }
}
