// Labels become names of the fleet, and settings say how.

import ControlAPI
import Foundation
import Testing

@testable import berth_telemetry

@Suite("Mapping of samples")
struct MappingTests {
    private func sample(_ value: Double, _ labels: [String: String], _ milliseconds: Int64? = nil) -> PrometheusSample {
        PrometheusSample(metric: "m", labels: labels, value: value, millisecondsSince1970: milliseconds)
    }

    @Test("templates take labels whole, without a port, or without a domain")
    func templates() throws {
        let labels = ["instance": "n1.east.example:9400", "rack": "r7", "v6": "[fe80::1]:9400", "v4": "10.0.0.7:9400"]
        for (template, expected) in [
            ("{instance}", "n1.east.example:9400"), ("{instance:host}", "n1.east.example"), ("{instance:short}", "n1"),
            ("memphis-1/h1/{rack}", "memphis-1/h1/r7"), ("{v6:host}", "fe80::1"), ("{v4:short}", "10.0.0.7"),
            ("{rack}-{instance:short}", "r7-n1"), ("{none}", nil), ("fixed", "fixed"),
        ] { #expect(try #require(LabelTemplate(template)).filled(with: labels) == expected, "\(template)") }
        for wrong in ["", "{", "{}", "{a", "a}", "{a:long}", "{a:b:c}"] {
            #expect(LabelTemplate(wrong) == nil, "\(wrong)")
        }
    }

    @Test("a GPU's index becomes a module id, or its UUID does where the inventory knows it")
    func gpus() throws {
        var maker = ReadingMaker()
        let labels = ["Hostname": "n1", "gpu": "0", "UUID": "GPU-5"]
        let reading = try #require(maker.reading(of: sample(699.5, labels), .dcgm, now: 1_800_000_000))
        #expect(
            reading
                == TelemetryReading(
                    node: "n1", gpu: 1, watts: 700, at: Timestamp(epochSeconds: 1_800_000_000)))
        maker.inventory = ["GPU-5": GPUPlace(node: "n9", module: 4)]
        let known = try #require(maker.reading(of: sample(699.4, labels, 1_799_999_999_999), .dcgm, now: 0))
        #expect(known.node == "n9" && known.gpu == 4 && known.watts == 699)
        #expect(known.at?.epochSeconds == 1_799_999_999)
        // Found by fuzzing: an index to which nothing can be added.
        #expect(maker.reading(of: sample(1, ["Hostname": "n1", "gpu": "\(Int.max)"]), .dcgm, now: 0) == nil)
        maker.gpuFirst = 1
        for wrong in [
            ["Hostname": "n1"], ["gpu": "1"], ["Hostname": "n1", "gpu": "0"], ["Hostname": "n1", "gpu": "9"],
            ["Hostname": "n1", "gpu": "\(Int.min)"],
        ] {
            #expect(maker.reading(of: sample(1, wrong), .dcgm, now: 0) == nil, "\(wrong)")
        }
        for value in [Double.nan, .infinity, -1, 1e30] {
            #expect(maker.reading(of: sample(value, ["Hostname": "n1", "gpu": "1"]), .dcgm, now: 0) == nil)
        }
    }

    @Test("units are converted, and energy stays a counter")
    func units() throws {
        func reading(_ unit: SeriesUnit, _ value: Double) -> TelemetryReading? {
            var mapping = SeriesMapping.dcgm
            mapping.unit = unit
            return ReadingMaker().reading(of: sample(value, ["Hostname": "n", "gpu": "2"]), mapping, now: 0)
        }
        #expect(reading(.kilowatts, 1.2345)?.watts == 1_235)
        #expect(reading(.milliwatts, 699_400)?.watts == 699)
        #expect(reading(.xid, 79)?.xid == 79 && reading(.xid, 79)?.watts == nil && reading(.xid, 1_000) == nil)
        #expect(reading(.millijoules, 1_234_567)?.energyMillijoules == 1_234_567)
        #expect(reading(.millijoules, 1_234_567)?.watts == nil)
    }

    @Test("of several samples of one GPU the latest counts, and of equal times the highest")
    func duplicates() {
        func reading(_ gpu: Int, _ watts: Int, _ at: Int64) -> TelemetryReading {
            TelemetryReading(node: "n", gpu: gpu, watts: watts, at: Timestamp(epochSeconds: at))
        }
        let unique = ReadingMaker.unique([reading(1, 5, 10), reading(2, 9, 10), reading(1, 7, 10), reading(1, 6, 9)])
        #expect(unique == [reading(1, 7, 10), reading(2, 9, 10)])
    }

    @Test("a file of settings says everything that options can, and more")
    func settings() throws {
        let settings = try TelemetrySettings.parse(
            """
            socket: /run/x.sock
            source: hall-1
            interval: 30s
            prometheus: http://127.0.0.1:9090
            scrape: [http://a:9400/metrics, http://b:9400/metrics]
            serve: 127.0.0.1:9809
            gpuFirst: 1
            series:
              - {metric: DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION, node: "{instance:short}", gpu: "{gpu}", unit: millijoules}
              - {metric: ipmi_dcmi_power_consumption_watts, node: "{instance:short}"}
              - {metric: pdu_kw, query: "sum by (pdu) (outlet_kw)", budget: "{pdu}", unit: kilowatts}
            """, file: "t.yaml")
        #expect(settings.intervalSeconds == 30 && settings.sources.count == 3 && settings.serve?.port == 9_809)
        #expect(settings.series.count == 3 && settings.series[2].subject == .budget(LabelTemplate("{pdu}")!))
        let sums = try TelemetrySettings.parse(
            "series: [{metric: m, query: sum by (h) (x), node: \"{h}\", part: gpus}]", file: "t.yaml")
        let reading = ReadingMaker().reading(of: sample(5_600, ["h": "n1"]), sums.series[0], now: 0)
        #expect(reading == TelemetryReading(node: "n1", part: .gpus, watts: 5_600, at: Timestamp(epochSeconds: 0)))
        #expect(settings.series[2].query == "sum by (pdu) (outlet_kw)" && settings.series[2].unit == .kilowatts)
    }

    @Test(
        "settings that are not understood are refused with what would be right",
        arguments: [
            ("intervall: 15s", "unknown setting intervall"), ("interval: 0s", "duration like 15s"),
            ("serve: 0.0.0.0:9809", "this machine alone"), ("serve: nine", "127.0.0.1:9809"),
            ("series: []", "must be a list"), ("series: [{node: \"{a}\"}]", "needs its metric"),
            ("series: [{metric: m}]", "one of node"), ("series: [{metric: m, rack: r, gpu: \"{g}\"}]", "one of node"),
            ("series: [{metric: m, node: \"{\"}]", "is no template"),
            ("series: [{metric: m, node: \"{n}\", unit: kilojoules}]", "unit is one of"),
            ("series: [{metric: m, node: \"{n}\", unit: millijoules}]", "of GPUs"),
            ("series: [{metric: m, node: \"{n}\", part: cpus}]", "part is gpus"),
            ("series: [{metric: m, node: \"{n}\", gpu: \"{g}\", part: gpus}]", "part is gpus"),
            ("series: [{metric: m, nod: \"{n}\"}]", "unknown field nod"), ("gpuFirst: 2", "0 or 1"), ("- a", "by name"),
        ])
    func wrong(text: String, words: String) {
        let error = #expect(throws: SettingsError.self) { try TelemetrySettings.parse(text, file: "t.yaml") }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test("Prometheus' answers give last samples with their times, and its refusals are said")
    func answers() throws {
        func read(_ text: String) throws -> [PrometheusSample] {
            try PrometheusAnswer.samples(of: "m", in: Array(text.utf8))
        }
        let matrix = try read(
            #"""
            {"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"m","gpu":"0"},
            "values":[[1800000000.5,"1"],[1800000015.281,"2.5"]]},{"metric":{},"values":[]}]}}
            """#)
        #expect(
            matrix == [
                PrometheusSample(
                    metric: "m", labels: ["__name__": "m", "gpu": "0"], value: 2.5,
                    millisecondsSince1970: 1_800_000_015_281)
            ])
        let vector = #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"NaN"]}]}}"#
        #expect(try read(vector)[0].value.isNaN)
        // Found by fuzzing: a time that no integer holds.
        #expect(try read(vector.replacing("[1,", with: "[1e30,")).isEmpty)
        for (text, words) in [
            (#"{"status":"error","errorType":"bad_data","error":"parse error"}"#, "parse error"),
            (#"{"status":"success","data":{"resultType":"vector","result":[]}"#, ""),
        ] {
            let error = #expect(throws: (any Error).self) { try read(text) }
            #expect(error.map { "\($0)".contains(words) || words.isEmpty } == true)
        }
    }
}
