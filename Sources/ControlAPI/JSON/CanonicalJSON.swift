// Writing bodies: one text per value, so that equal answers are equal bytes.

/// Encodes JSON without white space, with fields in the order of declaration and slashes as they are.
///
/// The bytes are written as the value is walked; there is no tree in between. A plain `Dictionary` has no order and so
/// has no canonical text: wire types use ``NamedCounts``.
public enum CanonicalJSON {
    /// The JSON of a value. O(size of the text).
    ///
    /// - Precondition: no number in it is infinite or not a number.
    public static func encode(_ value: some Encodable) -> [UInt8] {
        if let value = value as? any JSONWritable {
            var text = JSONText()
            value.write(to: &text)
            return text.bytes
        }
        return encodeByContainers(value)
    }

    /// The JSON of a value as `Encodable` gives it, whatever it can write by itself.
    static func encodeByContainers(_ value: some Encodable) -> [UInt8] {
        let writer = JSONWriter()
        do {
            try writer.write(value)
        } catch {
            preconditionFailure("a wire type can always be written: \(error)")
        }
        return writer.text.bytes
    }
}
