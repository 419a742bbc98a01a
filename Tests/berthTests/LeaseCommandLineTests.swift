// Counter-offers as commands.

import ArgumentParser
import ControlAPI
import Testing

@testable import berth

@Suite("A counter-offer's command")
struct LeaseCommandLineTests {
    @Test("reads back as the request it was made of")
    func readsBack() async throws {
        let request = LeaseRequest(
            tenant: "acme", contract: "c-1", label: "x.y",
            reservations: [
                ReservationRequest(shape: .gpu, count: 2, gpus: 4, gpu: ["H100", "H200"], within: .rack),
                ReservationRequest(name: "rest", shape: .node, count: 3),
                ReservationRequest(shape: .mig, count: 7, profile: "1g.10gb+me", spread: SpreadRequest(level: .node)),
                ReservationRequest(shape: .gpu, count: 1, gpus: 3, composed: true, pin: ["a/h1", "a-h1-r[1-2]-n1"]),
            ],
            sites: ["memphis-1", "memphis-2"], start: Timestamp("2026-12-01T12:00:00Z"),
            end: Timestamp("2029-06-01T00:00:00Z"), capPercent: 66, leaseClass: .standard,
            spares: SpareRequest(perDomain: 1), reason: "it's \"fine\"", planToken: "p-1")
        let words = LeaseCommandLine(request).words
        #expect(Array(words.prefix(3)) == ["berth", "lease", "create"])
        let command = try await LeaseCreate.asyncParse(Array(words.dropFirst(3)))
        #expect(command.request.leaseRequest == request)
    }

    @Test("is quoted for a shell only where it must be")
    func quotes() {
        #expect(shellQuoted("block:4") == "block:4")
        #expect(shellQuoted("n[1-8]") == "'n[1-8]'")
        #expect(shellQuoted("it's") == "'it'\\''s'")
        #expect(shellQuoted("") == "''")
    }
}
