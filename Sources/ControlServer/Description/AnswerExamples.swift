// Answers as the daemon gave them, on the small fleet. A test reads each with its type.

import ControlAPI

enum AnswerExamples {
    /// Bodies by the name of their type.
    static let all: [String: String] = [
        "LeaseAnswer": #"""
        {"id": "l-3mhrp66hyg8he", "revision": 3, "state": "active", "conditions": [], "tenant": "acme", "class": "standard",
         "start": "2026-11-30T16:47:51Z", "end": "2026-12-07T16:47:51Z", "nextChangeAt": "2026-12-07T16:47:51Z",
         "promised": {"gpus": 2, "watts": 1990}, "delivered": {"gpus": 2, "watts": 1990}, "wattsAtMeter": 2403,
         "capPercent": 60, "throughput": {"pretrain": 753, "finetune": 871, "inference": 853},
         "reservations": [
           {"name": "line-1", "shape": "gpu", "count": 1, "gpus": 2, "gpu": ["H100"],
            "allocation": ["lab/h1/b1/r1/n1:1,3"]}],
         "decision": {"micros": 1363, "wholeBlocksLeft": 0, "largestShapeLeft": {"shape": "nvl72", "count": 2},
                      "strandedGpus": 0, "strandedWatts": 0},
         "expectedShortfall": {"nodesDown": 0.004, "gpusDown": 0.008, "failuresPerDay": 0.004, "repairDays": 1}}
        """#,
        "AllocationAnswer": #"""
        {"id": "l-3mhrp66hyg8he", "revision": 3, "nodes": [
          {"node": "lab-h1-b1-r1-n1", "domain": "lab/h1/b1/r1", "platform": "hgx-h100",
           "gpus": [{"module": 1, "uuid": null}, {"module": 3, "uuid": null}], "nvlink": {"partition": 3}, "mig": [],
           "numa": [1], "cpus": ["56-111,168-223"], "nics": ["mlx5_6", "mlx5_9"], "capWattsPerGpu": 420,
           "capWatts": 840}]}
        """#,
        "TenantAllocation": #"""
        {"tenant": "acme", "index": 2, "nextChangeAt": "2026-12-07T16:47:51Z", "leases": [
          {"id": "l-3mhrp66hyg8he", "state": "active", "conditions": [], "start": "2026-11-30T16:47:51Z",
           "end": "2026-12-07T16:47:51Z", "promised": {"gpus": 2, "watts": 1990},
           "delivered": {"gpus": 2, "watts": 1990}, "capPercent": 60, "allocation": ["lab/h1/b1/r1/n1:1,3"]}],
         "notices": []}
        """#,
        "TenantAnswer": #"""
        {"name": "acme", "index": 2, "quota": {"gpus": 64}, "holds": {"gpus": 2, "watts": 1990}, "wattsAtMeter": 2403,
         "leases": 1}
        """#,
        "Problem": #"""
        {"type": "errors#quota-exceeded", "title": "The tenant's quota does not allow this", "status": 409,
         "detail": "tenant acme may hold 64 GPUs and holds up to 2 in this window; 72 more are too many",
         "requestId": "r-2104e265b7wvo",
         "blockers": [
           {"kind": "quota", "name": "acme", "message": "the quota is 64 GPUs, of which 62 are left in this window"}],
         "counterOffers": [
           {"kind": "most-now", "message": "the most that the quota allows now: 7 × node",
            "request": {"tenant": "acme", "reservations": [
                          {"name": "line-1", "shape": "node", "count": 7, "gpu": ["H100"]}],
                        "duration": "7d", "reason": "trial"}}]}
        """#,
    ]

    /// The example for a type, where there is one.
    static func node(of type: any WireType.Type) -> JSONNode? {
        all[SchemaBook.name(of: type)].map { RequestExamples.node($0) }
    }
}
