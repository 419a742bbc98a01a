// What both clients share: a clock, the line that a sample makes, and the command line.

#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define USAGE "reserve NODES COUNT | fill COUNT | list | allocate gpus|nodes N COUNT | test gpus|nodes N COUNT"

static inline int64_t steady_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Prints `VERB TAB MICROSECONDS` for what began at `began`.
static inline void sample(const char *verb, int64_t began) {
    printf("%s\t%.1f\n", verb, (double)(steady_nanoseconds() - began) / 1e3);
}

static inline _Noreturn void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

enum verb { RESERVE, FILL, LIST, ALLOCATE, TEST };

struct work {
    enum verb verb;
    int is_gpus;  // else whole nodes
    int number;   // of GPUs on one node, or of nodes
    int count;    // of samples
};

static inline int positive(const char *text) {
    char *end;
    long number = strtol(text, &end, 10);
    if (*text == 0 || *end != 0 || number < 1 || number > 1000000) fail("%s is not a number from 1", text);
    return (int)number;
}

static inline struct work parse(int count, char **arguments) {
    const char *verb = count > 1 ? arguments[1] : "";
    if (strcmp(verb, "reserve") == 0 && count == 4)
        return (struct work){RESERVE, 0, positive(arguments[2]), positive(arguments[3])};
    if (strcmp(verb, "fill") == 0 && count == 3) return (struct work){FILL, 0, 1, positive(arguments[2])};
    if (strcmp(verb, "list") == 0 && count == 2) return (struct work){LIST, 0, 1, 1};
    int is_allocate = strcmp(verb, "allocate") == 0;
    if (count != 5 || (!is_allocate && strcmp(verb, "test") != 0)) fail("usage: %s " USAGE, arguments[0]);
    int is_gpus = strcmp(arguments[2], "gpus") == 0;
    if (!is_gpus && strcmp(arguments[2], "nodes") != 0) fail("%s is neither gpus nor nodes", arguments[2]);
    return (struct work){is_allocate ? ALLOCATE : TEST, is_gpus, positive(arguments[3]), positive(arguments[4])};
}

#endif
