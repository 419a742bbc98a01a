import Testing

@testable import Toy

@Suite("Toy")
struct ToyTests {
    @Test("teens") func teens() {
        #expect([12, 13, 14, 19, 20].map(isTeen) == [false, true, true, true, false])
    }

    @Test("large") func large() {
        #expect(isLarge(1000))
        #expect(!isLarge(1))
    }

    @Test("least") func leastOfTwo() {
        #expect(least(1, 2) == 1)
        #expect(least(2, 1) == 1)
        #expect(least(2, nil) == 2)
    }

    @Test("order") func order() {
        #expect(isBefore((1, 2), (1, 3)))
        #expect(!isBefore((1, 2), (1, 2)))
        #expect(isBelow(1, 2))
        #expect(!isBelow(2, 2))
    }
}

@Suite("Toy loops")
struct LoopTests {
    @Test("digits") func digitsOfNumbers() {
        #expect(digits(0) == 0)
        #expect(digits(1) == 1)
        #expect(digits(100) == 3)
        #expect(kind(0) == 1)
    }

    @Test("sums") func sums() {
        #expect(last([1, 2]) == 2)
        #expect(total([4, 3, 1]) == 5)
        #expect(joined(Name(text: "a"), Name(text: "b")) == Name(text: "a"))
        idle(8)
    }

    @Test("tally") func tally() {
        var tally = Tally()
        tally.add(1)
        tally.add(2)
        #expect(tally.first == 1)
        tally.add(3)
        #expect(tally.first == 2)
        var seen: [Int] = []
        tally.each {
            seen.append($0)
            seen.append(0)
        }
        #expect(seen == [2, 0, 3, 0])
    }
}
