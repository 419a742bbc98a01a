// What libFuzzer calls: it has the program's main. BERTH_FUZZ=TARGET berth-fuzz [libFuzzer's arguments].

import Foundation

/// Set once, before the first input.
nonisolated(unsafe) private var target = FuzzTarget.all[0]

/// Chooses the target; `list` names them all, and `seeds FOLDER` writes what each begins with.
@_cdecl("LLVMFuzzerInitialize")
public func initializeFuzzer(
    _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "list":
        for target in FuzzTarget.all { print("\(target.name)\t\(target.bytesMax)\t\(target.summary)") }
        exit(0)
    case "seeds":
        guard arguments.count == 2, let folder = arguments.last else { fail("usage: berth-fuzz seeds FOLDER") }
        do { try Corpora.write(to: folder) } catch { fail("the seeds cannot be written: \(error)") }
        exit(0)
    default: break
    }
    let names = FuzzTarget.all.map(\.name).joined(separator: ", ")
    guard let name = ProcessInfo.processInfo.environment["BERTH_FUZZ"], let named = FuzzTarget.named(name) else {
        fail("set BERTH_FUZZ to one of \(names); or say list, or seeds FOLDER")
    }
    target = named
    return 0
}

/// Takes one input; -1 keeps it out of the corpus.
@_cdecl("LLVMFuzzerTestOneInput")
public func takeInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target.take(Array(UnsafeBufferPointer(start: bytes, count: count))) ? 0 : -1
}

private func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(2)
}
