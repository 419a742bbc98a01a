// The library is linked in with -sanitize=fuzzer.
#include "LibFuzzer.h"
