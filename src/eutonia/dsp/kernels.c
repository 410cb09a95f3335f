/* Where nearly all time of EMG and EEG goes: filters, Fourier transforms, pairs of channels.

   Many rows or segments go through each computation side by side, one in each lane of the
   processor's vectors. compiled.py calls these functions; where they are not compiled, NumPy and
   SciPy give the same to rounding. hatch_build.py compiles this file once for each generation of
   processors.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#define BLOCK_BYTES (1 << 18) /* of channels at a time: stay in the second-level cache */
#define TILE 256              /* samples filtered at a time: stay in the first-level cache */

/* Tell whether this processor knows the instructions that the file was compiled to. */
int runs_here(void)
{
#if defined(__AVX512F__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#elif defined(__AVX2__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#elif defined(__SSE4_2__)
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
#else
    return 1;
#endif
}

static void *room(size_t n_vectors)
{
    return aligned_alloc(VECTOR_BYTES, VECTOR_BYTES * (n_vectors + 1));
}

#define REAL double
#define WORD uint64_t
#define NAME(f) f##_float64
#include "kernels.h"
#undef REAL
#undef WORD
#undef NAME

#define REAL float
#define WORD uint32_t
#define NAME(f) f##_float32
#include "kernels.h"
