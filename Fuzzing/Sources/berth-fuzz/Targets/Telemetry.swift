// What berth-telemetry reads: exporters, Prometheus, its settings; and the readings that it sends.

import FleetModel
import Telemetry

@testable import ControlAPI

#if canImport(TelemetryFiles)
    @testable import TelemetryFiles
#else
    @testable import berth_telemetry
#endif

extension FuzzTarget {
    static let telemetry = FuzzTarget(
        "telemetry", "exporters, Prometheus' answers, settings and readings", bytesMax: 4_096,
        words: {
            readers.keys.sorted().map { $0 + "\n" } + quotedWords(in: samples.map(\.1))
                + ["DCGM_FI_DEV_POWER_USAGE", "NaN", "+Inf", "1e300", "{Hostname}", "{gpu:short}"]
        },
        seeds: { samples.enumerated().map { ("\($0 + 1)-\($1.0)", Addressed.bytes($1.0, $1.1)) } }
    ) { bytes in
        guard let input = Addressed(bytes), let reader = readers[input.words[0]] else { return false }
        do { try reader(input.rest) } catch { say(error) }
        return true
    }

    private static let readers: [String: @Sendable ([UInt8]) throws -> Void] = [
        "exporter": { bytes in
            let metrics = Set(SampleSeries.all.map(\.metric))
            SampleSeries.read(try PrometheusText.samples(of: metrics, in: bytes))
        },
        "prometheus": { SampleSeries.read(try PrometheusAnswer.samples(of: SampleSeries.all[0].metric, in: $0)) },
        "settings": { bytes in
            // What names another file is not followed.
            let text = String(decoding: bytes, as: UTF8.self)
            guard !text.contains("inventory") else { return }
            let settings = try TelemetrySettings.parse(text, file: "telemetry.yaml")
            for series in settings.series { SampleSeries.read([SampleSeries.sample], as: series) }
        },
        "template": { bytes in
            guard let template = LabelTemplate(String(decoding: bytes, as: UTF8.self)) else { return }
            _ = template.filled(with: ["instance": "[::1]:9400", "Hostname": "n1.example:9400", "gpu": "3"])
        },
        "readings": { bytes in
            let request = try StrictJSON.decode(TelemetryRequest.self, from: bytes)
            var readings: [Reading] = []
            let fleet = SampleSeries.fleet
            for (place, wire) in request.readings.enumerated() where wire.xid == nil {
                let node = NodeIndex(place % fleet.nodeCount)
                let subject: ReadingSubject =
                    wire.gpu.map { .gpu(node, module: min($0, fleet.platform(of: node).gpusPerNode)) } ?? .node(node)
                let value: ReadingValue =
                    wire.watts.map { .watts(Watts($0)) } ?? .energyMillijoules(Int64(wire.energyMillijoules ?? 0))
                readings.append(Reading(subject, value, at: wire.at?.epochSeconds ?? Sample.opened))
            }
            let observatory = Observatory(rules: ReadingRules(freshSeconds: 120))
            _ = observatory.take(readings, unknown: 0, of: fleet, at: Sample.opened)
        },
    ]

    private static let samples: [(String, String)] = [
        (
            "exporter",
            """
            # HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).
            # TYPE DCGM_FI_DEV_POWER_USAGE gauge
            DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-1",device="nvidia0",Hostname="n1.example"} 68.152000 1435781451781
            DCGM_FI_DEV_POWER_USAGE{gpu="7", Hostname="n\\"2\\\\\\n"} NaN
            rack_watts{rack="h1/r1"} 1.2e5
            other_metric 1

            """
        ),
        (
            "prometheus",
            #"""
            {"status":"success","data":{"resultType":"matrix","result":[{"metric":{"gpu":"0","Hostname":"n1"},
            "values":[[1435781430.781,"1"],[1435781445.781,"68.2"]]},{"metric":{"gpu":"1","Hostname":"n1"},
            "value":[1435781451.781,"NaN"]}]}}
            """#
        ),
        ("prometheus", #"{"status":"error","errorType":"bad_data","error":"invalid parameter"}"#),
        (
            "settings",
            """
            socket: /run/berth/control.sock
            source: site
            interval: 15s
            scrape: ["http://127.0.0.1:9400/metrics"]
            prometheus: http://127.0.0.1:9090
            serve: 127.0.0.1:9809
            gpuFirst: 1
            series:
              - {metric: DCGM_FI_DEV_POWER_USAGE, node: "{Hostname}", gpu: "{gpu}"}
              - {metric: DCGM_FI_DEV_TOTAL_ENERGY, node: "{Hostname:short}", gpu: "{gpu}", unit: millijoules}
              - {metric: rack_watts, rack: "memphis-1/h1/{rack}", unit: kilowatts}
              - {metric: node_watts, node: "{instance:host}", part: gpus}

            """
        ),
        ("template", "memphis-1/h1/{rack}-{instance:short}"), ("template", "{Hostname}"),
        (
            "readings",
            #"""
            {"source": "rack-pdu", "readings": [{"node": "n1", "watts": 9800, "at": "2027-01-15T08:00:00Z"},
            {"node": "n1", "gpu": 3, "energyMillijoules": 12345678}, {"budget": "feed", "watts": 100000},
            {"node": "n1", "gpu": 1, "xid": 79}]}
            """#
        ),
    ]
}

enum SampleSeries {
    static let fleet: Fleet = {
        do {
            return try FleetFile.parse(text: SampleFleets.tiny, file: "tiny", catalogue: SampleFleets.catalogue)
        } catch { fatalError("a sample fleet is one: \(error)") }
    }()

    static let all: [SeriesMapping] = [
        .dcgm, SeriesMapping(metric: "rack_watts", subject: .rack(template("{rack}")), unit: .kilowatts),
        SeriesMapping(
            metric: "energy", subject: .node(template("{Hostname:short}"), gpu: template("{gpu}")), unit: .millijoules),
        SeriesMapping(metric: "xid", subject: .node(template("{Hostname}"), gpu: template("{gpu}")), unit: .xid),
        SeriesMapping(metric: "budget", subject: .budget(template("{budget}")), unit: .milliwatts),
    ]

    static let sample = PrometheusSample(
        metric: "x", labels: ["Hostname": "n1", "gpu": "0", "rack": "r1"], value: 70.5)

    /// Makes readings of samples, of each in every unit.
    static func read(_ samples: [PrometheusSample]) {
        for series in all { read(samples, as: series) }
    }

    static func read(_ samples: [PrometheusSample], as series: SeriesMapping) {
        let maker = ReadingMaker()
        let readings = samples.compactMap { maker.reading(of: $0, series, now: Sample.opened) }
        for reading in ReadingMaker.unique(readings) {
            require(reading.watts.map { $0 >= 0 } ?? true, "no meter shows less than nothing")
        }
        _ = CanonicalJSON.encode(TelemetryRequest(source: "fuzz", readings: readings))
    }

    private static func template(_ text: String) -> LabelTemplate {
        guard let template = LabelTemplate(text) else { fatalError("\(text) is a template") }
        return template
    }
}
