// A body for each route that takes one. A test reads each with the type that the route takes.

import ControlAPI

enum RequestExamples {
    /// Bodies by the name of the route.
    static let all: [String: String] = [
        "requestLease": #"""
        {"tenant": "google", "contract": "google-110k",
         "reservations": [
           {"name": "racks", "shape": "nvl72", "count": 1527, "gpu": ["GB200"]},
           {"name": "rest", "shape": "node", "count": 14, "gpu": ["GB200"], "within": "nvl72"}],
         "sites": ["memphis-2"], "end": "2029-06-01T00:00:00Z", "capWattsPerGpu": 1000, "class": "guaranteed",
         "reason": "contract google-110k, first delivery"}
        """#,
        "requestLeases": #"""
        {"atomic": true, "leases": [
          {"tenant": "acme", "reservations": [{"shape": "node", "count": 2}], "duration": "7d", "reason": "trial"}]}
        """#,
        "importLeases": #"""
        {"tenants": [{"name": "acme", "specification": {"quota": {"gpus": 4096}}}],
         "leases": [
           {"tenant": "acme", "reservations": [{"shape": "node", "hold": ["memphis-1-h1-b001-r1-n[1-8]"]}],
            "duration": "30d"}],
         "reason": "taking over"}
        """#,
        "findOffers": #"""
        {"tenant": "acme", "reservations": [{"shape": "nvl72", "count": 4, "orElse": [{"shape": "node", "count": 72}]}],
         "earliest": {"to": "2029-06-01T00:00:00Z"}, "duration": {"min": "7d", "max": "30d"},
         "capPercent": {"min": 60, "max": 80}, "objectives": ["earliest", "cheapest"]}
        """#,
        "amendLease": #"""
        {"extendBy": "30d", "reservations": [{"name": "line-1", "count": 3}], "reason": "the run takes longer"}
        """#,
        "serveReclaim": #"""
        {"clause": "convenience", "gpus": 64, "reason": "wanted for another tenant"}
        """#,
        "nominate": #"{"nodes": ["memphis-1-h1-b001-r1-n[1-8]"], "reason": "these are the slow ones"}"#,
        "splitLease": #"{"lines": [{"name": "line-1", "count": 1}], "reason": "half of it goes to a partner"}"#,
        "proposeTransfer": #"""
        {"lease": "l-7kq2", "to": "rival", "lines": [{"name": "line-1", "count": 1}], "reason": "agreed by letter"}
        """#,
        "answerTransfer":
            #"{"accept": true, "contract": "rival-1", "label": "from-acme", "reason": "agreed by letter"}"#,
        "proposeSublease": #"""
        {"lease": "l-7kq2", "to": "rival", "lines": [{"name": "line-1", "count": 1}], "end": "2029-06-01T00:00:00Z",
         "pricePerGpuHour": {"currency": "USD", "micros": 2500000}, "noticePeriod": "30d", "reason": "agreed by letter"}
        """#,
        "answerSublease": #"{"accept": true, "label": "from-acme", "reason": "agreed by letter"}"#,
        "makeTenantToken": #"""
        {"name": "ci", "scopes": ["read", "request"], "expiresIn": "30d", "reason": "the training pipeline"}
        """#,
        "makeToken": #"{"name": "scraper", "role": "auditor", "expiresIn": "365d", "reason": "dashboards"}"#,
        "setTenant": #"""
        {"quota": {"gpus": 4096, "watts": 6000000}, "cohort": "research", "borrowingLimit": {"gpus": 1024},
         "description": "Acme Research", "reason": "new customer"}
        """#,
        "setCohort": #"{"quota": {"gpus": 8192}, "description": "research", "reason": "shared reserve"}"#,
        "setContract": #"""
        {"tenant": "anthropic", "price": {"perGpuHour": {"currency": "USD", "micros": 2100000}}, "commitment": "365d",
         "noticePeriod": "90d", "reclaimCauses": ["harmful-use"], "reclaimForCause": {"noticePeriod": "1d"},
         "shedTier": 3, "spares": {"perDomain": 1}, "availabilityTargetPercent": 99.5,
         "availabilityCredits": [{"below": 99, "percent": 10}, {"below": 95, "percent": 25}],
         "curtailment": {"noticePeriod": "30m", "hoursPerMonth": 20}, "transfers": {"approval": true},
         "reason": "signed"}
        """#,
        "answerApproval": #"{"approve": true, "reason": "checked with the contract"}"#,
        "plan": #"""
        {"commands": [
          {"nodes": {"verb": "drain", "nodes": "memphis-1-h1-b001-r1-n[1-8]"}},
          {"tenant": {"name": "acme", "quota": {"gpus": 2048}}}],
         "reason": "what if"}
        """#,
        "commitPlan": #"""
        {"commands": [{"tenant": {"name": "acme", "quota": {"gpus": 2048}}}], "planToken": "AQ", "reason": "as planned"}
        """#,
        "planDefragmentation": #"{"shape": "block", "count": 1, "by": "2029-06-01T00:00:00Z", "duration": "30d"}"#,
        "setMaintenance": #"""
        {"nodes": "memphis-1/h1/b001", "start": "2029-06-01T00:00:00Z", "duration": "4h", "reason": "switchgear"}
        """#,
        "identifyGpus": #"""
        {"gpus": [{"node": "memphis-1-h1-b001-r1-n1", "module": 1, "uuid": "GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5"}],
         "reason": "inventory"}
        """#,
        "reportFaults": #"""
        {"nodes": [{"node": "memphis-1-h1-b001-r1-n1", "modules": [3]}], "xid": 79, "text": "fell off the bus"}
        """#,
        "decideFault": #"{"accept": true, "act": "drain", "reason": "seen in the log"}"#,
        "setLoadTarget": #"""
        {"watts": 240000000, "start": "2029-06-01T17:00:00Z", "duration": "3h", "kind": "economic",
         "reason": "call from the grid"}
        """#,
        "acknowledgeOrders": #"{"acknowledge": ["o-1"]}"#,
        "failFeed": #"{"reason": "breaker open"}"#,
        "restoreFeed": #"{"reason": "breaker closed"}"#,
        "reportReadings": #"""
        {"source": "rack-pdu", "readings": [
          {"node": "memphis-1-h1-b001-r1-n1", "watts": 9800}, {"budget": "memphis-1-meter", "watts": 210000000}]}
        """#,
        "backUp": #"{"path": "/var/backups/berth/book.db"}"#,
        "reload": #"{"reason": "two auditors more"}"#,
        "finaliseUpgrade": #"{"reason": "a week without trouble"}"#,
        "freezeTime": #"{"reason": "the clock is being set"}"#,
        "unfreezeTime": #"{"reason": "the clock is right"}"#,
    ].merging(NodeVerb.allCases.map { ($0.rawValue + "Nodes", nodeVerb) }) { $1 }

    private static let nodeVerb = #"""
        {"nodes": "memphis-1-h1-b001-r1-n[1-8]", "reason": "fan alarm"}
        """#

    /// A body as a value of the document.
    static func node(_ text: String) -> JSONNode {
        do {
            return try StrictJSON.decode(JSONNode.self, from: Array(text.utf8))
        } catch {
            preconditionFailure("an example is JSON: \(error): \(text)")
        }
    }
}
