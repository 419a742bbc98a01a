// Frames of berth top.

import ControlAPI
import Testing

@testable import berth

@Suite("A frame of berth top")
struct TopFrameTests {
    private func frame(
        _ snapshot: TopSnapshot, glyphs: Glyphs = .unicode, _ change: (inout TopState) -> Void = { _ in }
    )
        -> TopFrame
    {
        var state = TopState(for: snapshot.subject)
        for pane in state.panes { state.rowCounts[pane] = snapshot.table(of: pane, state).rows.count }
        change(&state)
        return TopFrame(snapshot: snapshot, state: state, glyphs: glyphs)
    }

    @Test("of a fleet looks like the golden files, at usual sizes")
    func fleet() throws {
        try GoldenText("top-80x24.txt").expect(frame(TopSamples.fleet).lines(ScreenSize(rows: 24, columns: 80)))
        try GoldenText("top-160x48.txt").expect(frame(TopSamples.fleet).lines(ScreenSize(rows: 48, columns: 160)))
    }

    @Test("has room for its help on a small terminal")
    func help() {
        for snapshot in [TopSamples.fleet, TopSamples.tenant] {
            let frame = frame(snapshot) { $0.showsHelp = true }
            let lines = frame.lines(ScreenSize(rows: 24, columns: 80))
            #expect(frame.helpLines.allSatisfy { lines.contains($0) }, "\(lines.map(\.plain))")
        }
    }

    @Test("says of a lease in turn-round when that is over, and not that it ends")
    func turnRound() throws {
        func row(until time: String?) throws -> String {
            var snapshot = TopSamples.fleet
            var lease = TopSamples.leases[0]
            lease.state = .ending
            lease.nextChangeAt = time.flatMap { Timestamp($0) }
            snapshot.leases = [TopLease(lease)]
            let lines = frame(snapshot).lines(ScreenSize(rows: 48, columns: 160)).map(\.plain)
            return try #require(lines.first { $0.contains("l-7kq2") })
        }
        #expect(try row(until: "2026-12-01T16:30:05Z").contains("turn-round over in 2h"))
        for time in [nil, "2026-12-01T14:00:00Z"] {
            let text = try row(until: time)
            #expect(text.contains("in turn-round") && !text.contains("now"), "\(text)")
        }
        let held = HeldLease(
            id: "l-1", state: .ending, conditions: [], start: TopSamples.now, end: TopSamples.now,
            promised: Capacity(gpus: 8, watts: 1), delivered: Capacity(gpus: 0, watts: 0), allocation: [])
        #expect(TopLease(held, of: "acme").next == .turnRound(until: nil))
    }

    @Test("of a tenant has its leases, notices and events alone")
    func tenant() throws {
        let lines = frame(TopSamples.tenant).lines(ScreenSize(rows: 24, columns: 80))
        try GoldenText("top-tenant-80x24.txt").expect(lines)
        #expect(!lines.contains { $0.plain.contains("POWER") || $0.plain.contains("DOMAINS") })
    }

    @Test(
        "has as many lines as the screen, none wider, at every size", arguments: [1, 2, 5, 12, 24, 61],
        [20, 40, 79, 132, 200])
    func fits(_ rows: Int, _ columns: Int) {
        for snapshot in [TopSamples.fleet, TopSamples.tenant] {
            for isZoomed in [false, true] {
                let lines = frame(snapshot) { $0.isZoomed = isZoomed }.lines(ScreenSize(rows: rows, columns: columns))
                #expect(lines.count == rows)
                #expect(lines.allSatisfy { $0.width <= columns }, "\(lines.map(\.plain))")
            }
        }
    }

    @Test("is of ASCII alone where the terminal has no more")
    func ascii() throws {
        let lines = frame(TopSamples.fleet, glyphs: .ascii).lines(ScreenSize(rows: 24, columns: 80))
        #expect(lines.allSatisfy { $0.plain.utf8.allSatisfy { $0 < 0x80 } }, "\(lines.map(\.plain))")
        try GoldenText("top-ascii-80x24.txt").expect(lines)
    }

    @Test("says when nobody answers, and keeps what was known")
    func trouble() {
        let lines = frame(TopSamples.fleet) { $0.trouble = "no answer (nobody listens on it), trying again" }
            .lines(ScreenSize(rows: 24, columns: 80))
        #expect(lines[0].plain.hasSuffix("no answer (nobody listens on it), trying again"))
        #expect(lines.contains { $0.plain.contains("google") })
    }

    @Test("scrolls to the last row and says which rows it shows")
    func scrolls() {
        let end = frame(TopSamples.fleet) { state in
            state.focus = .events
            _ = state.take(.end)
        }
        let lines = end.lines(ScreenSize(rows: 24, columns: 80)).map(\.plain)
        #expect(lines.contains { $0.contains("▶ EVENTS") && $0.contains("-30/30") }, "\(lines)")
    }

    @Test("shows leases of the tenants that are wanted, in the order that is wanted")
    func filters() {
        let all = frame(TopSamples.fleet)
        #expect(all.snapshot.leases(for: all.state).map(\.tenant) == ["anthropic", "google", "acme", "acme"])
        let some = frame(TopSamples.fleet) { state in
            state.filter = "acme"
            state.order = .next
        }
        #expect(some.snapshot.leases(for: some.state).map(\.id) == ["l-9xy8", "l-3abc"])
    }

    @Test("as a page has every row of a small fleet and no keys")
    func page() {
        let frame = TopFrame(
            snapshot: TopSamples.fleet, state: TopState(for: TopSamples.fleet.subject), glyphs: .unicode, isPage: true)
        let lines = frame.page(columns: 100).map(\.plain)
        #expect(!lines.contains { $0.contains("q quit") || $0.contains("▶") || $0.hasSuffix("live") })
        for domain in TopSamples.domains where domain.path.contains("/") {
            #expect(lines.contains { $0.hasPrefix("  " + domain.path.split(separator: "/")[1]) }, "\(domain.path)")
        }
        #expect(lines.allSatisfy { $0.count <= 100 })
    }
}

@Suite("Keys of berth top")
struct TopKeyTests {
    @Test("come from the bytes of usual terminals")
    func bytes() {
        func keys(_ text: String) -> [Key] { Key.keys(of: Array(text.utf8)) }
        #expect(keys("q\t/") == [.character("q"), .tab, .character("/")])
        #expect(keys("\u{1B}[A\u{1B}[B\u{1B}OC\u{1B}[D") == [.up, .down, .right, .left])
        #expect(keys("\u{1B}[5~\u{1B}[6~\u{1B}[H\u{1B}[4~\u{1B}[Z") == [.pageUp, .pageDown, .home, .end, .backTab])
        #expect(
            keys("\u{1B}") == [.escape]
                && keys("\r\u{7F}\u{03}\u{1A}\u{0C}") == [.enter, .backspace, .interrupt, .suspend, .redraw])
        #expect(keys("\u{1B}[1;5Px\u{1B}[") == [.character("x")])
    }

    @Test("move the focus around, and scroll what has it within its rows")
    func focus() {
        var state = TopState(panes: [.domains, .leases, .power, .events])
        state.rowCounts = [.domains: 3]
        for key in [Key.down, .down, .down, .down, .up] { #expect(state.take(key) == nil) }
        #expect(state.offsets[.domains] == 1)
        #expect(state.take(.tab) == nil && state.focus == .leases)
        #expect(state.take(.backTab) == nil && state.take(.left) == nil && state.focus == .events)
        #expect(state.take(.right) == nil && state.focus == .domains)
    }

    @Test("type a tenant's name after a slash, in which q is a letter")
    func filter() {
        var state = TopState(panes: [.domains, .leases])
        for key in [Key.character("/"), .character("q"), .character("x"), .backspace, .enter] {
            #expect(state.take(key) == nil)
        }
        #expect(state.filter == "q" && state.draft == nil && state.focus == .leases)
        #expect(state.take(.escape) == nil && state.filter.isEmpty)
        #expect(state.take(.character("/")) == nil && state.take(.interrupt) == .quit)
    }

    @Test("pause, sort, zoom, help and quit")
    func commands() {
        var state = TopState(panes: [.leases])
        _ = state.take(.character("p"))
        _ = state.take(.character("s"))
        _ = state.take(.character("z"))
        #expect(state.isPaused && state.order == .watts && state.isZoomed)
        _ = state.take(.escape)
        _ = state.take(.character(" "))
        #expect(!state.isZoomed && !state.isPaused)
        _ = state.take(.character("?"))
        #expect(state.showsHelp && state.take(.down) == nil && !state.showsHelp)
        #expect(state.take(.character("r")) == .refresh && state.take(.redraw) == .redraw)
        #expect(state.take(.suspend) == .suspend && state.take(.character("q")) == .quit)
    }
}
