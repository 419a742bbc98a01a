// The command line: one verb, then `--name value`.

import Foundation
import Packing
import SampleFleets

struct Arguments {
    let verb: String
    private var values: [String: String] = [:]

    init(_ arguments: [String]) throws {
        guard let verb = arguments.first, !verb.hasPrefix("-") else { throw CoreFault(Arguments.usage) }
        self.verb = verb
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else {
                throw CoreFault("\(name) wants a value\n\(Arguments.usage)")
            }
            values[String(name.dropFirst(2))] = value
        }
    }

    func optional(_ name: String) -> String? { values[name] }

    func numbers(_ name: String, _ otherwise: [Int]) throws -> [Int] {
        guard let text = values[name] else { return otherwise }
        return try text.split(separator: ",").map { part in
            guard let number = Int(part), number >= 0 else {
                throw CoreFault("--\(name) \(text): \(part) is no number")
            }
            return number
        }
    }

    func number(_ name: String, _ otherwise: Int) throws -> Int {
        guard let number = try numbers(name, [otherwise]).first else { throw CoreFault("--\(name) is empty") }
        return number
    }

    /// What scans are made with: the widest that the machine has, unless said.
    func instructionSet() throws -> InstructionSet {
        guard let name = values["instruction-set"] else { return .widest }
        guard let set = InstructionSet(rawValue: name), set.isAvailable else {
            throw CoreFault("--instruction-set \(name): this machine has no such set")
        }
        return set
    }

    var fleetPath: String { values["fleet"] ?? SampleFleets.defaultPath }

    static let usage = """
        berth-core VERB
          table    decisions by occupancy, memory, instructions and the floor of memory bandwidth
                   [--fleet FILE] [--occupancy 0,50,90,99] [--future 10000] [--rows gpu-1,block] [--csv FILE]
                   [--instruction-set baseline|avx2|avx512]
                   [--valgrind yes|no]   instructions and cache lines need valgrind
          growth   cost by the size of the fleet and of its calendar
                   --csv FILE [--svg FILE] [--gpus 10000,...] [--future 0,...]
          forks    what-if plans on forks of a full book, and the writer meanwhile
                   [--samples 400] [--leases 10000]
          refusals explanations of refusals with blockers and counter-offers, on a book
                   [--occupancy 50,90,99] [--future 10000]
          plot     the figure of growth from its numbers: --csv FILE --svg FILE
        """
}

func write(_ text: String, to path: String) throws {
    do {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
        throw CoreFault("\(path): \(error.localizedDescription)")
    }
}
