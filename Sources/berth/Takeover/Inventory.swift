// What was found in the machines: a row for each GPU, as nvidia-smi or a provisioner reports it.

import ControlAPI
import Foundation

/// One GPU that was found.
struct FoundGPU: Decodable, Equatable {
    var node: String
    /// The module id, where it is known; the order of PCI is another.
    var module: Int?
    var uuid: String?
    /// The product's name, such as `NVIDIA H100 80GB HBM3`.
    var model: String?
    var watts: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case node, module, uuid, model, watts
    }
}

/// An inventory as it was read.
struct Inventory {
    var gpus: [FoundGPU] = []

    init(gpus: [FoundGPU]) { self.gpus = gpus }

    /// Reads a file of all nodes (CSV with a column `node`, or JSON), or a folder with a CSV file for each node, named after it.
    init(path: String) throws {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isFolder.boolValue {
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter {
                $0.hasSuffix(".csv")
            }
            guard !names.isEmpty else {
                throw CommandFailure(status: .badRequest, message: "\(path): there is no .csv file in it")
            }
            for name in names.sorted() {
                gpus += try Self.table(path + "/" + name, node: String(name.dropLast(4)))
            }
        } else if path.hasSuffix(".json") {
            let text = try StrictYAML.read(path, name: path)
            do {
                gpus = try StrictJSON.decode([FoundGPU].self, from: Array(text.utf8))
            } catch {
                throw CommandFailure(status: .badRequest, message: "\(path): \(error)")
            }
        } else {
            gpus = try Self.table(path, node: nil)
        }
    }

    /// - Parameter node: whose file it is; nil where a column says it.
    private static func table(_ path: String, node: String?) throws -> [FoundGPU] {
        let file = try CommaSeparated(try StrictYAML.read(path, name: path), name: path)
        let nodeColumn = file.column("node", "host", "hostname")
        guard node != nil || nodeColumn != nil else {
            throw CommandFailure(
                status: .badRequest, message: "\(path):1: there is no column node",
                advice: "Name the node in each row, or give a folder with a file NODE.csv for each.")
        }
        let module = file.column("module", "module_id", "gpu_module_id")
        let uuid = file.column("uuid", "gpu_uuid")
        let model = file.column("model", "name", "gpu_name")
        let watts = file.column("power.draw [w]", "power.draw", "watts", "draw")
        guard uuid != nil || module != nil else {
            throw CommandFailure(
                status: .badRequest, message: "\(path):1: there is neither a column uuid nor a column module")
        }
        return try file.rows.map { row in
            func text(_ column: Int?) -> String? {
                column.map { row.fields[$0] }.flatMap {
                    $0.isEmpty || $0 == "[N/A]" || $0 == "[Not Supported]" ? nil : $0
                }
            }
            func number<Value>(_ column: Int?, _ read: (String) -> Value?) throws -> Value? {
                guard let text = text(column) else { return nil }
                guard let value = read(text.replacing(" W", with: "")) else {
                    throw CommandFailure(
                        status: .badRequest, message: "\(path):\(row.line): \"\(text)\" is not a number")
                }
                return value
            }
            guard let name = node ?? text(nodeColumn) else {
                throw CommandFailure(status: .badRequest, message: "\(path):\(row.line): the row names no node")
            }
            return FoundGPU(
                node: name, module: try number(module) { Int($0) }, uuid: text(uuid), model: text(model),
                watts: try number(watts) { Double($0) })
        }
    }
}
