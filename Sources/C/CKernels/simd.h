// Vectors of eight floats, in the compiler's own notation: one instruction each on AVX2, two on the
// x86-64 baseline and on ARM. Only the kernels include this.
#ifndef REEL_SIMD_H
#define REEL_SIMD_H

#include <stddef.h>
#include <stdint.h>

// Compiles one function for several CPU levels; the loader chooses. All sum in the same order, but
// a fused multiply-add rounds once where the baseline rounds twice. So two kinds of machine may
// differ in the last bit, but two runs on one machine never do. The thread sanitizer is not ready
// yet when the loader chooses.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ONE_VERSION
#endif
#endif
#if defined(__x86_64__) && !defined(ONE_VERSION)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
// For vectors of sixteen: even if a processor has them, the compiler would otherwise use two of
// eight.
#define WIDE_CLONES CLONES __attribute__((min_vector_width(512)))

// Helpers must be inlined into the clone that uses them: by themselves they would be compiled for
// the baseline.
#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("clang loop unroll(full)")

typedef float v8 __attribute__((vector_size(32)));
typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i8 __attribute__((vector_size(32)));
typedef int32_t i16 __attribute__((vector_size(64)));
// The same at any address.
typedef float v16u __attribute__((vector_size(64), aligned(4), may_alias));
typedef float v8u __attribute__((vector_size(32), aligned(4), may_alias));
typedef float v4u __attribute__((vector_size(16), aligned(4), may_alias));
typedef float v2u __attribute__((vector_size(8), aligned(4), may_alias));

// How functions pass vectors depends on the CPU level, so such helpers are macros, or take an
// address that disappears once they are inlined.
#define load(p) (*(const v8u *)(p))
#define store(p, x) (*(v8u *)(p) = (x))
#define all(x) ((v8){x, x, x, x, x, x, x, x})
#define choose(where, x, y) ((v8)(((where) & (i8)(x)) | (~(where) & (i8)(y))))
// The same for sixteen.
#define load16(p) (*(const v16u *)(p))
#define store16(p, x) (*(v16u *)(p) = (x))
#define all16(x) ((v16){} + (x))
#define choose16(where, x, y) ((v16)(((where) & (i16)(x)) | (~(where) & (i16)(y))))
// The sum of the lanes, in one order everywhere.
#define total(x) ((((x)[0] + (x)[4]) + ((x)[2] + (x)[6])) + (((x)[1] + (x)[5]) + ((x)[3] + (x)[7])))

INLINE ptrdiff_t least(ptrdiff_t x, ptrdiff_t y) { return x < y ? x : y; }

// Transposes eight rows of eight.
INLINE void turn8(const v8 *rows, v8 *columns) {
  v8 a[8], b[8];
  UNROLLED for (int j = 0; j < 8; j += 2) {
    b[j] = __builtin_shufflevector(rows[j], rows[j + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    b[j + 1] = __builtin_shufflevector(rows[j], rows[j + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  UNROLLED for (int j = 0; j < 8; j += 4) {
    UNROLLED for (int i = 0; i < 2; i++) {
      a[j + 2 * i] = __builtin_shufflevector(b[j + i], b[j + i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      a[j + 2 * i + 1] = __builtin_shufflevector(b[j + i], b[j + i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  UNROLLED for (int j = 0; j < 4; j++) {
    columns[j] = __builtin_shufflevector(a[j], a[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    columns[j + 4] = __builtin_shufflevector(a[j], a[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// Reads or writes only the first `count` lanes (0 to 8).
INLINE void load_some(v8 *into, const float *p, ptrdiff_t count) {
  if (count >= 8) {
    *into = load(p);
    return;
  }
  v8 x = all(0);
  const ptrdiff_t four = count & 4, two = count & 2;
  if (count & 1) x = __builtin_shufflevector(x, all(p[four + two]), 8, 1, 2, 3, 4, 5, 6, 7);
  if (two) {
    const v2u y = *(const v2u *)(p + four);
    const v8 wide = __builtin_shufflevector(y, y, 0, 1, 0, 1, 0, 1, 0, 1);
    x = __builtin_shufflevector(x, wide, 8, 9, 0, 3, 4, 5, 6, 7);
  }
  if (four) {
    const v4u y = *(const v4u *)p;
    const v8 wide = __builtin_shufflevector(y, y, 0, 1, 2, 3, 0, 1, 2, 3);
    x = __builtin_shufflevector(x, wide, 8, 9, 10, 11, 0, 1, 2, 3);
  }
  *into = x;
}

INLINE void store_some(float *p, const v8 *from, ptrdiff_t count) {
  v8 x = *from;
  if (count >= 8) {
    store(p, x);
    return;
  }
  if (count & 4) {
    *(v4u *)p = __builtin_shufflevector(x, x, 0, 1, 2, 3);
    x = __builtin_shufflevector(x, x, 4, 5, 6, 7, 4, 5, 6, 7);
    p += 4;
  }
  if (count & 2) {
    *(v2u *)p = __builtin_shufflevector(x, x, 0, 1);
    x = __builtin_shufflevector(x, x, 2, 3, 4, 5, 6, 7, 2, 3);
    p += 2;
  }
  if (count & 1) *p = x[0];
}

#endif
