// Requests that are asked for step by step.

import ControlAPI
import Testing

@testable import berth

@Suite("An interview for a lease")
struct InterviewTests {
    /// A person who gives these answers, and what was said to them.
    private final class Person {
        var answers: [String]
        var heard: [String] = []

        init(_ answers: [String]) { self.answers = answers }

        var dialogue: Dialogue {
            Dialogue(
                ask: { prompt in
                    self.heard.append(prompt)
                    return self.answers.isEmpty ? nil : self.answers.removeFirst()
                }, say: { self.heard.append($0) })
        }
    }

    private let known = LeaseInterview.Known(
        tenants: ["acme", "google"], contracts: [("acme-1", "acme"), ("google-110k", "google")],
        sites: ["memphis-1", "memphis-2"])

    @Test("makes a request of all answers, with what stands in brackets for empty ones")
    func whole() throws {
        let person = Person([
            "acme", "", "nvl72:2:GB200", "node:4", "", "memphis-2", "2026-12-24", "2027-06-01", "80 %", "", "", "trial",
        ])
        let request = try LeaseInterview(dialogue: person.dialogue, known: known).request()
        #expect(request.tenant == "acme" && request.contract == "acme-1" && request.reservations.count == 2)
        #expect(request.sites == ["memphis-2"] && request.start == Timestamp("2026-12-24T00:00:00Z"))
        #expect(request.end == Timestamp("2027-06-01T00:00:00Z") && request.duration == nil)
        #expect(request.capPercent == 80 && request.leaseClass == .standard && request.label == nil)
        #expect(request.reason == "trial" && person.answers.isEmpty)
        #expect(person.heard.contains { $0.contains("Contract (acme-1) [acme-1]") }, "\(person.heard)")
    }

    @Test("asks again after an answer that makes no sense, and says why")
    func again() throws {
        let person = Person([
            "a b", "acme", "none", "blocks:4", "?", "block:4", "", "", "soon", "", "", "300", "highest", "urgent", "",
            "", "",
        ])
        let request = try LeaseInterview(dialogue: person.dialogue, known: known).request()
        #expect(request.reservations.first?.shape == .block && request.highestCap == true && request.sites == nil)
        #expect(request.start == nil && request.duration == WireDuration("30d"))
        for words in ["is no name", "is no shape", "SHAPE:AMOUNT", "is no time", "is no cap", "is no class"] {
            #expect(person.heard.contains { $0.contains(words) }, "\(words)")
        }
    }

    @Test("takes nothing when the input ends, or the answer is not yes")
    func ends() throws {
        #expect(throws: CommandFailure.self) {
            try LeaseInterview(dialogue: Person(["acme"]).dialogue, known: known).request()
        }
        #expect(try Person([" Y "]).dialogue.confirms("Take it?"))
        #expect(try !Person([""]).dialogue.confirms("Take it?"))
        #expect(throws: CommandFailure.self) { try Person([]).dialogue.confirms("Take it?") }
    }
}
