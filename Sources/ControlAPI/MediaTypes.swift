// The media types of requests and answers.

import Foundation

/// The media types of bodies.
public enum MediaTypes {
    /// Requests and answers.
    public static let json = "application/json"
    /// Refusals (RFC 9457).
    public static let problem = "application/problem+json"
    /// Prometheus' text form.
    public static let metrics = "text/plain; version=0.0.4; charset=utf-8"
    /// A JSON object a line.
    public static let ndjson = "application/x-ndjson"
    /// Server-sent events.
    public static let eventStream = "text/event-stream"
    /// Host lists and Slurm's lines.
    public static let text = "text/plain; charset=utf-8"

    /// Whether a `Content-Type` says JSON in UTF-8, the only encoding that JSON is sent in (RFC 8259).
    public static func isJSON(_ type: String) -> Bool {
        if type == json { return true }
        let parts = type.lowercased().split(separator: ";", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.first == json else { return false }
        return parts.dropFirst().allSatisfy { part in
            !part.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains(part)
        }
    }
}
