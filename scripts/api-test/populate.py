"""Gives a daemon on the small fleet something of everything, and prints as JSON what it can be found under.

    populate.py SOCKET

The names go into the tester's requests (hooks.py), so that paths with ids hit something.
"""

import http.client
import json
import socket
import sys
import time


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("berth")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def call(method, target, body=None, statuses=(200, 201, 202)):
    connection = UnixConnection(sys.argv[1])
    text = None if body is None else json.dumps(body)
    connection.request(method, target, text, {"Content-Type": "application/json"} if text else {})
    answer = connection.getresponse()
    data = answer.read()
    if answer.status not in statuses:
        sys.exit(f"{method} {target}: {answer.status} {data.decode()}")
    return json.loads(data) if data else None


def days(count):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + count * 86400))


def lease(tenant, contract, line, **more):
    request = {"tenant": tenant, "contract": contract, "reservations": [line], "duration": "30d", "capPercent": 60}
    return call("POST", "/v1/leases", {**request, **more, "reason": "populate"})["id"]


def contract(tenant, **terms):
    return {"tenant": tenant, "transfers": {"approval": False}, "reclaimCauses": ["harmful-use"],
            "reclaimForCause": {"noticePeriod": "1d"}, "curtailment": {"noticePeriod": "30m"}, "reason": "populate", **terms}


call("PUT", "/v1/cohorts/research", {"quota": {"gpus": 64}, "reason": "populate"})
for tenant in ["acme", "rival"]:
    call("PUT", f"/v1/tenants/{tenant}", {"quota": {"gpus": 300}, "cohort": "research", "reason": "populate"})
call("PUT", "/v1/contracts/acme-1", contract("acme", reclaimForConvenience={
    "maxPercent": 50, "per": "30d", "noticePeriod": "7d"}))
call("PUT", "/v1/contracts/rival-1", contract("rival", approvals={"of": ["cause"], "expiresAfter": "30d"}))

node = {"shape": "node", "count": 4, "gpu": ["H100"]}
leases = [
    lease("acme", "acme-1", node),
    lease("acme", "acme-1", {"shape": "gpu", "gpus": 2, "count": 3, "gpu": ["H100"]}),
    lease("acme", "acme-1", {"shape": "node", "count": 2, "gpu": ["GB200"]}, start=days(400)),
    lease("rival", "rival-1", node),
    lease("rival", "rival-1", {"shape": "mig", "profile": "1g.10gb", "count": 3, "gpu": ["H100"]}),
    lease("rival", "rival-1", node, **{"class": "opportunistic"}),
]
call("POST", f"/v1/leases/{leases[3]}/reclaim", {"clause": "cause", "cause": "harmful-use", "reason": "populate"})
call("POST", f"/v1/leases/{leases[0]}/reclaim", {"clause": "convenience", "gpus": 8, "reason": "populate"})
transfer = call("POST", "/v1/transfers", {"lease": leases[1], "to": "rival", "reason": "populate"})["id"]
call("PUT", "/v1/budgets/lab-meter/load-targets/call", {
    "watts": 300000, "start": days(1), "duration": "1h", "reason": "populate"})
call("PUT", "/v1/maintenance/rack-8", {
    "nodes": "lab/h1/b1/r8", "start": days(500), "duration": "4h", "reason": "populate"})
held = call("GET", f"/v1/leases/{leases[0]}/allocation")["nodes"][0]["node"]
fault = call("POST", "/v1/tenants/acme/faults", {"nodes": [{"node": held, "modules": [1]}], "xid": 48})["faults"][0]["id"]
call("POST", "/v1/telemetry", {"source": "populate", "readings": [{"node": held, "watts": 8000}]})

json.dump({
    "leases": leases, "tenants": ["acme", "rival"], "contracts": ["acme-1", "rival-1"], "cohorts": ["research"],
    "budgets": ["lab-meter", "lab-feed-a", "lab-loop"], "load-targets": ["call"], "maintenance": ["rack-8"],
    "transfers": [transfer], "faults": [fault], "nodes": [held, "lab-h1-b1-r8-n[1-8]"], "sites": ["lab"], "gpu": ["H100", "GB200"],
    "approvals": [item["id"] for item in call("GET", "/v1/approvals")["approvals"]],
    "notices": [item["id"] for item in call("GET", "/v1/notices")["notices"]],
}, sys.stdout)
