// Feeds one decoder what libFuzzer makes up: BERTH_FUZZ=TARGET berth-fuzz [libFuzzer's arguments].

import Foundation
import LibFuzzer

@main
enum Main {
    /// Set once, before the first input.
    nonisolated(unsafe) private static var target = FuzzTarget.all[0]

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "list":
            for target in FuzzTarget.all { print("\(target.name)\t\(target.bytesMax)\t\(target.summary)") }
        case "seeds":
            guard arguments.count == 2 else { fail("usage: berth-fuzz seeds FOLDER") }
            do { try Corpora.write(to: arguments.last!) } catch { fail("the seeds cannot be written: \(error)") }
        default: fuzz()
        }
    }

    private static func fuzz() {
        let names = FuzzTarget.all.map(\.name).joined(separator: ", ")
        guard let name = ProcessInfo.processInfo.environment["BERTH_FUZZ"], let target = FuzzTarget.named(name) else {
            fail("set BERTH_FUZZ to one of \(names); or say list, or seeds FOLDER")
        }
        self.target = target
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
                // -1 keeps an input out of the corpus.
                Main.target.take(Array(UnsafeBufferPointer(start: bytes, count: count))) ? 0 : -1
            })
    }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(2)
    }
}
