// libFuzzer's loop, for a program that has a main of its own. The library comes with the sanitizer.

#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*take)(const uint8_t *bytes, size_t count));
