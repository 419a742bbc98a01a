// What a measurement asks of the process around it: how often the heap was asked for memory, and where callgrind counts.

#ifndef BERTH_PROBES_H
#define BERTH_PROBES_H

#include <stdbool.h>
#include <stdint.h>

/// Begins and ends counting of calls that allocate: malloc, calloc, realloc and those with an alignment.
void probe_heap_set_counting(bool counting);
/// Calls counted so far.
uint64_t probe_heap_calls(void);

/// Whether the program was built with valgrind's header; else what follows does nothing.
bool probe_callgrind_is_known(void);
/// Whether the program runs under valgrind.
bool probe_callgrind_is_running(void);
void probe_callgrind_begin(void);
/// Switches the collecting of events on or off.
void probe_callgrind_toggle(void);
void probe_callgrind_zero(void);
/// Writes what was collected to the next file, under a name.
void probe_callgrind_dump(const char *name);

#endif
