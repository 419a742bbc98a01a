// Text on a screen: widths, bars, locales.

import Testing

@testable import berth

@Suite("Text on a screen")
struct ScreenTests {
    @Test("is measured in columns, of which East Asian letters take two")
    func widths() {
        #expect(StyledText("abc").width == 3 && StyledText("日本").width == 4)
        #expect(StyledText("日本語").cut(to: 4).plain == "日…" && StyledText("日本語").cut(to: 4).width <= 4)
        #expect(StyledText("abcdef").cut(to: 4).plain == "abc…" && StyledText("abc").cut(to: 3).plain == "abc")
        #expect(StyledText("7").fitted(to: 3, isNumber: true).plain == "  7")
    }

    @Test("holds no control characters, whoever wrote it")
    func controls() {
        #expect(StyledText("a\u{1B}[2Jb\nc").plain == "a?[2Jb?c")
    }

    @Test("has its styles in colour, and none without")
    func styles() {
        let text = StyledText("a", .bad) + "b"
        #expect(text.rendered(inColour: true) == "\u{1B}[31ma\u{1B}[0mb" && text.rendered(inColour: false) == "ab")
    }

    @Test("a bar has its shares in its width, and shows the least share")
    func bars() {
        let bar = Bar(
            shares: [
                .init(amount: 500, fill: .full, style: .good), .init(amount: 1, fill: .half, style: .bad),
            ], whole: 1_000, mark: 750)
        #expect(bar.text(columnCount: 20, glyphs: .ascii).plain == "##########+....|....")
        for width in 0...40 { #expect(bar.text(columnCount: width, glyphs: .unicode).width == width) }
        let over = Bar(shares: [.init(amount: 12, fill: .full, style: .bad)], whole: 10, mark: 15)
        #expect(over.text(columnCount: 10, glyphs: .ascii).plain == "#########|")
    }

    private static let localeSamples: [([String: String], Bool)] = [
        (["LANG": "en_US.UTF-8"], true), (["LANG": "C"], false), ([:], false),
        (["LC_ALL": "C", "LANG": "C.UTF-8"], false),
        (["LC_CTYPE": "de_DE.utf8"], true), (["LC_ALL": "", "LANG": "C.UTF-8"], true),

    ]

    @Test("is drawn with what the locale has", arguments: localeSamples)
    func locales(_ environment: [String: String], _ isUnicode: Bool) {
        #expect(Glyphs.suitable(for: environment) == (isUnicode ? .unicode : .ascii))
    }

    @Test("tells a length of time in its two largest units")
    func lengths() {
        let texts = [
            (0, "now"), (45, "in 45s"), (90, "in 1m"), (3_700, "in 1h 1m"), (7_200, "in 2h"), (97_200, "in 1d 3h"),
            (8_640_000, "in 100d"),
        ]
        for (seconds, text) in texts { #expect(remaining(Int64(seconds)) == text) }
    }
}
