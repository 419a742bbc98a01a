// Times berthd over its socket; BERTH_SOCKET names it. The verbs are those of slurm-client.c.
//
//   reserve   make a lease of whole nodes that begins in a day, and cancel it; again and again
//   fill      make leases of one node in the same window, which stay
//   list      print how many leases there are, of the first page
//   allocate  lease GPUs or nodes from now on; the lease stays, as a job does on the other side
//   test      a dry run of the same
//
// One connection for all calls of a run. Every answer but that of a dry run is durable before it is sent.

#define _GNU_SOURCE
#include "samples.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int server;
static char answer[8 << 20];  // an answer may list the hosts of 13,750 nodes

static void connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) fail("the socket's path is over 107 bytes");
    strcpy(address.sun_path, path);
    server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 || connect(server, (struct sockaddr *)&address, sizeof address) != 0)
        fail("%s: %s", path, strerror(errno));
}

// Sends one request and waits for its whole answer; returns the status and leaves the text in `answer`.
static int exchange(const char *method, const char *path, const char *body) {
    char request[1024];
    int length = snprintf(
        request, sizeof request,
        "%s %s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n%s", method,
        path, strlen(body), body);
    if (send(server, request, (size_t)length, MSG_NOSIGNAL) != length) fail("send: %s", strerror(errno));
    size_t filled = 0, whole = sizeof answer;
    while (filled < whole) {
        ssize_t got = recv(server, answer + filled, sizeof answer - 1 - filled, 0);
        if (got <= 0) fail("berthd closed the connection, or its answer is too long");
        filled += (size_t)got;
        answer[filled] = 0;
        char *end = whole == sizeof answer ? strstr(answer, "\r\n\r\n") : NULL;
        if (end == NULL) continue;
        char *field = strcasestr(answer, "content-length:");
        if (field == NULL || field > end) fail("an answer without its length");
        whole = (size_t)(end + 4 - answer) + strtoul(field + 15, NULL, 10);
    }
    return atoi(answer + 9);
}

static void create(struct work work, const char *path) {
    char line[128], start[64] = "", body[512];
    if (work.is_gpus) {
        snprintf(line, sizeof line, "{\"shape\":\"gpu\",\"gpus\":%d}", work.number);
    } else {
        snprintf(line, sizeof line, "{\"shape\":\"node\",\"count\":%d,\"gpu\":[\"H100\",\"H200\"]}", work.number);
    }
    if (work.verb == RESERVE || work.verb == FILL) {
        time_t tomorrow = time(NULL) + 86400;
        strftime(start, sizeof start, "\"start\":\"%Y-%m-%dT%H:%M:%SZ\",", gmtime(&tomorrow));
    }
    snprintf(
        body, sizeof body, "{\"tenant\":\"peers\",\"reservations\":[%s],%s\"duration\":\"%s\",\"capPercent\":60}", line,
        start, *start ? "1d" : "10h");
    int64_t began = steady_nanoseconds();
    int status = exchange("POST", path, body);
    if (work.verb != FILL) sample("create", began);
    if (status / 100 != 2) fail("a lease was refused: %s", answer);
}

static void release(void) {
    char path[256], *identifier = strstr(answer, "\"id\":\"");
    if (identifier == NULL) fail("a lease without an id: %s", answer);
    identifier += 6;
    snprintf(path, sizeof path, "/v1/leases/%.*s", (int)strcspn(identifier, "\""), identifier);
    int64_t began = steady_nanoseconds();
    int status = exchange("DELETE", path, "");
    sample("delete", began);
    if (status / 100 != 2) fail("a release was refused: %s", answer);
}

static void list(void) {
    int lease_count = 0;
    if (exchange("GET", "/v1/leases", "") != 200) fail("listing: %s", answer);
    for (char *at = answer; (at = strstr(at, "{\"id\":\"")) != NULL; at++) lease_count++;
    printf("%d\n", lease_count);
}

int main(int count, char **arguments) {
    struct work work = parse(count, arguments);
    const char *path = getenv("BERTH_SOCKET");
    if (path == NULL) fail("BERTH_SOCKET is not set");
    connect_to(path);
    if (work.verb == LIST) {
        list();
        return 0;
    }
    if (exchange("PUT", "/v1/tenants/peers", "{\"reason\":\"measuring\"}") / 100 != 2) fail("no tenant: %s", answer);
    for (int number = 0; number < work.count; number++) {
        create(work, work.verb == TEST ? "/v1/leases?dryRun=plan" : "/v1/leases");
        if (work.verb == RESERVE) release();
    }
    return 0;
}
