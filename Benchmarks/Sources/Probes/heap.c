// Counts allocations by standing before the allocator of the C library.

#include "Probes.h"
#include <errno.h>
#include <stddef.h>

// The allocator itself, as glibc exports it for those who stand before it.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

// The measured program has one thread while it counts.
static volatile bool is_counting;
static volatile uint64_t calls;

static inline void count(void) {
    if (is_counting) calls = calls + 1;
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t count_of_elements, size_t size) {
    count();
    return __libc_calloc(count_of_elements, size);
}

void *realloc(void *block, size_t size) {
    count();
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    count();
    *block = __libc_memalign(alignment, size);
    return *block == NULL ? ENOMEM : 0;
}

void probe_heap_set_counting(bool counting) { is_counting = counting; }

uint64_t probe_heap_calls(void) { return calls; }
