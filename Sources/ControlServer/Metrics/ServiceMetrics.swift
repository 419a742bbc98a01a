// The daemon itself as metrics: the writer, the requests, and the process.

import ControlAPI
import Scheduling

extension MetricsText {
    private static let nanosecondsPerSecond = 1e9

    /// What the writer has done and what waits for it.
    mutating func add(_ figures: WriterFigures) {
        family("berth_decision_seconds", .histogram, "What deciding a request for leases took, by shape and outcome.")
        for shape in RequestShape.allCases {
            for (outcome, histograms) in [("granted", figures.granted), ("refused", figures.refused)] {
                histogram(
                    "berth_decision_seconds", ["shape": "\(shape)", "outcome": outcome], histograms[shape.rawValue],
                    dividedBy: Self.nanosecondsPerSecond)
            }
        }
        family("berth_commands_total", .counter, "Commands decided, by what they ask for and outcome.")
        for kind in CommandKind.allCases {
            for (outcome, counts) in [("accepted", figures.accepted), ("refused", figures.declined)] {
                sample("berth_commands_total", ["command": kind.name, "outcome": outcome], counts[kind.rawValue])
            }
        }
        family("berth_batch_commands", .histogram, "Commands decided and made durable together.")
        histogram("berth_batch_commands", [:], figures.batchSizes)
        for (name, help, histogram) in [
            ("berth_queue_wait_seconds", "How long commands waited for the writer.", figures.queueWaits),
            ("berth_commit_seconds", "What making a batch durable took.", figures.commits),
            (
                "berth_journal_sync_seconds",
                "The part of it from SQLite's COMMIT on: writing the log's frames and syncing them.", figures.syncs
            ),
        ] {
            family(name, .histogram, help)
            self.histogram(name, [:], histogram, dividedBy: Self.nanosecondsPerSecond)
        }
        single(
            "berth_commits_failed_total", .counter, "Batches that could not be written and were undone.",
            figures.failedCommits)
        single("berth_facts_total", .counter, "Facts made durable.", figures.facts)
        single("berth_queue_commands", .gauge, "Commands that wait for the writer.", figures.queueLength)
        single(
            "berth_queue_oldest_seconds", .gauge, "How long the oldest of them has waited.",
            fraction: Double(figures.oldestWaitNanoseconds) / Self.nanosecondsPerSecond)
    }

    /// What was asked and how it was answered.
    mutating func add(_ meter: RequestMeter) {
        let routes = meter.all.map { ($0, $0.current) }.filter { !$0.1.statuses.isEmpty }
        family("berth_http_requests_total", .counter, "Requests answered, by route and status.")
        for (route, figures) in routes {
            for (code, count) in figures.statuses.sorted(by: { $0.code < $1.code }) {
                sample(
                    "berth_http_requests_total",
                    ["method": route.method, "route": route.pattern, "code": "\(code)"], count)
            }
        }
        family(
            "berth_http_request_seconds", .histogram,
            "Time to the head of the answer, by route; requests that asked to wait are left out.")
        for (route, figures) in routes where figures.latencies.count > 0 {
            histogram(
                "berth_http_request_seconds", ["method": route.method, "route": route.pattern], figures.latencies,
                dividedBy: Self.nanosecondsPerSecond)
        }
        let refused = meter.refused
        family(
            "berth_refusals_total", .counter, "Requests refused or failed, by error code, those in batches included.")
        for (code, count) in refused.codes { sample("berth_refusals_total", ["code": code.rawValue], count) }
        family("berth_refusal_blockers_total", .counter, "Refusals that named a blocker of a kind.")
        for (kind, count) in refused.blockers {
            sample("berth_refusal_blockers_total", ["kind": kind.rawValue], count)
        }
    }

    /// The process, under the names that every exporter gives.
    mutating func add(_ process: ProcessFigures) {
        single(
            "process_cpu_seconds_total", .counter, "Processor time of user and system.", fraction: process.cpuSeconds)
        single("process_resident_memory_bytes", .gauge, "Memory in RAM.", process.residentBytes)
        single("process_virtual_memory_bytes", .gauge, "Memory in the address space.", process.virtualBytes)
        single("process_open_fds", .gauge, "Open files and connections.", process.openFiles)
        single("process_max_fds", .gauge, "Files and connections that may be open.", process.openFilesMax)
        single(
            "process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.",
            fraction: process.startSeconds)
    }
}
