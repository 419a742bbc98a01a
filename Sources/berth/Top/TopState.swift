// What keys have made of the screen.

/// A part of the screen.
enum TopPane: String, CaseIterable, Sendable {
    case domains, leases, power, notices, events
}

/// Which pane has the keys, how far each is scrolled, and what is shown of leases.
struct TopState: Equatable {
    /// What a key asks for that the screen itself cannot do.
    enum Request: Equatable {
        case quit, refresh, suspend, redraw
    }

    let panes: [TopPane]
    var focus: TopPane
    var offsets: [TopPane: Int] = [:]
    /// How many rows each pane has, so that nobody scrolls past the last.
    var rowCounts: [TopPane: Int] = [:]
    var order = TopOrder.size
    /// Only leases of tenants whose names hold this.
    var filter = ""
    /// What is being typed for it; absent: nothing is.
    var draft: String?
    var isPaused = false
    var isZoomed = false
    var showsHelp = false
    /// Why nothing new comes; absent: something does.
    var trouble: String?

    init(panes: [TopPane]) {
        self.panes = panes
        focus = panes[0]
    }

    /// The panes of a view.
    init(for subject: TopSnapshot.Subject) {
        switch subject {
        case .fleet: self.init(panes: [.domains, .leases, .power, .events])
        case .tenant: self.init(panes: [.leases, .notices, .events])
        }
    }

    mutating func take(_ key: Key) -> Request? {
        switch key {
        case .interrupt: return .quit
        case .suspend: return .suspend
        case .redraw: return .redraw
        default: break
        }
        if draft != nil {
            type(key)
            return nil
        }
        if showsHelp {
            showsHelp = false
            return key == .character("q") ? .quit : nil
        }
        return command(key)
    }

    private mutating func type(_ key: Key) {
        switch key {
        case .character(let character): draft?.append(character)
        case .backspace: draft = draft.map { String($0.dropLast()) }
        case .enter:
            filter = draft ?? ""
            offsets[.leases] = 0
            draft = nil
        case .escape: draft = nil
        default: break
        }
    }

    private mutating func command(_ key: Key) -> Request? {
        switch key {
        case .character("q"): return .quit
        case .character("r"): return .refresh
        case .character("?"), .character("h"): showsHelp = true
        case .character("p"), .character(" "): isPaused.toggle()
        case .character("s"): order = TopOrder.allCases.element(after: order)
        case .character("/"):
            focus = .leases
            draft = filter
        case .character("z"), .enter: isZoomed.toggle()
        case .escape:
            if isZoomed { isZoomed = false } else { filter = "" }
        case .tab, .right: focus = panes.element(after: focus)
        case .backTab, .left: focus = panes.element(before: focus)
        case .up, .character("k"): scroll(by: -1)
        case .down, .character("j"): scroll(by: 1)
        case .pageUp: scroll(by: -10)
        case .pageDown: scroll(by: 10)
        case .home: offsets[focus] = 0
        case .end: scroll(by: .max / 2)
        default: break
        }
        return nil
    }

    private mutating func scroll(by count: Int) {
        let last = max(0, (rowCounts[focus] ?? 0) - 1)
        offsets[focus] = min(last, max(0, (offsets[focus] ?? 0) + count))
    }
}

extension Array where Element: Equatable {
    /// The next element, the first after the last.
    fileprivate func element(after element: Element) -> Element {
        self[((firstIndex(of: element) ?? -1) + 1) % count]
    }

    fileprivate func element(before element: Element) -> Element {
        self[((firstIndex(of: element) ?? 0) + count - 1) % count]
    }
}
