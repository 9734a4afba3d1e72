// The limits of this machine, for comparing other speeds with them.
#include "CProbe.h"

// As many chains as fit in the registers, so that no multiply-add waits for the previous one.
#define MULTIPLY_ADDS(name, lanes, chains)                             \
  static float name(long rounds) {                                     \
    typedef float vector __attribute__((vector_size(4 * lanes)));      \
    vector sum[chains], scale, step;                                   \
    for (int i = 0; i < lanes; i++) scale[i] = 0.999f, step[i] = 1e-3f; \
    for (int c = 0; c < chains; c++) sum[c] = step * (float)c;         \
    for (long round = 0; round < rounds; round++)                      \
      _Pragma("clang loop unroll(full)")                               \
      for (int c = 0; c < chains; c++) sum[c] = sum[c] * scale + step; \
    float total = 0;                                                   \
    for (int c = 0; c < chains; c++)                                   \
      for (int i = 0; i < lanes; i++) total += sum[c][i];              \
    return total;                                                      \
  }

#define READING(name, lanes)                                                            \
  static float name(const float *numbers, long count) {                                 \
    typedef float vector __attribute__((vector_size(4 * lanes), aligned(4)));           \
    vector sum[4] = {{0}};                                                              \
    for (long i = 0; i + 4 * lanes <= count; i += 4 * lanes)                            \
      _Pragma("clang loop unroll(full)")                                                \
      for (int c = 0; c < 4; c++) sum[c] += *(const vector *)(numbers + i + lanes * c); \
    float total = 0;                                                                    \
    for (int c = 0; c < 4; c++)                                                         \
      for (int i = 0; i < lanes; i++) total += sum[c][i];                               \
    return total;                                                                       \
  }

#if defined(__x86_64__)
__attribute__((target("avx512f"))) MULTIPLY_ADDS(multiply_adds_512, 16, 12)
__attribute__((target("avx2,fma"))) MULTIPLY_ADDS(multiply_adds_256, 8, 12)
__attribute__((target("avx512f"))) READING(reading_512, 16)
__attribute__((target("avx2,fma"))) READING(reading_256, 8)
#endif
MULTIPLY_ADDS(multiply_adds_128, 4, 12)
READING(reading_128, 4)

static int lanes(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return 16;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 8;
#endif
  return 4;
}

long reel_probe_operations(void) { return 2 * 12 * lanes(); }

float reel_probe_multiply_adds(long rounds) {
#if defined(__x86_64__)
  if (lanes() == 16) return multiply_adds_512(rounds);
  if (lanes() == 8) return multiply_adds_256(rounds);
#endif
  return multiply_adds_128(rounds);
}

float reel_probe_reading(const float *numbers, long count) {
#if defined(__x86_64__)
  if (lanes() == 16) return reading_512(numbers, count);
  if (lanes() == 8) return reading_256(numbers, count);
#endif
  return reading_128(numbers, count);
}
