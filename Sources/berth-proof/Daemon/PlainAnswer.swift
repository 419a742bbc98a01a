// What an answer says.

import ControlAPI

extension PlainAnswer {
    var isDone: Bool { (200..<300).contains(status) }

    func decoded<Answer: Decodable>(_ type: Answer.Type) throws -> Answer {
        do { return try StrictJSON.decode(type, from: body, unknownFields: .ignored) } catch {
            throw ProofFault("an answer with status \(status) cannot be read: \(error)")
        }
    }

    /// The code of a refusal.
    var code: String {
        guard let problem = try? decoded(Problem.self) else { return "status \(status)" }
        return problem.code?.rawValue ?? problem.type
    }
}
