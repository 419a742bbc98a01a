"""Puts names that the daemon knows into what the tester generates, so that not every path ends in 404.

A generated value is only replaced by another one that fits the same schema, and only sometimes. Waits of long polls are
made short, streams of events are asked to end, and backups go to a folder of the test.
"""

import json
import os
import zlib

import schemathesis

with open(os.environ["BERTH_API_NAMES"]) as file:
    NAMES = json.load(file)

# Fields of bodies and parameters of queries, by the kind of name that they hold.
FIELDS = {
    "tenant": "tenants", "to": "tenants", "contract": "contracts", "cohort": "cohorts", "parent": "cohorts",
    "lease": "leases", "budget": "budgets", "site": "sites", "node": "nodes", "nodes": "nodes", "gpu": "gpu",
    "sites": "sites",
}
# Names in paths, by the step before them.
STEPS = {"leases", "tenants", "contracts", "cohorts", "budgets", "load-targets", "maintenance", "transfers", "faults",
         "approvals", "notices", "subleases", "tokens"}


def known(kind, value):
    """A known name in three of four cases, the same for the same value."""
    names = NAMES.get(kind)
    if not names or not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        return value
    dice = zlib.crc32(value.encode())
    return names[dice // 4 % len(names)] if dice % 4 else value


def replaced(node, kind=None):
    if isinstance(node, dict):
        return {name: replaced(value, FIELDS.get(name)) for name, value in node.items()}
    if isinstance(node, list):
        return [replaced(value, kind) for value in node]
    return known(kind, node) if kind else node


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if not path_parameters:
        return path_parameters
    steps = context.operation.path.split("/")
    for before, step in zip(steps, steps[1:]):
        name = step[step.find("{") + 1:step.find("}")] if "{" in step else None
        if name in path_parameters and before in STEPS:
            path_parameters[name] = known(before, path_parameters[name])
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    if not query:
        return query
    query = {name: known(FIELDS.get(name), value) for name, value in query.items()}
    if isinstance(query.get("wait"), str) and query["wait"][-1:] in ("d", "h", "m", "s"):
        query["wait"] = "1s" if query["wait"][:-1].isdigit() else query["wait"]
    return query


@schemathesis.hook
def map_body(context, body):
    return replaced(body)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path == "/v1/events":
        query = dict(case.query or {})
        if "wait" not in query and query.get("follow") in (None, True, "true"):
            query["wait"] = "0s"
            case.query = query
    if case.operation.path == "/v1/backup" and isinstance(case.body, dict):
        path = case.body.get("path")
        # One that is refused for its form stays as it is, and of those that are no absolute ones every fourth.
        if isinstance(path, str) and 1 <= len(path.encode(errors="replace")) <= 4096:
            dice = zlib.crc32(path.encode(errors="replace"))
            if path.startswith("/") or dice % 4:
                place = os.path.join(os.environ["BERTH_API_BACKUPS"], f"{dice}.sqlite")
                case.body = {**case.body, "path": place}
