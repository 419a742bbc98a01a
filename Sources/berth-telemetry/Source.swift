// Where readings come from: an exporter, or a Prometheus that has scraped many.

import AsyncHTTPClient
import ControlAPI
import NIOCore
import NIOHTTP1

/// One place to ask.
struct Source: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        /// An endpoint with Prometheus' text form.
        case exporter
        /// A Prometheus with its query API; the base of its address.
        case prometheus
    }

    let kind: Kind
    let url: String

    /// How long a source may take, in seconds.
    private static let timeoutSeconds: Int64 = 10
    /// What a source may answer at most, in bytes.
    private static let answerBytesMax = 256 << 20

    /// What the source has of each series.
    ///
    /// - Parameter windowSeconds: how far back the query API looks for last samples.
    func samples(
        of series: [SeriesMapping], windowSeconds: Int64, _ http: HTTPClient
    ) async throws -> [(mapping: SeriesMapping, samples: [PrometheusSample])] {
        switch kind {
        case .exporter:
            let text = try await get(url, http)
            do {
                let samples = try PrometheusText.samples(of: Set(series.map(\.metric)), in: text)
                return series.map { mapping in (mapping, samples.filter { $0.metric == mapping.metric }) }
            } catch {
                throw SourceFault("its answer is not Prometheus' text form: \(error)")
            }
        case .prometheus:
            var result: [(mapping: SeriesMapping, samples: [PrometheusSample])] = []
            for mapping in series {
                // A range gives samples with the times at which they were scraped; an instant query gives its own time.
                let query = mapping.query ?? "\(mapping.metric)[\(windowSeconds)s]"
                let base = url.hasSuffix("/") ? String(url.dropLast()) : url
                let bytes = try await get(base + "/api/v1/query?query=" + Routes.segment(query), http, isQuery: true)
                result.append((mapping, try PrometheusAnswer.samples(of: mapping.metric, in: bytes)))
            }
            return result
        }
    }

    private func get(_ url: String, _ http: HTTPClient, isQuery: Bool = false) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Accept", value: isQuery ? "application/json" : "text/plain;version=0.0.4")
        let response = try await http.execute(request, timeout: .seconds(Self.timeoutSeconds))
        let body = try await response.body.collect(upTo: Self.answerBytesMax)
        // A wrong query is answered with 400 and says why in its body.
        guard response.status == .ok || isQuery && response.status == .badRequest else {
            throw SourceFault("it answers with status \(response.status.code)")
        }
        return Array(body.readableBytesView)
    }
}
