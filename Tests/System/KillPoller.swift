// A tenant that polls while the daemon is killed and started again.

/// The last answer that a tenant saw.
struct PollSeen: Sendable {
    var index = 0
    var tag = ""
    var body: [UInt8] = []
    var answerCount = 0
    var troubles: [String] = []
}

enum KillPoller {
    /// Polls until the connection is lost.
    static func run(tenant: String, socket: String, from start: PollSeen) -> PollSeen {
        var seen = start
        do {
            let connection = try HTTPConnection(path: socket)
            while true {
                let answer = try connection.get("/v1/tenants/\(tenant)/allocation?index=\(seen.index)&wait=60s")
                note(answer, &seen)
            }
        } catch is ConnectionLost {
            return seen
        } catch is SystemFault {
            return seen
        } catch {
            seen.troubles.append("poll: \(error)")
            return seen
        }
    }

    static func note(_ answer: HTTPAnswer, _ seen: inout PollSeen) {
        guard answer.status == 200, let index = answer.headers["berth-index"].flatMap({ Int($0) }) else {
            return seen.troubles.append("poll: \(answer.status) \(answer.text)")
        }
        if index < seen.index { seen.troubles.append("the index went from \(seen.index) back to \(index)") }
        if index == seen.index && seen.answerCount > 0 && answer.body != seen.body {
            seen.troubles.append("index \(index) had two bodies")
        }
        if answer.json["index"].int != index { seen.troubles.append("the body of index \(index) says another") }
        (seen.index, seen.body, seen.tag) = (index, answer.body, answer.headers["etag"] ?? "")
        seen.answerCount += 1
    }
}
