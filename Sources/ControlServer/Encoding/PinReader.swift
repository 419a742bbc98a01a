// The nodes that lines are pinned to, by the names in a request.

import ControlAPI
import FleetModel
import Leasing

/// Reads the pins of all lines of a request; a text is looked up once, and all of them together stand for no more names than one host
/// list may.
final class PinReader {
    // One for each request, used by the task that decodes it.
    private var known: [String: [Range<Int>]] = [:]
    private var namesLeft = WireLimits.hostListNamesMax

    /// The nodes of a line's pins, ascending ranges that do not touch; nil when there are none.
    func nodes(_ pins: [String]?, in fleet: Fleet, _ pointer: String) throws -> [Range<Int>]? {
        guard let pins else { return nil }
        var nodes: [Range<Int>] = []
        for (place, text) in pins.enumerated() {
            do {
                nodes += try self.nodes(text, in: fleet)
            } catch {
                throw Problem(
                    .badRequest, detail: "\(error)", pointer: "\(pointer)/\(place)",
                    expected: "a path such as \(fleet.domains[0].path), a node such as "
                        + "\(fleet.nodeName(NodeIndex(0))), or a host list of either, and all pins of a request together at most "
                        + "\(WireLimits.hostListNamesMax) names")
            }
        }
        return nodes.united()
    }

    private func nodes(_ text: String, in fleet: Fleet) throws -> [Range<Int>] {
        if let found = known[text] { return found }
        let names = try HostList.expand(text, countMax: namesLeft)
        namesLeft -= names.count
        let found = try fleet.nodes(named: names)
        known[text] = found
        return found
    }
}
