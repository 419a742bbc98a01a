// The figure of growth, drawn from its numbers.

import Foundation

/// Two panels on logarithmic axes: time by the size of the fleet, and time by leases in the future.
enum GrowthPlot {
    private static let works = [
        ("third", "a third of the fleet, empty"), ("block", "a block of 512 GPUs"), ("node", "1 node"),
        ("gpu-1", "1 GPU"),
    ]

    static func draw(_ arguments: Arguments) throws {
        guard let csvPath = arguments.optional("csv"), let svgPath = arguments.optional("svg") else {
            throw CoreFault("the figure wants --csv FILE and --svg FILE")
        }
        let points = try String(contentsOfFile: csvPath, encoding: .utf8).split(separator: "\n").dropFirst()
            .compactMap { GrowthPoint($0) }
        guard !points.isEmpty else { throw CoreFault("\(csvPath) has no points") }
        try write(svg(points), to: svgPath)
    }

    private static func svg(_ points: [GrowthPoint]) -> String {
        let future = nearest(10_000, among: points.map(\.future))
        let gpus = nearest(336_128, among: points.map(\.gpus))
        var left = Panel(left: 70, title: "by the size of the fleet, \(grouped(future)) future leases")
        left.axis = "GPUs"
        left.ticks = Set(points.map(\.gpus)).sorted().map { (Double($0), short($0)) }
        var right = Panel(left: 490, title: "by leases in the future, \(grouped(gpus)) GPUs")
        right.axis = "leases in the future"
        // Nothing has no logarithm: it stands one decade before the first lease count.
        let counts = Set(points.map(\.future)).sorted()
        let least = Double(counts.first { $0 > 0 } ?? 10)
        right.ticks = counts.map { ($0 == 0 ? least / 10 : Double($0), short($0)) }
        for (index, (work, _)) in works.enumerated() {
            let own = points.filter { $0.work == work }
            left.series.append(
                (index, own.filter { $0.future == future }.map { (Double($0.gpus), Double($0.decideP50)) }))
            right.series.append(
                (
                    index,
                    own.filter { $0.gpus == gpus }.map { (max(Double($0.future), least / 10), Double($0.decideP50)) }
                ))
        }
        let decades = decades(of: (left.series + right.series).flatMap { $0.points.map(\.1) })
        return
            (head + legend + left.lines(decades) + right.lines(decades) + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private static func decades(of times: [Double]) -> ClosedRange<Int> {
        let low = Int(log10(times.min() ?? 100).rounded(.down))
        return low...max(low + 1, Int(log10(times.max() ?? 1_000).rounded(.up)))
    }

    private static func nearest(_ wanted: Int, among values: [Int]) -> Int {
        values.min { abs($0 - wanted) < abs($1 - wanted) } ?? wanted
    }

    /// Colours that tell apart on white and on near black, in both of which the page may show it.
    private static let head = [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 880 420\" role=\"img\" font-size=\"12\"",
        "  font-family=\"system-ui, sans-serif\">",
        "<title>Time to place and commit, by fleet size and by leases in the future</title>",
        "<style>",
        "  text { fill: #333 } .grid { stroke: #ddd } .axis { stroke: #666 }",
        "  .s0 { stroke: #b3570c; fill: #b3570c } .s1 { stroke: #1f6fb4; fill: #1f6fb4 }",
        "  .s2 { stroke: #1c7c4a; fill: #1c7c4a } .s3 { stroke: #8a3fa8; fill: #8a3fa8 }",
        "  polyline { fill: none !important; stroke-width: 2 }",
        "  @media (prefers-color-scheme: dark) {",
        "    text { fill: #ccc } .grid { stroke: #3a3a3a } .axis { stroke: #999 }",
        "    .s0 { stroke: #f0a050; fill: #f0a050 } .s1 { stroke: #6fb5f0; fill: #6fb5f0 }",
        "    .s2 { stroke: #5fcf94; fill: #5fcf94 } .s3 { stroke: #cf90ea; fill: #cf90ea }",
        "  }",
        "</style>",
        "<text x=\"70\" y=\"22\" font-size=\"15\">Time to place and commit, median, 90 % full unless said</text>",
    ]

    private static var legend: [String] {
        works.enumerated().flatMap { index, work in
            let x = 70 + index * 200
            return [
                "<circle class=\"s\(index)\" cx=\"\(x + 5)\" cy=\"40\" r=\"4\"/>",
                "<text x=\"\(x + 15)\" y=\"44\">\(work.1)</text>",
            ]
        }
    }

    private static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return digits.indices.reduce(into: "") { text, index in
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digits[index])
        }
    }

    private static func short(_ number: Int) -> String {
        switch number {
        case 1_000_000...:
            number.isMultiple(of: 1_000_000)
                ? "\(number / 1_000_000)M" : "\((number + 50_000) / 100_000 * 100 / 1_000)M"
        case 1_000...: "\((number + 500) / 1_000)k"
        default: "\(number)"
        }
    }
}
