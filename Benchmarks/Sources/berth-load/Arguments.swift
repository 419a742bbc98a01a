// The command line: one verb, then `--name value`.

struct Arguments {
    let verb: String
    private var values: [String: String] = [:]

    init(_ arguments: [String]) throws {
        guard let verb = arguments.first else { throw LoadFault(Arguments.usage) }
        self.verb = verb
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else {
                throw LoadFault("\(name) wants a value\n\(Arguments.usage)")
            }
            values[String(name.dropFirst(2))] = value
        }
    }

    func text(_ name: String) throws -> String {
        guard let value = values[name] else { throw LoadFault("--\(name) is missing\n\(Arguments.usage)") }
        return value
    }

    func number(_ name: String, _ otherwise: Int) throws -> Int {
        guard let text = values[name] else { return otherwise }
        guard let number = Int(text) else { throw LoadFault("--\(name) \(text) is not a number") }
        return number
    }

    func optional(_ name: String) -> String? { values[name] }

    static let usage = """
        berth-load VERB [--socket PATH] [--pid PID] …
          ready    wait until the socket answers; print the time in nanoseconds since 1970
          tenants  --count 100                     put tenants load-0, load-1, …
          leases   --connections 64 --count N      one lease of one GPU a request; --keys yes adds Idempotency-Key;
                   --tenant NAME asks for one tenant only
          batch    --size 256 --connections 1 --count N   leases in batches
          poll     --tenant NAME --connections 64 --count N --match yes|no   polls of an unchanged answer
          idle     --polls 10000 --tenants 100     waiting polls: processor, memory, and waking them
          searches --tenant NAME --count 100       offers, refusals and load targets, with leases beside them
          sync     --file PATH --count 2000        append 256 bytes and fdatasync
        """
}
