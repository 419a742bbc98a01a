// From names to the compact form.
//
// A name is read as fixed texts with numbers between them. Names with the same texts form a family; within it each name
// is a point of a grid whose axes are its numbers. Points that differ in the last number alone merge into one
// item, then items that differ in the number before alone, and so on to the first: what remains is a set of boxes. This
// finds `h[1-7]/r[001-200]` in one pass and never lists a name twice. It does not seek the smallest cover, which is a
// hard problem and would read no better.

extension HostList {
    /// The compact items that stand for exactly these names, in the order of their first names. O(n log n).
    ///
    /// A name given twice counts once. Joined by commas the items are one host list for ``expand(_:countMax:)``.
    ///
    /// - Precondition: no name holds a bracket, a comma or a space.
    public static func fold(_ names: [String]) -> [String] {
        var families: [String: Int] = [:]
        var members: [[GridPoint]] = []
        for (order, name) in names.enumerated() {
            let point = GridPoint(name: name, order: order)
            let skeleton = point.texts.joined(separator: "#")
            if let family = families[skeleton] {
                members[family].append(point)
            } else {
                families[skeleton] = members.count
                members.append([point])
            }
        }
        let boxes = members.flatMap { boxesCovering($0) }
        return boxes.sorted { $0.order < $1.order }.map(\.text)
    }

    private static func boxesCovering(_ points: [GridPoint]) -> [GridBox] {
        let widths = commonWidths(of: points)
        // Without a number they are all the same name.
        guard !widths.isEmpty else { return points.prefix(1).map { GridBox(point: $0, commonWidths: widths) } }
        var boxes = points.map { GridBox(point: $0, commonWidths: widths) }
        for axis in widths.indices.reversed() { boxes = merged(boxes, along: axis) }
        return boxes
    }

    /// The width to pad each axis to: 0 where no number has a zero in front; nil where widths are mixed, so that only
    /// numbers of one width may share a bracket.
    private static func commonWidths(of points: [GridPoint]) -> [Int?] {
        guard let first = points.first else { return [] }
        return first.numbers.indices.map { axis in
            let isPadded = points.contains { $0.numbers[axis].hasLeadingZero }
            guard isPadded else { return 0 }
            let width = first.numbers[axis].width
            return points.allSatisfy { $0.numbers[axis].width == width } ? width : nil
        }
    }

    private static func merged(_ boxes: [GridBox], along axis: Int) -> [GridBox] {
        var places: [GridBox.Key: Int] = [:]
        var result: [GridBox] = []
        for box in boxes {
            let key = box.key(without: axis)
            if let place = places[key] {
                result[place].axes[axis].values += box.axes[axis].values
                result[place].order = min(result[place].order, box.order)
            } else {
                places[key] = result.count
                result.append(box)
            }
        }
        for index in result.indices { result[index].axes[axis].normalise() }
        return result
    }
}

/// A name as a point: its texts, and the numbers between them.
private struct GridPoint {
    struct Number {
        let value: Int
        let width: Int
        let hasLeadingZero: Bool
    }

    let order: Int
    var texts: [String] = [""]
    var numbers: [Number] = []

    init(name: String, order: Int) {
        self.order = order
        var digits = ""
        for character in name.unicodeScalars {
            if ("0"..."9").contains(character) {
                digits.unicodeScalars.append(character)
                continue
            }
            take(&digits)
            texts[texts.count - 1].unicodeScalars.append(character)
        }
        take(&digits)
    }

    /// Numbers too long for an integer stay text.
    private mutating func take(_ digits: inout String) {
        guard !digits.isEmpty else { return }
        if digits.utf8.count <= 18, let value = Int(digits) {
            let hasLeadingZero = digits.utf8.count > 1 && digits.utf8.first == UInt8(ascii: "0")
            numbers.append(Number(value: value, width: digits.utf8.count, hasLeadingZero: hasLeadingZero))
            texts.append("")
        } else {
            texts[texts.count - 1] += digits
        }
        digits = ""
    }
}

/// A set of names: at each axis any of its values.
private struct GridBox {
    struct Axis: Hashable {
        let width: Int
        var values: [Int]

        mutating func normalise() {
            guard values.count > 1 else { return }
            values.sort()
            var unique: [Int] = []
            unique.reserveCapacity(values.count)
            for value in values where unique.last != value { unique.append(value) }
            values = unique
        }

        var text: String {
            guard values.count > 1 else { return padded(values[0], width: width) }
            var parts: [String] = []
            var start = 0
            for index in values.indices where index + 1 == values.count || values[index + 1] != values[index] + 1 {
                let first = padded(values[start], width: width)
                parts.append(start == index ? first : first + "-" + padded(values[index], width: width))
                start = index + 1
            }
            return "[" + parts.joined(separator: ",") + "]"
        }
    }

    struct Key: Hashable {
        let axes: [Axis]
        let width: Int
    }

    let texts: [String]
    var axes: [Axis]
    var order: Int

    init(point: GridPoint, commonWidths: [Int?]) {
        texts = point.texts
        order = point.order
        axes = zip(point.numbers, commonWidths).map { number, common in
            Axis(width: common ?? number.width, values: [number.value])
        }
    }

    func key(without axis: Int) -> Key {
        var others = axes
        let width = others.remove(at: axis).width
        return Key(axes: others, width: width)
    }

    var text: String {
        var text = texts[0]
        for (axis, following) in zip(axes, texts.dropFirst()) { text += axis.text + following }
        return text
    }
}
