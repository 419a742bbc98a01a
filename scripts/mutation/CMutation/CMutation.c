#include "CMutation.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { most = 1 << 18 };

static unsigned char nowhere[most];
int mutation_active = -most;
unsigned char *mutation_reached = nowhere;

__attribute__((constructor)) static void begin(void) {
    const char *active = getenv("BERTH_MUTANT");
    if (active && *active) mutation_active = atoi(active);
    const char *path = getenv("BERTH_MUTANTS_REACHED");
    if (!path) return;
    // Shared with the file, so that it is there after a crash, too.
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || ftruncate(file, most) < 0) abort();
    void *bytes = mmap(NULL, most, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (bytes == MAP_FAILED) abort();
    mutation_reached = bytes;
    close(file);
}
