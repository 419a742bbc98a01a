// Every kind of form, each with what becomes of its mutants: what `scripts/mutate.py check` knows.

/// Tested at both sides of each bound.
func isTeen(_ age: Int) -> Bool { age >= 13 && age < 20 }  // failed

/// Tested far from its bound only.
func isLarge(_ count: Int) -> Bool {
    if count > 100 {  // failed survived
        return true  // failed
    }
    return false  // failed
}

/// Its result is looked at by nothing.
@discardableResult
func idle(_ count: Int) -> Int {
    var sum = 0  // survived
    if count == 7 { sum += 1 }  // survived not-reached
    sum = max(sum, count)  // survived
    return sum - 1  // survived
}

func neverCalled(_ count: Int) -> Int { count + 1 }  // not-reached

/// Without its step it has no end.
func digits(_ number: Int) -> Int {
    var (left, count) = (number, 0)  // failed
    while left > 0 {  // failed time
        count += 1  // failed
        left /= 10  // time failed crashed
    }
    return count
}

func last(_ values: [Int]) -> Int { values[values.count - 1] }  // failed crashed

func total(_ values: [Int]) -> Int {
    var sum = 0  // failed
    for index in 0..<values.count where values[index] != 3 { sum += values[index] }  // failed crashed
    return sum
}

func least(_ one: Int, _ other: Int?) -> Int {
    guard let other else { return one }  // failed
    return min(one, other)  // failed
}

/// Pairs, and integers of two types.
func isBefore(_ one: (Int, Int), _ other: (Int, Int)) -> Bool { (one.0, one.1) < (other.0, other.1) }  // failed
func isBelow(_ one: Int32, _ other: Int) -> Bool { one < other }  // failed

/// What is no number has a sum of its own: its other form does not compile.
struct Name: Equatable {
    var text: String
    static func + (one: Name, other: Name) -> Name { Name(text: one.text) }
}

func joined(_ one: Name, _ other: Name) -> Name { one + other }

/// A switch that gives a value: its branches are no statements to leave out.
func kind(_ count: Int) -> Int {
    switch count {
    case 0: isTeen(14) ? 1 : 2  // failed survived not-reached
    default: digits(count)
    }
}

/// Inlined elsewhere, and with a closure of several statements.
public struct Tally {
    @usableFromInline var counts: [Int] = []
    public init() {}
    @inlinable public mutating func add(_ count: Int) {
        counts.append(count)  // failed crashed
        if !(counts.count < 3) { counts.removeFirst() }  // failed crashed
    }
    @inlinable public var first: Int? { counts.first }
    func each(_ body: (Int) -> Void) { for count in counts { body(count) } }  // failed
}
