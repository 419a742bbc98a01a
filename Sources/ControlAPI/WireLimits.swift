// Every bound of the control API, in one place.

/// The bounds that both ends hold to. A server refuses what is above them; a client does not send it.
public enum WireLimits {
    /// Largest body of an ordinary request, in bytes (1 MiB).
    public static let bodyBytesMax = 1 << 20
    /// Largest body of a batch request, in bytes (16 MiB).
    public static let batchBodyBytesMax = 16 << 20
    /// Largest file of a scenario or a request, as JSON with its aliases written out, in bytes (4 MiB).
    public static let fileBytesMax = 4 << 20
    /// Largest answer that a client takes into memory, in bytes (256 MiB).
    public static let answerBytesMax = 256 << 20
    /// Deepest nesting of a JSON body.
    public static let jsonDepthMax = 32
    /// Most values (objects, arrays, names, strings, numbers) in a JSON body.
    public static let jsonValuesMax = 4_000_000
    /// Longest name of a tenant, contract, line or label, in bytes.
    public static let nameBytesMax = 63
    /// Longest reason, description or other free text, in bytes.
    public static let textBytesMax = 1_024
    /// Longest path on the daemon's machine, in bytes.
    public static let pathBytesMax = 4_096
    /// Longest idempotency key, in bytes.
    public static let idempotencyKeyBytesMax = 128
    /// Most lines in one lease.
    public static let reservationsMax = 64
    /// Most leases in one batch.
    public static let batchLeasesMax = 4_096
    /// Leases in one import, which is one decision.
    public static let importLeasesMax = 1_024
    /// Host lists of a line that says what it holds.
    public static let holdsMax = 4_096
    /// Most units that one line can ask for.
    public static let unitsPerLineMax = 10_000_000
    /// Most steps of one line's ramp.
    public static let rampStepsMax = 128
    /// Most entries of a short list within a request: sites, GPU models, causes.
    public static let shortListMax = 64
    /// Most names that one host list, or all pins of one line, may stand for.
    public static let hostListNamesMax = 100_000
    /// Most bytes to which the names of one host list may come (16 MiB).
    public static let hostListBytesMax = 16 << 20
    /// Longest plan token, in bytes: it names the hardware of every line.
    public static let planTokenBytesMax = 512 << 10
    /// Other shapes that one line of a request for offers may name.
    public static let alternativesMax = 8
    /// Combinations of shapes over all lines of a request for offers.
    public static let combinationsMax = 16
    /// Most domains that one plan of moves frees.
    public static let domainsFreedMax = 10_000
    /// Most commands of one plan.
    public static let planCommandsMax = 256
    /// Most months of a plan's revenue; the last one has all that comes after it.
    public static let planMonthsMax = 24
    /// Most pins of one line.
    public static let pinsMax = 64
    /// Longest pin, in bytes.
    public static let pinBytesMax = 1_024
    /// Entries of a list answer when the request names no limit.
    public static let listLimitDefault = 100
    /// Most entries of a list answer.
    public static let listLimitMax = 1_000
    /// Longest wait of a long poll, in seconds.
    public static let waitSecondsMax = 300

    /// Most readings in one batch of telemetry.
    public static let readingsMax = 100_000
    /// Highest reading of watts that is a number of watts at all (100 GW).
    public static let readingWattsMax = 100_000_000_000

    /// Most steps of a forecast.
    public static let forecastStepsMax = 1_000

    /// Whether a text holds what a terminal or a C string would take for more than text: C0 and C1 controls other than
    /// tab and line feed, and the marks that turn the direction of writing.
    public static func hasControlCharacters(_ text: String) -> Bool {
        text.unicodeScalars.contains(where: isControl)
    }

    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
