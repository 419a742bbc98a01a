// Comparisons of 64-bit numbers with the wide instructions of x86-64, one function for each set of them, and whether this
// machine has them. Swift has no way to say that one function may use what the rest of the program may not.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

/// Whether the processor has some features of leaf 7 and the system keeps the registers in `state` over a switch.
static inline bool berth_has_leaf7(uint32_t features, uint32_t state) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return false;
    uint32_t kept, high;
    __asm__("xgetbv" : "=a"(kept), "=d"(high) : "c"(0));
    if ((kept & state) != state) return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & features) == features;
}

static inline bool berth_has_avx2(void) { return berth_has_leaf7(bit_AVX2, 0x6); }

static inline bool berth_has_avx512(void) { return berth_has_leaf7(bit_AVX512F | bit_AVX512VL, 0xE6); }

/// Bit `n` set where value `n` is at least `threshold`; at most 64 values.
__attribute__((target("avx2"))) static inline uint64_t
berth_at_least_avx2(int64_t threshold, const int64_t *values, ptrdiff_t count) {
    const __m256i least = _mm256_set1_epi64x(threshold);
    uint64_t bits = 0;
    ptrdiff_t place = 0;
    for (; place + 4 <= count; place += 4) {
        const __m256i four = _mm256_loadu_si256((const __m256i *)(values + place));
        const int below = _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(least, four)));
        bits |= (uint64_t)(~below & 15) << place;
    }
    for (; place < count; place++) bits |= (uint64_t)(values[place] >= threshold) << place;
    return bits;
}

/// The same, eight at a time.
__attribute__((target("avx512f,avx512vl"))) static inline uint64_t
berth_at_least_avx512(int64_t threshold, const int64_t *values, ptrdiff_t count) {
    const __m512i least = _mm512_set1_epi64(threshold);
    uint64_t bits = 0;
    ptrdiff_t place = 0;
    for (; place + 8 <= count; place += 8) {
        bits |= (uint64_t)_mm512_cmpge_epi64_mask(_mm512_loadu_si512(values + place), least) << place;
    }
    if (place < count) {
        const __mmask8 left = (__mmask8)((1u << (count - place)) - 1);
        bits |= (uint64_t)_mm512_mask_cmpge_epi64_mask(left, _mm512_maskz_loadu_epi64(left, values + place), least)
                << place;
    }
    return bits;
}

#endif
