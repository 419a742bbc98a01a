// Prometheus' text form, line by line.

import Scheduling
import Testing

@testable import ControlServer

@Suite("Metrics as text")
struct MetricsTextTests {
    @Test("a histogram is cumulative, ends with all, and gives sum and count in the base unit")
    func histogram() {
        var figures = Histogram(bounds: [1_000_000, 2_500_000_000])
        for figure in [500_000, 1_000_000, 2_000_000_000, 9_000_000_000] as [Int64] { figures.record(figure) }
        var text = MetricsText()
        text.family("berth_x_seconds", .histogram, "Words.")
        text.histogram("berth_x_seconds", ["shape": "block"], figures, dividedBy: 1e9)
        #expect(
            text.text == """
                # HELP berth_x_seconds Words.
                # TYPE berth_x_seconds histogram
                berth_x_seconds_bucket{shape="block",le="0.001"} 2
                berth_x_seconds_bucket{shape="block",le="2.5"} 3
                berth_x_seconds_bucket{shape="block",le="+Inf"} 4
                berth_x_seconds_sum{shape="block"} 11.0015
                berth_x_seconds_count{shape="block"} 4

                """)
    }

    @Test("labels are escaped, whole bounds have no point, and a sample without labels has no braces")
    func forms() {
        var text = MetricsText()
        text.single("berth_one", .gauge, "One.", 1)
        text.sample("berth_one", ["name": "a\"b\\c\nd"], 2)
        var figures = Histogram(bounds: [4])
        figures.record(3)
        text.histogram("berth_n", [:], figures)
        #expect(text.text.contains("berth_one 1\n"))
        #expect(text.text.contains(#"berth_one{name="a\"b\\c\nd"} 2"#))
        #expect(text.text.contains(#"berth_n_bucket{le="4"} 1"#) && text.text.contains("berth_n_sum 3.0\n"))
    }

    @Test("the process counts its own time, memory and files")
    func process() {
        let figures = ProcessFigures.current
        #expect(figures.cpuSeconds > 0 && figures.residentBytes > 0 && figures.virtualBytes > figures.residentBytes)
        #expect(figures.openFiles > 0 && figures.openFilesMax >= figures.openFiles)
        #expect(figures.startSeconds > 1_700_000_000)
    }

    @Test("a request's meter keeps statuses apart, and leaves out how long waits lasted")
    func requests() {
        let meter = RequestMeter()
        let route = meter.meter(method: "GET", pattern: "/v1/x")
        route.add(status: 200, nanoseconds: 100)
        route.add(status: 200, nanoseconds: nil)
        route.add(status: 404, nanoseconds: 100)
        #expect(route.current.statuses.map(\.code) == [200, 404] && route.current.statuses.map(\.count) == [2, 1])
        #expect(route.current.latencies.count == 2)
        // Beside it polls of tenants, and what no route has.
        #expect(meter.all.count == 3 && meter.meter(method: "GET", pattern: meter.polls.pattern) === meter.polls)
    }
}
