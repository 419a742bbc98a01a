// Marks for callgrind. Without its header the program is the same but cannot be counted.

#include "Probes.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>

bool probe_callgrind_is_known(void) { return true; }
bool probe_callgrind_is_running(void) { return RUNNING_ON_VALGRIND != 0; }
void probe_callgrind_begin(void) { CALLGRIND_START_INSTRUMENTATION; }
void probe_callgrind_toggle(void) { CALLGRIND_TOGGLE_COLLECT; }
void probe_callgrind_zero(void) { CALLGRIND_ZERO_STATS; }
void probe_callgrind_dump(const char *name) { CALLGRIND_DUMP_STATS_AT(name); }

#else

bool probe_callgrind_is_known(void) { return false; }
bool probe_callgrind_is_running(void) { return false; }
void probe_callgrind_begin(void) {}
void probe_callgrind_toggle(void) {}
void probe_callgrind_zero(void) {}
void probe_callgrind_dump(const char *name) { (void)name; }

#endif
