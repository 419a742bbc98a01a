// How much the future counts beside the present.

/// A discount that halves with time, in integers.
///
/// Room that a placement takes in the distant future hardly matters: other instances will have come and gone by then.
/// The half-life follows the leases: a twelfth of the mean life of those seen. With exponential lives
/// a sixteenth to a quarter do within a third of a percent of each other.
struct SliceDecay: Sendable {
    private var lifeSum: Int64 = 0
    private var lifeCount: Int64 = 0
    private var halfLife: Int64 = 1

    /// The weight of the present beside the whole future, which is 512: room that is wanted at once is certain, and the
    /// order of FGD holds unless the future says much against it.
    static var present: Int64 { 1_024 }

    private static var lifeCountMax: Int64 { 4_096 }
    private static var lifeMax: Int64 { 1 << 40 }
    private static var share: Int64 { 12 }

    /// Counts the life of a request, in the unit that ends are in.
    mutating func note(_ life: Int64) {
        if lifeCount == Self.lifeCountMax {
            lifeSum /= 2
            lifeCount /= 2
        }
        lifeSum += min(life, Self.lifeMax)
        lifeCount += 1
        halfLife = max(1, lifeSum / lifeCount / Self.share)
    }

    /// The discounted length of `[0, time)` in 256ths of a half-life: from 0 to 512, never falling.
    ///
    /// Straight between the half-lives, and exact there: after n of them 512 × (1 - 2^-n).
    func discounted(_ time: Int64) -> Int64 {
        let (halvings, rest) = time.quotientAndRemainder(dividingBy: halfLife)
        guard halvings < 9 else { return 512 }
        return 512 - (512 >> halvings) + (rest * 256 / halfLife) >> halvings
    }
}
