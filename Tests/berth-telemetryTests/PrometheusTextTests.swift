// Prometheus' text form as exporters write it, and as they must not.

import Testing

@testable import berth_telemetry

@Suite("Prometheus text")
struct PrometheusTextTests {
    private func read(_ text: String, _ metrics: Set<String> = ["power"]) throws -> [PrometheusSample] {
        try PrometheusText.samples(of: metrics, in: Array(text.utf8))
    }

    @Test("what DCGM's exporter writes is read: labels, decimals, other metrics left alone")
    func dcgm() throws {
        let text = """
            # HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).
            # TYPE DCGM_FI_DEV_POWER_USAGE gauge
            DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-1",pci_bus_id="00000000:1B:00.0",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="n1"} 67.435000
            DCGM_FI_DEV_POWER_USAGE{gpu="1",UUID="GPU-2",Hostname="n1"} 6.99e+02
            DCGM_FI_DEV_GPU_TEMP{gpu="0"} not even a number

            """
        let samples = try read(text, ["DCGM_FI_DEV_POWER_USAGE"])
        #expect(samples.map(\.value) == [67.435, 699])
        #expect(samples[0].labels["modelName"] == "NVIDIA H100 80GB HBM3" && samples[0].labels["gpu"] == "0")
        #expect(samples[0].millisecondsSince1970 == nil)
    }

    @Test("every form that the format allows is read")
    func forms() throws {
        #expect(try read("power 1 1800000000123")[0].millisecondsSince1970 == 1_800_000_000_123)
        #expect(try read("power{} 1\r\n").count == 1)
        #expect(try read("  power { a = \"x\" , b=\"y\", } -3\t\n")[0].labels == ["a": "x", "b": "y"])
        #expect(try read(#"power{a="q\"b\\c\nd"} 1"#)[0].labels["a"] == "q\"b\\c\nd")
        #expect(try read("power +Inf\npower NaN").map(\.value.isFinite) == [false, false])
        #expect(try read("powers 1\npower:rate 2").isEmpty)
        #expect(try read("").isEmpty)
    }

    @Test(
        "a line that is asked for and is not right is refused with its number",
        arguments: [
            "power", "power x", "power{a=1} 1", "power{a=\"1} 1", "power{a=\"1\" 1", "power{a=\"1\"b=\"2\"} 1",
            "power{a=\"1\",a=\"2\"} 1", "power{1a=\"1\"} 1", "power 1 soon", "power 1 2 3", "power{a=\"\\t\"} 1",
            "{} 1",
        ])
    func wrong(line: String) {
        let error = #expect(throws: PrometheusTextError.self) { try read("# ok\npower 1\n" + line) }
        #expect(error?.line == 3)
    }

    @Test("no text ends the reader, whatever is cut off or changed")
    func hostile() {
        let bytes = Array(#"power{a="q\"b",b="é"} 1.5 1800000000123"#.utf8)
        for end in 0...bytes.count {
            _ = try? PrometheusText.samples(of: ["power"], in: bytes[..<end])
        }
        var read = 0
        for index in bytes.indices {
            for byte: UInt8 in [0, 10, 34, 92, 123, 125, 255] {
                var changed = bytes
                changed[index] = byte
                read += (try? PrometheusText.samples(of: ["power"], in: changed).count) ?? 0
            }
        }
        #expect(read > 0)
    }
}
