// Scans over stretches of a column, many elements at a time, with the widest instructions that the machine has.

import Synchronization

#if arch(x86_64)
    internal import CVectorScan
#endif

/// A set of instructions that scans are made with. All give the same results, bit for bit.
public enum InstructionSet: String, CaseIterable, Sendable {
    /// What every machine has that the program runs on.
    case baseline
    /// 256 bits at a time.
    case avx2
    /// 512 bits at a time.
    case avx512

    /// Whether this machine has it, and its system keeps the registers.
    public var isAvailable: Bool {
        #if arch(x86_64)
            switch self {
            case .baseline: true
            case .avx2: berth_has_avx2()
            case .avx512: berth_has_avx512()
            }
        #else
            self == .baseline
        #endif
    }

    /// The widest that this machine has, and that is allowed.
    public static let widest =
        allCases.last { $0.isAvailable && $0.rank <= ceiling.load(ordering: .relaxed) } ?? .baseline

    private static let ceiling = Atomic<Int>(.max)
    private var rank: Int { Self.allCases.firstIndex(of: self)! }

    /// Allows no wider one than this; to be called before the first fleet is read. It changes no answer.
    public static func narrow(to set: InstructionSet) { ceiling.store(set.rank, ordering: .relaxed) }
}

/// The scans of one instruction set.
@safe struct VectorScan: Sendable {
    private typealias AtLeast = @convention(c) @Sendable (Int64, UnsafePointer<Int64>?, Int) -> UInt64

    private let wide: AtLeast?

    /// The set must be available.
    init(_ set: InstructionSet) {
        precondition(set.isAvailable, "scans are made with what the machine has")
        #if arch(x86_64)
            switch set {
            case .baseline: unsafe wide = nil
            case .avx2: unsafe wide = { unsafe berth_at_least_avx2($0, $1, $2) }
            case .avx512: unsafe wide = { unsafe berth_at_least_avx512($0, $1, $2) }
            }
        #else
            unsafe wide = nil
        #endif
    }

    /// Bit `n` set where element `n` is at least `threshold`. At most 64 elements; O(count / vector width).
    @inline(__always)
    func atLeast(_ threshold: Int64, _ values: UnsafeBufferPointer<Int64>) -> UInt64 {
        let count = min(64, values.count)
        if let wide = unsafe wide { return unsafe wide(threshold, values.baseAddress, count) }
        return unsafe Self.baseline(threshold, values, count)
    }

    private static func baseline(_ threshold: Int64, _ values: UnsafeBufferPointer<Int64>, _ count: Int) -> UInt64 {
        let lanes = SIMD8<UInt64>(1, 2, 4, 8, 16, 32, 64, 128)
        let least = SIMD8<Int64>(repeating: threshold)
        var (bits, place) = (UInt64(0), 0)
        while place + 8 <= count {
            let eight = unsafe UnsafeRawPointer(values.baseAddress! + place).loadUnaligned(as: SIMD8<Int64>.self)
            bits |= lanes.replacing(with: 0, where: eight .< least).wrappedSum() << UInt64(place)
            place += 8
        }
        while place < count {
            if unsafe values[place] >= threshold { bits |= 1 << UInt64(place) }
            place += 1
        }
        return bits
    }
}
