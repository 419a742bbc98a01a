"""Busy clients and long polls on a control socket, over a restart of the daemon.

load.py SOCKET CLIENTS POLLS GO STOP: works until the file STOP is there, says so in the file GO once every poll waits, then checks
what was answered. It ends with 1 when a connection was refused or an answer was wrong.
"""

import asyncio, json, os, socket, sys

PATH, CLIENTS, POLLS, GO, STOP = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
counts = {"answers": 0, "connections": 0, "cut": 0, "polls": 0, "busy": 0}
wrong, refused = [], []


class Cut(Exception):
    """The other side has closed the connection."""


class Client:
    def __init__(self):
        self.reader = self.writer = None

    async def connect(self):
        try:
            connection = socket.socket(socket.AF_UNIX)
            connection.setblocking(False)
            # At once or not at all: EAGAIN says that too many wait, which asyncio would take for a slow connection.
            connection.connect(PATH)
            self.reader, self.writer = await asyncio.open_unix_connection(sock=connection)
            counts["connections"] += 1
        except OSError as error:
            connection.close()
            refused.append(repr(error))
            await asyncio.sleep(0.05)
            raise Cut

    def drop(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None

    async def once(self, method, path, body=None, headers=()):
        if not self.writer:
            await self.connect()
        data = json.dumps(body).encode() if body is not None else b""
        lines = [f"{method} {path} HTTP/1.1", "Host: berth", f"Content-Length: {len(data)}", *headers]
        if data:
            lines.append("Content-Type: application/json")
        try:
            self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
            await self.writer.drain()
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
            status = int(head[0].split()[1])
            text = b""
            if status != 304:
                text = await self.reader.readexactly(int(fields.get("content-length", 0)))
            if fields.get("connection") == "close":
                self.drop()
            counts["answers"] += 1
            return status, json.loads(text) if text else None
        except (ConnectionError, asyncio.IncompleteReadError, OSError):
            self.drop()
            counts["cut"] += 1
            raise Cut

    async def request(self, *arguments, **named):
        """Asks until there is an answer; what is asked means the same each time."""
        while True:
            try:
                status, answer = await self.once(*arguments, **named)
            except Cut:
                continue
            if status != 503:
                return status, answer
            counts["busy"] += 1
            await asyncio.sleep(0.02)


def stopped():
    return os.path.exists(STOP)


async def work(number):
    client, last, name = Client(), 0, f"busy-{number}"
    while not stopped():
        last += 1
        body = {"description": f"change {last}", "reason": "load"}
        status, answer = await client.request("PUT", f"/v1/tenants/{name}", body, headers=[f"Idempotency-Key: {name}-{last}"])
        if status not in (200, 201) or answer["description"] != body["description"]:
            wrong.append(("PUT", name, status, answer))
        status, answer = await client.request("GET", f"/v1/tenants/{name}")
        if status != 200 or answer["description"] != body["description"]:
            wrong.append(("GET", name, status, answer))
    return last


async def poll(number, ready):
    client, index = Client(), 0
    path = f"/v1/tenants/busy-{number % CLIENTS}/allocation"
    while not stopped():
        status, answer = await client.request("GET", f"{path}?index={index}&wait=30s")
        if status != 200 or answer["index"] < index:
            wrong.append(("poll", path, index, status, answer))
        index = answer["index"] if answer else index
        counts["polls"] += 1
        ready.add(number)


async def main():
    for number in range(CLIENTS):
        await Client().request("PUT", f"/v1/tenants/busy-{number}", {"description": "", "reason": "load"})
    ready = set()
    polls = [asyncio.create_task(poll(number, ready)) for number in range(POLLS)]
    workers = [asyncio.create_task(work(number)) for number in range(CLIENTS)]
    while len(ready) < POLLS:
        await asyncio.sleep(0.05)
    open(GO, "w").close()
    done = await asyncio.gather(*workers)
    for task in polls:
        task.cancel()
    await asyncio.gather(*polls, return_exceptions=True)
    client = Client()
    for number, last in enumerate(done):
        _, answer = await client.request("GET", f"/v1/tenants/busy-{number}")
        if answer["description"] != f"change {last}":
            wrong.append(("end", number, last, answer))
    print(
        f"{counts['answers']} answers to {CLIENTS} clients and {POLLS} polls over {counts['connections']} connections; "
        f"{counts['cut']} cut and asked again, {counts['busy']} told to come again; "
        f"{len(refused)} refused, {len(wrong)} wrong"
    )
    for each in (refused + wrong)[:5]:
        print("  ", each)
    return 1 if refused or wrong else 0


sys.exit(asyncio.run(main()))
