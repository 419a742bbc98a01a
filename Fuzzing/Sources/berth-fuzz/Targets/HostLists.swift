// Compact lists of names.

@testable import ControlAPI

#if canImport(CommandFiles)
    @testable import CommandFiles
#else
    @testable import berth
#endif

extension FuzzTarget {
    static let hostLists = FuzzTarget(
        "host-lists", "compact lists of names", bytesMax: 1_024,
        words: { ["[", "]", "-", ",", "[1-8]", "[001-200]", "memphis-1-h1-b001-r1-n"] },
        seeds: {
            [
                ("nodes", "memphis-1-h1-b012-r3-n[1-8]"), ("paths", "memphis-2/h[1-7]/r[001-200]"), ("one", "n1"),
                ("mixed", "a1, a[2-3],b[08-11]c[1,3],x"), ("nested", "a[[1]]"), ("open", "a[1"),
                ("descending", "a[3-1]"),
                ("large", "a[1-999999999999999999]"), ("padded", "n[000000000000000001-3]"), ("empty", "a,,b"),
            ].map { ($0.0, Array($0.1.utf8)) }
        }
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        _ = DomainPath.steps(of: text)
        let names: [String]
        do {
            names = try HostList.expand(text, countMax: 2_000)
            try require(try HostList.count(text) == names.count, "a list has as many names as it says")
        } catch {
            say(error)
            return true
        }
        // What is no name of hardware is not folded.
        guard names.allSatisfy({ !$0.contains { "[], ".contains($0) } }) else { return true }
        let folded = HostList.fold(names).joined(separator: ",")
        guard let again = try? HostList.expand(folded, countMax: 2_000) else {
            fatalError("a folded list expands: \(folded)")
        }
        require(Set(again) == Set(names) && again.count == Set(names).count, "a folded list is of the same names")
        return true
    }
}
