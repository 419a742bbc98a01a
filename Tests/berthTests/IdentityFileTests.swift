// Files of GPUs, a line for each.

import ControlAPI
import Testing

@testable import berth

@Suite("Files of GPUs")
struct IdentityFileTests {
    @Test("lines are read in order; comments and empty lines are none")
    func lines() throws {
        let text = "# hall 1\n\nGPU-1: n1:3\r\n  GPU-2 :  n2:8  \nGPU-3:n3:1"
        let gpus = try IdentityFile.parse(text, file: "gpus.yaml")
        #expect(
            gpus == [
                IdentifiedGPU(node: "n1", module: 3, uuid: "GPU-1"),
                IdentifiedGPU(node: "n2", module: 8, uuid: "GPU-2"),
                IdentifiedGPU(node: "n3", module: 1, uuid: "GPU-3"),
            ])
        #expect(try IdentityFile.parse("", file: "gpus.yaml") == [])
    }

    @Test(
        "a line that is none is named",
        arguments: ["GPU-1: n1", "GPU-1: n1:9", "GPU-1: n1:x", ": n1:1", "GPU-1: :1", "n1"])
    func wrong(line: String) {
        #expect {
            try IdentityFile.parse("GPU-0: n0:1\n\(line)\n", file: "gpus.yaml")
        } throws: { error in
            (error as? CommandFailure)?.message.hasPrefix("gpus.yaml:2: expected a UUID") == true
        }
    }
}
