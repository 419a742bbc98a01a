// A probe: one cheap question at even times, so that no pause is missed.

import Foundation
import Glibc
import Simulation

/// Asks the same again and again at fixed times; what takes long is noted with what the daemon did.
struct SoakProbe {
    let scene: SoakScene
    let watch: SoakWatch
    /// The name under which it is measured.
    let kind: String
    let method: String
    let path: String
    let body: String?
    let interval: Int64

    /// A read that is answered from the published view.
    static func reads(_ scene: SoakScene, _ watch: SoakWatch, micros: Int) -> SoakProbe {
        SoakProbe(
            scene: scene, watch: watch, kind: "probe reads", method: "GET",
            path: "/v1/tenants/\(tenant)/allocation", body: nil, interval: Int64(micros) * 1_000)
    }

    /// A command that goes through the writer's queue and changes nothing: a tenant that is put as it is.
    static func writes(_ scene: SoakScene, _ watch: SoakWatch, micros: Int) -> SoakProbe {
        SoakProbe(
            scene: scene, watch: watch, kind: "probe writes", method: "PUT", path: "/v1/tenants/\(tenant)",
            body: #"{"description":"probe","reason":"soak"}"#, interval: Int64(micros) * 1_000)
    }

    /// A tenant without leases.
    static let tenant = "soak-probe"

    func run() {
        while let life = scene.awaitLife() {
            do { try ask(life) } catch {
                if scene.life == life, !scene.isOver {
                    scene.noteTrouble("\(kind): \(error)")
                    scene.rest(seconds: 1)
                }
            }
        }
    }

    private func ask(_ life: Int) throws {
        let connection = try PlainConnection(path: scene.socket)
        let waits = ProcessFile("/proc/thread-self/schedstat")
        let body = body.map { Array($0.utf8) }
        var next = steadyNanoseconds()
        var waitedBefore = waits?.number(1) ?? 0
        while !scene.isOver, scene.life == life {
            next += interval
            SoakTime.sleep(until: next)
            // What was due while the daemon was being ended counts for nothing.
            guard scene.life == life else { return }
            // A pause is counted from when it was really sent, so that one pause is not many; latencies from when it
            // should have been.
            let sent = steadyNanoseconds()
            let answer = try connection.request(method, path, body)
            let now = steadyNanoseconds()
            let waited = waits?.number(1) ?? 0
            scene.record(kind, kind: nil, now - next)
            if now - sent > SoakWatch.pauseNotedMin {
                watch.note(kind, from: sent, until: now, ownWait: waited - waitedBefore)
            }
            waitedBefore = waited
            if !answer.isDone { scene.noteTrouble("\(kind) were answered \(answer.status)") }
        }
    }
}
