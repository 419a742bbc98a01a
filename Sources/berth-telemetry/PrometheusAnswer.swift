// What Prometheus' query API answers.

import Foundation

/// The answer to one query: an instant vector, or the samples of a range.
struct PrometheusAnswer: Decodable {
    private struct Body: Decodable {
        let resultType: String
        let result: [Series]
    }

    private struct Series: Decodable {
        let metric: [String: String]
        let value: Point?
        let values: [Point]?
    }

    /// A time in seconds and a value as text: `[1435781451.781, "1"]`.
    private struct Point: Decodable {
        let seconds: Double
        let value: Double

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            seconds = try container.decode(Double.self)
            let text = try container.decode(String.self)
            guard let value = Double(text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no number")
            }
            self.value = value
        }
    }

    private let status: String
    private let error: String?
    private let data: Body?

    /// The last sample of each series, under the name of the metric that was asked for.
    static func samples(of metric: String, in bytes: [UInt8]) throws -> [PrometheusSample] {
        let answer = try JSONDecoder().decode(PrometheusAnswer.self, from: Data(bytes))
        guard answer.status == "success", let data = answer.data else {
            throw SourceFault("the query was refused: \(answer.error ?? answer.status)")
        }
        guard ["vector", "matrix"].contains(data.resultType) else {
            throw SourceFault("the query gives a \(data.resultType), and a vector is needed")
        }
        return data.result.compactMap { series in
            // A time beyond all calendars is of no sample.
            guard let point = series.value ?? series.values?.last,
                let milliseconds = Int64(exactly: (point.seconds * 1_000).rounded(.down))
            else { return nil }
            return PrometheusSample(
                metric: metric, labels: series.metric, value: point.value, millisecondsSince1970: milliseconds)
        }
    }
}

/// Why a source gave nothing.
struct SourceFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
