// Long polls of many tenants on one thread: each is sent again with the index of its answer.

import Foundation
import Glibc

/// Waiting polls and a stream of events.
struct SoakPolls {
    let scene: SoakScene
    let settings: SoakSettings

    private struct Waiting {
        var connection: PlainConnection
        var path: String
    }

    /// Polls until the run is over.
    func run() {
        while let life = scene.awaitLife() {
            do { try serve(life) } catch let lost as ConnectionLost {
                if scene.life == life, !scene.isOver {
                    scene.noteTrouble(lost.isSilent ? "a poll had no answer" : "a poll's connection was closed")
                    usleep(100_000)
                }
            } catch {
                scene.noteTrouble("a poll: \(error)")
            }
        }
    }

    private func serve(_ life: Int) throws {
        var waiting: [Waiting] = []
        for number in 0..<settings.polls {
            let path = "/v1/tenants/\(SoakClient.tenantName(number % settings.tenants))/allocation"
            let poll = Waiting(connection: try PlainConnection(path: scene.socket), path: path)
            try poll.connection.send("GET", path + "?index=0")
            waiting.append(poll)
        }
        var polled = waiting.map { pollfd(fd: $0.connection.descriptor, events: Int16(POLLIN), revents: 0) }
        while !scene.isOver, scene.life == life {
            guard poll(&polled, nfds_t(polled.count), 200) > 0 else { continue }
            for place in polled.indices where polled[place].revents != 0 {
                let answer = try waiting[place].connection.receive()
                guard answer.isDone, let index = answer.headers["berth-index"] else {
                    scene.noteTrouble("a poll was answered \(answer.status)")
                    scene.rest(seconds: 1)
                    throw ConnectionLost()
                }
                scene.noteWoken()
                try waiting[place].connection.send("GET", waiting[place].path + "?index=\(index)&wait=60s")
            }
        }
    }

    /// Follows the events of all tenants until the run is over.
    func follow() {
        while let life = scene.awaitLife() {
            do {
                let connection = try PlainConnection(path: scene.socket)
                try connection.send("GET", "/v1/events?follow=true")
                try connection.discard { bytes in
                    scene.noteEventBytes(bytes)
                    return !scene.isOver && scene.life == life
                }
            } catch {
                if scene.life == life, !scene.isOver {
                    scene.noteTrouble("the stream of events ended: \(error)")
                    scene.rest(seconds: 1)
                }
            }
        }
    }
}
