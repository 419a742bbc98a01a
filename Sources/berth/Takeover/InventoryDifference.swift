// What the book says is there against what was found.

import ControlAPI
import FleetModel

/// What is otherwise than the book has it.
enum InventoryFinding: String, Encodable, CaseIterable {
    case unknownNode = "unknown-node"
    case unknownModule = "unknown-module"
    case missingGPU = "missing-gpu"
    case otherModel = "other-model"
    case uuidTwice = "uuid-twice"
    case uuidMoved = "uuid-moved"
    case otherUUID = "other-uuid"
    case drawsThoughFree = "draws-though-free"
    case idleThoughLeased = "idle-though-leased"

    /// For people.
    var title: String {
        switch self {
        case .unknownNode: "not in the fleet"
        case .unknownModule: "no such module"
        case .missingGPU: "GPU missing"
        case .otherModel: "another model"
        case .uuidTwice: "UUID found twice"
        case .uuidMoved: "UUID was elsewhere"
        case .otherUUID: "another UUID"
        case .drawsThoughFree: "draws though free"
        case .idleThoughLeased: "idle though leased"
        }
    }
}

/// One difference.
struct InventoryDifference: Encodable, Equatable {
    var kind: InventoryFinding
    var node: String
    var module: Int?
    var uuid: String?
    var lease: String?
    var detail: String
}

/// A node as the book has it.
struct BookedNode {
    var platform: String
    var holders: [String]
    var isClosed: Bool
    /// UUIDs by module, as far as the book knows them.
    var uuids: [Int: String] = [:]
}

/// What came of a comparison.
struct InventoryReport: Encodable {
    var differences: [InventoryDifference] = []
    /// Nodes and GPUs that were found and are in the fleet.
    var nodes = 0
    var gpus = 0
    /// Nodes of the fleet of which nothing was found.
    var nodesNotReported = 0
    /// GPUs found whose UUID the book does not know.
    var uuidsNotKnown = 0

    /// - Parameters:
    ///   - book: the fleet's nodes by name.
    ///   - platforms: platforms by name.
    ///   - earlier: an inventory of before, for UUIDs that have moved.
    init(
        _ found: Inventory, against book: [String: BookedNode], platforms: [String: Platform],
        earlier: Inventory? = nil, marginPercent: Int = 25
    ) {
        var byNode: [String: [FoundGPU]] = [:]
        for gpu in found.gpus { byNode[gpu.node, default: []].append(gpu) }
        var places: [String: FoundGPU] = [:]
        for gpu in earlier?.gpus ?? [] { if let uuid = gpu.uuid { places[uuid] = gpu } }
        var seen: [String: String] = [:]
        for node in byNode.keys.sorted() {
            let gpus = byNode[node]!
            guard let booked = book[node], let platform = platforms[booked.platform] else {
                differences.append(
                    InventoryDifference(kind: .unknownNode, node: node, detail: "\(gpus.count) GPUs were found in it"))
                continue
            }
            nodes += 1
            self.gpus += gpus.count
            compare(gpus, of: node, booked, platform)
            for gpu in gpus { compareUUID(of: gpu, booked, places, &seen) }
            compareDraw(of: gpus, on: node, booked, platform, marginPercent)
        }
        nodesNotReported = book.count - nodes
    }

    private mutating func compare(_ gpus: [FoundGPU], of node: String, _ booked: BookedNode, _ platform: Platform) {
        let modules = gpus.compactMap(\.module)
        for gpu in gpus {
            if let module = gpu.module, !(1...platform.gpusPerNode).contains(module) {
                differences.append(
                    InventoryDifference(
                        kind: .unknownModule, node: node, module: module, uuid: gpu.uuid,
                        detail: "\(platform.name) has modules 1 to \(platform.gpusPerNode)"))
            }
            if let model = gpu.model, !Self.isModel(platform.gpu, in: model) {
                differences.append(
                    InventoryDifference(
                        kind: .otherModel, node: node, module: gpu.module, uuid: gpu.uuid,
                        detail: "\(model), and the fleet has \(platform.gpu)"))
            }
        }
        let holder = booked.holders.first
        if modules.count == gpus.count {
            for module in 1...platform.gpusPerNode where !modules.contains(module) {
                differences.append(
                    InventoryDifference(
                        kind: .missingGPU, node: node, module: module, lease: holder, detail: "it was not found"))
            }
        } else if gpus.count < platform.gpusPerNode {
            differences.append(
                InventoryDifference(
                    kind: .missingGPU, node: node, lease: holder,
                    detail: "\(gpus.count) of \(platform.gpusPerNode) GPUs were found"))
        }
    }

    private mutating func compareUUID(
        of gpu: FoundGPU, _ booked: BookedNode, _ places: [String: FoundGPU], _ seen: inout [String: String]
    ) {
        guard let uuid = gpu.uuid else { return }
        func note(_ kind: InventoryFinding, _ detail: String) {
            differences.append(
                InventoryDifference(
                    kind: kind, node: gpu.node, module: gpu.module, uuid: uuid, lease: booked.holders.first,
                    detail: detail))
        }
        if let other = seen.updateValue(gpu.node, forKey: uuid) { note(.uuidTwice, "it was found on \(other), too") }
        if let known = gpu.module.flatMap({ booked.uuids[$0] }) {
            if known != uuid { note(.otherUUID, "the book has \(known)") }
        } else {
            uuidsNotKnown += 1
        }
        guard let before = places[uuid] else { return }
        let hasMoved =
            before.node != gpu.node || before.module != nil && gpu.module != nil && before.module != gpu.module
        if hasMoved {
            note(.uuidMoved, "it was on \(before.node)" + (before.module.map { " module \($0)" } ?? ""))
        }
    }

    /// A node in no lease draws what idle GPUs draw; one that is leased to work draws more than that.
    private mutating func compareDraw(
        of gpus: [FoundGPU], on node: String, _ booked: BookedNode, _ platform: Platform, _ marginPercent: Int
    ) {
        let draws = gpus.compactMap(\.watts)
        guard draws.count == gpus.count, !draws.isEmpty else { return }
        let watts = Int(draws.reduce(0, +))
        let idle = Int(platform.power.gpuIdleWatts) * gpus.count
        if booked.holders.isEmpty {
            guard watts > idle + idle * marginPercent / 100 else { return }
            differences.append(
                InventoryDifference(
                    kind: .drawsThoughFree, node: node,
                    detail: "\(watts) W in its GPUs, idle they draw \(idle) W"
                        + (booked.isClosed ? "; it is closed" : "")))
        } else if draws.allSatisfy({ $0 == 0 }) {
            differences.append(
                InventoryDifference(
                    kind: .idleThoughLeased, node: node, lease: booked.holders.first, detail: "its GPUs draw nothing"))
        }
    }

    /// Whether a product's name is of a model: the model's letters and digits stand in it as a word.
    private static func isModel(_ model: String, in product: String) -> Bool {
        product.uppercased().split { !$0.isLetter && !$0.isNumber }.contains { $0 == model.uppercased() }
    }
}
