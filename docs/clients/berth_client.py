#!/usr/bin/env python3
"""A client of berthd in Python's standard library: request, poll, release.

    berth_client.py [--socket PATH | --url https://HOST:PORT --token-file FILE [--ca FILE]] COMMAND

    lease TENANT LINES DURATION    request a lease; LINES is JSON, as '[{"shape":"gpu","gpus":1}]'
    watch TENANT [--changes N]     print what the tenant holds, and again at each change
    release LEASE                  release a lease, or cancel it before its start
"""
import argparse
import http.client
import itertools
import json
import os
import socket
import ssl
import sys
import time
import urllib.parse
import uuid

class UnixConnection(http.client.HTTPConnection):
    """HTTP over the daemon's Unix socket; the kernel says who calls."""

    def __init__(self, path):
        super().__init__("localhost", timeout=330)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Refused(Exception):
    """The daemon said no; `problem` is its document (RFC 9457)."""

    def __init__(self, problem):
        super().__init__(problem["detail"])
        self.problem = problem


class Berth:
    ATTEMPTS = 5

    def __init__(self, socket_path=None, url=None, token=None, ca=None):
        self.socket_path, self.url, self.token = socket_path, url and urllib.parse.urlsplit(url), token
        self.tls = ssl.create_default_context(cafile=ca) if url else None

    def _connection(self):
        if self.url:
            return http.client.HTTPSConnection(self.url.hostname, self.url.port or 443, timeout=330, context=self.tls)
        return UnixConnection(self.socket_path)

    def send(self, method, path, body=None, headers=None, key=None):
        """One exchange: (status, headers, document). A write has an idempotency key, so that repeating it is safe."""
        headers = dict(headers or {}, Accept="application/json")
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        if method != "GET":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        if body is not None:
            headers["Content-Type"] = "application/json"
        for attempt in range(1, self.ATTEMPTS + 1):
            try:
                connection = self._connection()
                connection.request(method, path, body and json.dumps(body), headers)
                answer = connection.getresponse()
                text, found = answer.read(), {k.lower(): v for k, v in answer.getheaders()}
                connection.close()
            except (OSError, http.client.HTTPException) as error:
                if attempt == self.ATTEMPTS or isinstance(error, ssl.SSLCertVerificationError):
                    raise
                time.sleep(2 ** attempt / 2)
                continue
            if answer.status in (429, 503) and attempt < self.ATTEMPTS:
                time.sleep(float(found.get("retry-after", 1)))  # the daemon says when to come back
                continue
            if answer.status == 304 or not text:
                return answer.status, found, None
            document = json.loads(text)
            if answer.status >= 400:
                raise Refused(document)
            return answer.status, found, document

    def request_lease(self, tenant, lines, duration, **terms):
        body = {"tenant": tenant, "reservations": lines, "duration": duration, **terms}
        return self.send("POST", "/v1/leases", body)[2]

    def release(self, lease):
        return self.send("DELETE", "/v1/leases/" + lease)[2]

    def watch(self, tenant, wait="60s"):
        """What the tenant holds, now and after each change; the index and the ETag say what is known already."""
        path, index, tag = f"/v1/tenants/{tenant}/allocation", None, None
        while True:
            query = "" if index is None else f"?index={index}&wait={wait}"
            status, headers, held = self.send("GET", path + query, headers={"If-None-Match": tag} if tag else {})
            index, tag = headers.get("berth-index", index), headers.get("etag", tag)
            if status == 200:
                yield held


def show_lease(lease):
    amount = f"{lease['delivered']['gpus']} of {lease['promised']['gpus']} GPUs"
    print(f"{lease['id']}  {lease['state']}  {amount}  until {lease['end']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", default=os.environ.get("BERTH_SOCKET", "/run/berth/control.sock"))
    for option, words in (("--url", "the daemon's TLS listener"), ("--token-file", "a file with the bearer token"),
                          ("--ca", "the certificates to trust, in place of the system's")):
        parser.add_argument(option, help=words)
    commands = parser.add_subparsers(dest="command", required=True)
    lease = commands.add_parser("lease")
    for name, read in (("tenant", str), ("lines", json.loads), ("duration", str)):
        lease.add_argument(name, type=read)
    watch = commands.add_parser("watch")
    watch.add_argument("tenant")
    watch.add_argument("--changes", type=int, help="end after so many answers")
    commands.add_parser("release").add_argument("lease")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    token = open(arguments.token_file).read().strip() if arguments.token_file else None
    berth = Berth(arguments.socket, arguments.url, token, arguments.ca)
    try:
        if arguments.command == "lease":
            show_lease(berth.request_lease(arguments.tenant, arguments.lines, arguments.duration))
        elif arguments.command == "release":
            show_lease(berth.release(arguments.lease))
        else:
            for held in itertools.islice(berth.watch(arguments.tenant), arguments.changes):
                print(f"{held['tenant']}, index {held['index']}")
                for lease in held["leases"]:
                    show_lease(lease)
                for notice in held["notices"]:
                    print(f"  notice {notice['id']}: {notice['kind']} by {notice['deadline']}")
    except Refused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        for blocker in refusal.problem.get("blockers", []):
            print(f"  in the way: {blocker['kind']} {blocker['name']}: {blocker['message']}", file=sys.stderr)
        for offer in refusal.problem.get("counterOffers", []):
            print(f"  would be granted: {offer['message']}", file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
