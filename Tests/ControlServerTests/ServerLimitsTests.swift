// Connections never take the last files that the process may have open.

import Testing

@testable import ControlServer

@Suite("Bounds on connections")
struct ServerLimitsTests {
    @Test(
        "leave files for everything else, however few there are",
        arguments: [
            (32_768, 16_384), (16_896, 16_384), (16_895, 16_383), (1_024, 512), (700, 188), (683, 171), (256, 64),
            (1, 1),
            (Int.max, 16_384),
        ])
    func within(openFiles: Int, connections: Int) {
        #expect(ServerLimits().within(openFiles: openFiles).connections == connections)
    }

    @Test("stay as they are set where there are files enough, and everything else with them")
    func others() {
        var limits = ServerLimits()
        limits.connections = 100
        #expect(limits.within(openFiles: 1_024) == limits)
        limits.connections = 600
        var fewer = limits
        fewer.connections = 512
        #expect(limits.within(openFiles: 1_024) == fewer)
        #expect(ServerLimits.openFilesMax > 0)
    }

    @Test("count against what is left: others first, then operators, and then nobody")
    func counts() {
        let counts = ConnectionCounts(limits: ServerLimits().within(openFiles: 256))
        let user = Connection.Origin.user(1_000)
        for _ in 0..<64 { #expect(counts.enter(user, isOperator: false) == nil) }
        #expect(counts.enter(user, isOperator: false) == .inAll(64))
        for _ in 0..<ServerLimits.connectionsKeptForOperators { #expect(counts.enter(user, isOperator: true) == nil) }
        #expect(counts.enter(user, isOperator: true) == .inAll(64))
        counts.leave(user)
        #expect(counts.enter(user, isOperator: true) == nil)
    }
}
