// Products of matrices that are too large for the L1 cache: both factors are copied, a block at a
// time, so that the innermost loop reads consecutive memory (Goto and van de Geijn,
// https://doi.org/10.1145/1356052.1356053).
#include "CKernels.h"
#include "simd.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A block of the left factor stays in the L2 cache, one of the right in the L3 cache; the depth of
// both is that of products.c.
enum { DEPTH = 256, LEFT_ROWS = 192, RIGHT_COLUMNS = 1536 };

typedef struct {
  ptrdiff_t m, n, k, a_row, b_row, c_row;
  int a_turned, b_turned, how;
} shape;

// The nearest bfloat16 number, ties to even, as a float's bits. Subnormal numbers become 0, as on
// processors with bfloat16 instructions; NaN stays NaN.
INLINE uint32_t bfloat16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t size = bits & 0x7fffffff, sign = bits & 0x80000000;
  const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000;
  return size > 0x7f800000 ? 0x7fc00000 : size < 0x00800000 ? sign : rounded;
}

#define LEVEL baseline
#define TARGET
#define ROWS 6
#define LANES 4
#include "packedproduct.h"

#if defined(__x86_64__)
#define LEVEL v3
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define ROWS 6
#define LANES 8
#include "packedproduct.h"

#define LEVEL v4
// Without the width, the compiler would use two vectors of half of it.
#define TARGET __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define ROWS 12
#define LANES 16
#include "packedproduct.h"

#define PAIRS
#define LEVEL v4bf16
#define TARGET __attribute__((target("arch=x86-64-v4,avx512bf16"), min_vector_width(512)))
#define ROWS 12
#define LANES 16
#include "packedproduct.h"
#endif

// The blocks of a thread, which it keeps while it lives.
static pthread_key_t blocks;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) { pthread_key_create(&blocks, free); }

static float *room(void) {
  pthread_once(&once, prepare);
  float *memory = pthread_getspecific(blocks);
  if (memory) return memory;
  memory = aligned_alloc(64, sizeof(float) * DEPTH * (LEFT_ROWS + RIGHT_COLUMNS));
  if (!memory) {
    fputs("reel: not enough memory for a matrix product\n", stderr);
    abort();
  }
  pthread_setspecific(blocks, memory);
  return memory;
}

int reel_level(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("x86-64-v4")) return 4;
  if (__builtin_cpu_supports("x86-64-v3")) return 3;
#endif
  return 0;
}

#if defined(__x86_64__)
static pthread_once_t once_trusted = PTHREAD_ONCE_INIT;
static int trusted;

// Whether the processor's bfloat16 instructions give the same bits as the others. The order of
// their two products is as Intel documents it; a processor that rounds differently is not used.
static void try_pairs(void) {
  enum { M = 13, N = 35, K = 31 };
  float a[M * K], b[K * N], fused[M * N], paired[M * N];
  uint32_t word = 1;
  for (int i = 0; i < M * K; i++) a[i] = (float)(int32_t)(word = word * 1664525 + 1013904223);
  for (int i = 0; i < K * N; i++) b[i] = (float)(int32_t)(word = word * 1664525 + 1013904223);
  const shape s = {M, N, K, K, N, N, 0, 0, REEL_ROUNDS};
  product_v4(&s, a, b, NULL, fused, room());
  product_v4bf16(&s, a, b, NULL, paired, room());
  trusted = !memcmp(fused, paired, sizeof fused);
}

static int has_pairs(void) {
  if (!__builtin_cpu_supports("avx512bf16")) return 0;
  pthread_once(&once_trusted, try_pairs);
  return trusted;
}
#endif

void reel_product_at(int level, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a,
                     ptrdiff_t a_row, int a_turned, const float *b, ptrdiff_t b_row, int b_turned,
                     const float *bias, float *c, ptrdiff_t c_row, int how) {
  const shape s = {m, n, k, a_row, b_row, c_row, a_turned, b_turned, how};
#if defined(__x86_64__)
  if (level == 4 && how & REEL_ROUNDS && has_pairs())
    return product_v4bf16(&s, a, b, bias, c, room());
  if (level == 4) return product_v4(&s, a, b, bias, c, room());
  if (level == 3) return product_v3(&s, a, b, bias, c, room());
#endif
  product_baseline(&s, a, b, bias, c, room());
}

void reel_product(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t a_row,
                  int a_turned, const float *b, ptrdiff_t b_row, int b_turned, const float *bias,
                  float *c, ptrdiff_t c_row, int how) {
  reel_product_at(reel_level(), m, n, k, a, a_row, a_turned, b, b_row, b_turned, bias, c, c_row,
                  how);
}
