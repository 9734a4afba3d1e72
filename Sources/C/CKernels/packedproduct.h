// The product of large matrices for one CPU level: tiles of ROWS rows and two vectors of LANES
// columns, which fill that level's registers. packedproduct.c includes this once for each level,
// with LEVEL and TARGET (an attribute, or nothing) defined as well, and PAIRS where the processor
// has bfloat16 instructions.
//
// Each number of C is a separate sum: over the depth in order, in blocks of DEPTH from 0 on, the
// first block starting from the bias. So neither the level nor the number of rows changes a bit,
// and the results equal those of products.c.
#define NAMED_(name, level) name##_##level
#define NAMED(name, level) NAMED_(name, level)
#define vector NAMED(vector, LEVEL)
#define anywhere NAMED(anywhere, LEVEL)
#define turned_panels NAMED(turned_panels, LEVEL)
#define whole_panels NAMED(whole_panels, LEVEL)
#define round_panels NAMED(round_panels, LEVEL)
#define tile NAMED(tile, LEVEL)

typedef float vector __attribute__((vector_size(4 * LANES)));
typedef float anywhere __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

// Panels of `width` rows of x, side by side for each index of the depth; missing rows are 0.
// Transposes eight by eight numbers at a time, of which `part` rows are needed.
TARGET INLINE void turned_panels(const float *x, ptrdiff_t row, ptrdiff_t count, ptrdiff_t depth,
                                 const ptrdiff_t width, const ptrdiff_t part, float *panel) {
  for (ptrdiff_t i = 0; i < count; i += width, panel += width * depth)
    for (ptrdiff_t j = 0; j < width; j += part)
      for (ptrdiff_t k = 0; k < depth; k += 8) {
        const ptrdiff_t there = count - i - j, rows = there < part ? there : part;
        const ptrdiff_t columns = depth - k < 8 ? depth - k : 8;
        v8 a[8], b[8];
        if (rows == part && columns == 8) {
          UNROLLED for (int r = 0; r < part; r++) a[r] = load(x + (i + j + r) * row + k);
          UNROLLED for (int r = part; r < 8; r++) a[r] = all(0);
        } else {
          for (int r = 0; r < 8; r++) {
            a[r] = all(0);
            if (r < rows) load_some(&a[r], x + (i + j + r) * row + k, columns);
          }
        }
        turn8(a, b);
        UNROLLED for (int c = 0; c < 8; c++)
          if (c < columns) store_some(panel + (k + c) * width + j, &b[c], part);
      }
}

// The same for an x that is already transposed: row k of x has the numbers for index k of the
// depth.
TARGET INLINE void whole_panels(const float *x, ptrdiff_t row, ptrdiff_t count, ptrdiff_t depth,
                                const ptrdiff_t width, float *panel) {
  for (ptrdiff_t i = 0; i < count; i += width, panel += width * depth) {
    if (count - i >= width) {
      for (ptrdiff_t k = 0; k < depth; k++)
        memcpy(panel + k * width, x + k * row + i, (size_t)width * sizeof(float));
    } else {
      memset(panel, 0, (size_t)(width * depth) * sizeof(float));
      for (ptrdiff_t k = 0; k < depth; k++)
        memcpy(panel + k * width, x + k * row + i, (size_t)(count - i) * sizeof(float));
    }
  }
}

#ifdef PAIRS
// Panels in bfloat16: indices 2k and 2k + 1 of the depth share a word, the first in its upper half,
// which the processor multiplies first.
TARGET INLINE void round_panels(ptrdiff_t count, ptrdiff_t depth, const ptrdiff_t width, float *panel) {
  for (; count > 0; count -= width, panel += width * depth)
    for (ptrdiff_t k = 0; k < depth; k += 2)
      for (ptrdiff_t i = 0; i < width; i++) {
        const uint32_t next = k + 1 < depth ? bfloat16(panel[(k + 1) * width + i]) : 0;
        const uint32_t both = bfloat16(panel[k * width + i]) | next >> 16;
        memcpy(panel + (k / 2) * width + i, &both, sizeof both);
      }
}
#else
// Numbers rounded to bfloat16, as floats: their products are exact, so the sums equal those of a
// processor with bfloat16 instructions.
TARGET INLINE void round_panels(ptrdiff_t count, ptrdiff_t depth, const ptrdiff_t width, float *panel) {
  const ptrdiff_t all = (count + width - 1) / width * width * depth;
  for (ptrdiff_t i = 0; i < all; i++) {
    const uint32_t bits = bfloat16(panel[i]);
    memcpy(panel + i, &bits, sizeof bits);
  }
}
#endif

// c (rows, columns) = start + a b of two panels, or c + that.
TARGET INLINE void tile(ptrdiff_t depth, const float *a, const float *b, const float *start,
                        float *c, ptrdiff_t c_row, ptrdiff_t rows, ptrdiff_t columns, int adds) {
  vector sum[ROWS][2];
  const vector left = *(const vector *)start, right = *(const vector *)(start + LANES);
  UNROLLED for (int r = 0; r < ROWS; r++) {
    sum[r][0] = left;
    sum[r][1] = right;
    __builtin_prefetch(c + r * c_row + 2 * LANES - 1, 1);
  }
#ifdef PAIRS
  for (ptrdiff_t k = 0; k < depth; k += 2, a += ROWS, b += 2 * LANES) {
    const __m512bh low = (__m512bh)_mm512_load_ps(b), high = (__m512bh)_mm512_load_ps(b + LANES);
    UNROLLED for (int r = 0; r < ROWS; r++) {
      const __m512bh one = (__m512bh)_mm512_set1_ps(a[r]);
      sum[r][0] = _mm512_dpbf16_ps(sum[r][0], one, low);
      sum[r][1] = _mm512_dpbf16_ps(sum[r][1], one, high);
    }
  }
#else
  for (ptrdiff_t k = 0; k < depth; k++, a += ROWS, b += 2 * LANES) {
    const vector low = *(const vector *)b, high = *(const vector *)(b + LANES);
    UNROLLED for (int r = 0; r < ROWS; r++) {
      sum[r][0] += a[r] * low;
      sum[r][1] += a[r] * high;
    }
  }
#endif
  if (rows == ROWS && columns == 2 * LANES) {
    UNROLLED for (int r = 0; r < ROWS; r++) {
      anywhere *low = (anywhere *)(c + r * c_row), *high = low + 1;
      if (adds) {
        sum[r][0] += *low;
        sum[r][1] += *high;
      }
      *low = sum[r][0];
      *high = sum[r][1];
    }
    return;
  }
  float numbers[ROWS][2 * LANES] __attribute__((aligned(64)));
  UNROLLED for (int r = 0; r < ROWS; r++) {
    *(vector *)numbers[r] = sum[r][0];
    *(vector *)(numbers[r] + LANES) = sum[r][1];
  }
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t j = 0; j < columns; j++)
      c[r * c_row + j] = numbers[r][j] + (adds ? c[r * c_row + j] : 0);
}

TARGET static void NAMED(product, LEVEL)(const shape *s, const float *a, const float *b,
                                         const float *bias, float *c, float *room) {
  enum { COLUMNS = 2 * LANES };
  float *left = room, *right = room + LEFT_ROWS * DEPTH;
  for (ptrdiff_t n = 0; n < s->n; n += RIGHT_COLUMNS) {
    const ptrdiff_t columns = least(RIGHT_COLUMNS, s->n - n);
    for (ptrdiff_t k = 0; k < s->k; k += DEPTH) {
      const ptrdiff_t depth = least(DEPTH, s->k - k);
      const int adds = (s->how & REEL_ADDS) || k > 0;
      if (s->b_turned)
        turned_panels(b + n * s->b_row + k, s->b_row, columns, depth, COLUMNS, 8, right);
      else
        whole_panels(b + k * s->b_row + n, s->b_row, columns, depth, COLUMNS, right);
      if (s->how & REEL_ROUNDS) round_panels(columns, depth, COLUMNS, right);
      for (ptrdiff_t m = 0; m < s->m; m += LEFT_ROWS) {
        const ptrdiff_t rows = least(LEFT_ROWS, s->m - m);
        if (s->a_turned)
          whole_panels(a + k * s->a_row + m, s->a_row, rows, depth, ROWS, left);
        else
          turned_panels(a + m * s->a_row + k, s->a_row, rows, depth, ROWS, 6, left);
        if (s->how & REEL_ROUNDS) round_panels(rows, depth, ROWS, left);
        for (ptrdiff_t j = 0; j < columns; j += COLUMNS) {
          const ptrdiff_t wide = least(COLUMNS, columns - j);
          float start[COLUMNS] __attribute__((aligned(64))) = {0};
          if (bias && k == 0) memcpy(start, bias + n + j, (size_t)wide * sizeof(float));
          for (ptrdiff_t i = 0; i < rows; i += ROWS)
            tile(depth, left + i * depth, right + j * depth, start,
                 c + (m + i) * s->c_row + n + j, s->c_row, least(ROWS, rows - i), wide, adds);
        }
      }
    }
  }
}

#undef NAMED_
#undef NAMED
#undef vector
#undef anywhere
#undef turned_panels
#undef whole_panels
#undef round_panels
#undef tile
#undef LEVEL
#undef TARGET
#undef ROWS
#undef LANES
#undef PAIRS
