"""Takes many small leases over a control socket: fill.py SOCKET LEASES

Each is one GPU from now on, in batches as large as the daemon takes. It says how many the book has and how long it took.
"""

import http.client, json, socket, sys, time

PATH, WANTED, BATCH = sys.argv[1], int(sys.argv[2]), 256


class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(PATH)


connection = Connection("berth")


def ask(method, path, body=None):
    connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    text = json.load(answer)
    if answer.status not in (200, 201):
        sys.exit(f"{method} {path}: {answer.status} {text}")
    return text


ask("PUT", "/v1/tenants/many", {"reason": "many leases"})
lease = {"tenant": "many", "reservations": [{"shape": "gpu", "gpus": 1, "count": 1}], "duration": "30d", "reason": "many leases"}
start, taken = time.monotonic(), 0
while taken < WANTED:
    count = min(BATCH, WANTED - taken)
    # Each is decided by itself, and is an entry of the journal by itself.
    answer = ask("POST", "/v1/leases:batch", {"atomic": False, "leases": [lease] * count})
    if any("lease" not in each for each in answer["results"]):
        sys.exit(f"not all were granted: {answer['results'][-1]}")
    taken += count
print(f"{taken} leases in {time.monotonic() - start:.0f} s")
