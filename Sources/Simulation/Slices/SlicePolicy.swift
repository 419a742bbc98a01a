// The rules that are compared on the set of MIG requests.

import Packing

/// A rule for where an instance goes.
///
/// All but `ours` take, on the GPU they choose, the start that blocks least for the mix.
public enum SlicePolicy: String, CaseIterable, Sendable {
    /// A GPU that fits, each equally likely.
    case random
    /// The next GPU after the last that fits.
    case roundRobin = "round-robin"
    /// The lowest GPU that fits.
    case firstFit = "first-fit"
    /// The GPU with fewest free memory slices.
    case bestFit = "best-fit"
    /// The least product of what is asked for and what is free, over memory and compute slices (Tetris, SIGCOMM'14).
    case dotProduct = "dot-product"
    /// The least growth of the windows that are blocked in part, all profiles alike (after arXiv 2511.18906).
    case leastGrowth = "least-growth"
    /// FGD on slices with the true mix (Weng et al., ATC'23).
    case fgd
    /// Berth without knowing when instances end: `SlicePool`, which learns the mix.
    case oursNoEnds = "ours-no-ends"
    /// Berth: ends are known, since leases have them.
    case ours
    /// Berth, moving instances inside their GPU when nothing fits.
    case oursMovesInside = "ours-moves-inside"
    /// Berth, moving up to three instances to any GPU when nothing fits.
    case oursMovesAnywhere = "ours-moves-anywhere"
    /// All instances packed anew at each request, exactly: what first come first served could reach at best.
    case freeMigration = "free-migration"

    /// Whether it destroys instances to create them elsewhere.
    public var moves: Bool {
        switch self {
        case .oursMovesInside, .oursMovesAnywhere, .freeMigration: true
        default: false
        }
    }
}

/// A rule at work on its own GPUs.
protocol SlicePlacer {
    /// Places a request; gives the moves that were made for it.
    mutating func place(_ request: SliceRequest) -> (place: SlicePlacement, moves: [SliceMove])?
    mutating func release(_ profile: Int, at place: SlicePlacement)
}
