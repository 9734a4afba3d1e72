// Rows of attention scores: row r sees the columns before first + r + 1.
#include "CKernels.h"
#include "simd.h"
#include "vectormath.h"

static inline __attribute__((always_inline)) ptrdiff_t seen(ptrdiff_t width, ptrdiff_t first,
                                                            ptrdiff_t row) {
  return first + row + 1 < width ? first + row + 1 : width;
}

CLONES void reel_attention_shares(ptrdiff_t rows, ptrdiff_t width, ptrdiff_t first, float scale,
                                  float *x, ptrdiff_t x_row, const float *kept,
                                  ptrdiff_t kept_row) {
  for (ptrdiff_t r = 0; r < rows; r++, x += x_row, kept += kept_row) {
    const ptrdiff_t count = seen(width, first, r);
    const float whole = *kept;
    for (ptrdiff_t c = 0; c < count; c += 8) {
      v8 a;
      load_some(&a, x + c, count - c);
      a = a * scale - whole;
      exp8(&a);
      store_some(x + c, &a, count - c);
    }
    for (ptrdiff_t c = count; c < width; c++) x[c] = 0;
  }
}

CLONES void reel_attention_gradient(ptrdiff_t rows, ptrdiff_t width, ptrdiff_t head_width,
                                    float scale, const float *shares, ptrdiff_t shares_row,
                                    const float *y, const float *dy, ptrdiff_t y_row, float *dx,
                                    ptrdiff_t dx_row) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    v8 sum = all(0), a, b;
    for (ptrdiff_t c = 0; c < head_width; c += 8) {
      load_some(&a, y + c, head_width - c);
      load_some(&b, dy + c, head_width - c);
      sum += a * b;
    }
    const float mean = total(sum);
    for (ptrdiff_t c = 0; c < width; c += 8) {
      load_some(&a, shares + c, width - c);
      load_some(&b, dx + c, width - c);
      a = a * (b - mean) * scale;
      store_some(dx + c, &a, width - c);
    }
    shares += shares_row;
    y += y_row;
    dy += y_row;
    dx += dx_row;
  }
}

// Six queries with sixteen keys at a time: twelve sums, enough that none waits for another. Shares
// are processed in chunks that stay in the L1 cache.
enum { QUERIES = 6, KEYS = 16, CHUNK = 256 };

static const float LOG2_E = 1.44269504f, LN_2 = 0.693147181f;

static inline ptrdiff_t whole_vectors(ptrdiff_t count) { return (count + KEYS - 1) & ~(KEYS - 1); }

ptrdiff_t reel_attention_room(ptrdiff_t width, ptrdiff_t head) {
  const ptrdiff_t wide = whole_vectors(head);
  return whole_vectors(width) * head + width * wide + QUERIES * (head + wide);
}

// Keys: in groups of sixteen, with the same component adjacent. Values: in groups of sixteen
// columns, position by position. Missing numbers are 0.
INLINE void pack(ptrdiff_t width, ptrdiff_t head, const float *k, const float *v, ptrdiff_t row,
                 float *keys, float *values) {
  for (ptrdiff_t c = 0; c < whole_vectors(width); c++) {
    float *panel = keys + (c & ~(KEYS - 1)) * head + (c & (KEYS - 1));
    for (ptrdiff_t i = 0; i < head; i++) panel[i * KEYS] = c < width ? k[c * row + i] : 0;
  }
  for (ptrdiff_t i = 0; i < head; i += 8) {
    float *panel = values + (i & ~(KEYS - 1)) * width + (i & 8);
    for (ptrdiff_t c = 0; c < width; c++) {
      v8 a;
      load_some(&a, v + c * row + i, head - i);
      store(panel + c * KEYS, a);
    }
  }
  if ((head - 1) & 8) return;
  float *panel = values + (head & ~(KEYS - 1)) * width + 8;
  for (ptrdiff_t c = 0; c < width; c++) store(panel + c * KEYS, all(0));
}

// Six queries' scores with some keys, −∞ beyond the last key that a query sees, and the greatest of
// each.
INLINE void score(ptrdiff_t start, ptrdiff_t end, const ptrdiff_t *count, ptrdiff_t head,
                  const float *q, const float *keys, float (*scores)[CHUNK], v8 *greatest) {
  for (ptrdiff_t c = start; c < end; c += KEYS) {
    v16 sum[QUERIES];
    UNROLLED for (int j = 0; j < QUERIES; j++) sum[j] = (v16){};
    const float *right = keys + c * head;
    for (ptrdiff_t k = 0; k < head; k++) {
      const v16 key = load16(right + k * KEYS);
      UNROLLED for (int j = 0; j < QUERIES; j++) sum[j] += q[k * QUERIES + j] * key;
    }
    // The first query sees the fewest keys.
    if (c + KEYS > count[0]) {
      const i16 place = (i16){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + (int32_t)c;
      const v16 nothing = all16(-__builtin_inff());
      UNROLLED for (int j = 0; j < QUERIES; j++)
        sum[j] = choose16(place < (int32_t)count[j], sum[j], nothing);
    }
    UNROLLED for (int j = 0; j < QUERIES; j++) {
      store16(&scores[j][c - start], sum[j]);
      const v8 low = __builtin_shufflevector(sum[j], sum[j], 0, 1, 2, 3, 4, 5, 6, 7);
      const v8 high = __builtin_shufflevector(sum[j], sum[j], 8, 9, 10, 11, 12, 13, 14, 15);
      const v8 top = choose(low > high, low, high);
      greatest[j] = choose(top > greatest[j], top, greatest[j]);
    }
  }
}

// y (six rows of sixteen) = factor y + shares values
INLINE void mix(ptrdiff_t count, float (*shares)[CHUNK], const float *values, const float *factor,
                float *y) {
  v16 sum[QUERIES];
  UNROLLED for (int j = 0; j < QUERIES; j++) sum[j] = load16(y + j * KEYS) * factor[j];
  for (ptrdiff_t c = 0; c < count; c++) {
    const v16 value = load16(values + c * KEYS);
    UNROLLED for (int j = 0; j < QUERIES; j++) sum[j] += shares[j][c] * value;
  }
  UNROLLED for (int j = 0; j < QUERIES; j++) store16(y + j * KEYS, sum[j]);
}

WIDE_CLONES void reel_attention(ptrdiff_t rows, ptrdiff_t width, ptrdiff_t first, ptrdiff_t head,
                           float scale, const float *q, const float *k, const float *v,
                           ptrdiff_t row, float *room, float *y, ptrdiff_t y_row, float *kept,
                           ptrdiff_t kept_row, const reel_dropping *dropped) {
  const ptrdiff_t wide = whole_vectors(head);
  float *keys = room, *values = keys + whole_vectors(width) * head;
  float *left = values + width * wide, *mixed = left + QUERIES * head;
  pack(width, head, k, v, row, keys, values);
  for (ptrdiff_t r = 0; r < rows; r += QUERIES) {
    // Where there are fewer queries, the last one is repeated.
    const ptrdiff_t group = rows - r < QUERIES ? rows - r : QUERIES;
    ptrdiff_t count[QUERIES];
    v8 sum[QUERIES];
    float greatest[QUERIES];
    for (ptrdiff_t j = 0; j < QUERIES; j++) {
      const ptrdiff_t place = r + (j < group ? j : group - 1);
      for (ptrdiff_t i = 0; i < head; i++)
        left[i * QUERIES + j] = q[place * row + i] * (scale * LOG2_E);
      count[j] = seen(width, first, place);
      sum[j] = all(0);
      greatest[j] = -__builtin_inff();
    }
    for (ptrdiff_t i = 0; i < QUERIES * wide; i++) mixed[i] = 0;
    const ptrdiff_t most = count[QUERIES - 1];
    for (ptrdiff_t start = 0; start < most; start += CHUNK) {
      const ptrdiff_t end = most - start < CHUNK ? most : start + CHUNK;
      float scores[QUERIES][CHUNK] __attribute__((aligned(64)));
      float factor[QUERIES];
      v8 tops[QUERIES];
      UNROLLED for (int j = 0; j < QUERIES; j++) tops[j] = all(greatest[j]);
      score(start, end, count, head, left, keys, scores, tops);
      for (ptrdiff_t j = 0; j < QUERIES; j++) {
        // Rescales the sums so far, which are relative to the previous greatest score.
        const float top = __builtin_reduce_max(tops[j]);
        v8 fall = all(greatest[j] - top);
        fade8(&fall);
        factor[j] = fall[0];
        greatest[j] = top;
        v8 part = sum[j] * fall;
        for (ptrdiff_t c = 0; c < end - start; c += 8) {
          v8 a = load(&scores[j][c]) - top;
          fade8(&a);
          store(&scores[j][c], a);
          part += a;
        }
        sum[j] = part;
        if (dropped && j < group)
          reel_dropout(end - start, dropped->place + (uint32_t)((r + j) * width + start),
                       dropped->key1, dropped->key2, dropped->rate, scores[j]);
      }
      for (ptrdiff_t i = 0; i < head; i += KEYS)
        mix(end - start, scores, values + i * width + start * KEYS, factor, mixed + i * QUERIES);
    }
    for (ptrdiff_t j = 0; j < group; j++) {
      const float whole = total(sum[j]), share = 1.0f / whole;
      kept[(r + j) * kept_row] = greatest[j] * LN_2 + (float)__builtin_log((double)whole);
      for (ptrdiff_t i = 0; i < head; i += 8) {
        const v8 a = load(mixed + (i & ~(KEYS - 1)) * QUERIES + j * KEYS + (i & 8)) * share;
        store_some(y + (r + j) * y_row + i, &a, head - i);
      }
    }
  }
}

CLONES void reel_attention_one(ptrdiff_t width, ptrdiff_t head, float scale, const float *q,
                               const float *k, const float *v, ptrdiff_t row, float *scores,
                               float *y, float *kept) {
  float top = -__builtin_inff();
  for (ptrdiff_t c = 0; c < width; c++) {
    v8 sum = all(0), a, b;
    for (ptrdiff_t i = 0; i < head; i += 8) {
      load_some(&a, q + i, head - i);
      load_some(&b, k + c * row + i, head - i);
      sum += a * b;
    }
    scores[c] = total(sum) * scale;
    top = scores[c] > top ? scores[c] : top;
  }
  v8 a, sum = all(0);
  for (ptrdiff_t c = 0; c < width; c += 8) {
    load_some(&a, scores + c, width - c);
    a -= top;
    exp8(&a);
    if (width - c < 8)
      for (ptrdiff_t i = width - c; i < 8; i++) a[i] = 0;
    store_some(scores + c, &a, width - c);
    sum += a;
  }
  const float whole = total(sum);
  *kept = top + (float)__builtin_log((double)whole);
  for (ptrdiff_t c = 0; c < width; c++) scores[c] /= whole;
  for (ptrdiff_t i = 0; i < head; i += 32) {
    v8 part[4] = {all(0), all(0), all(0), all(0)};
    if (head - i >= 32) {
      for (ptrdiff_t c = 0; c < width; c++)
        UNROLLED for (int j = 0; j < 4; j++) part[j] += scores[c] * load(v + c * row + i + 8 * j);
      UNROLLED for (int j = 0; j < 4; j++) store(y + i + 8 * j, part[j]);
    } else {
      for (ptrdiff_t h = i; h < head; h += 8) {
        v8 one = all(0);
        for (ptrdiff_t c = 0; c < width; c++) {
          load_some(&a, v + c * row + h, head - h);
          one += scores[c] * a;
        }
        store_some(y + h, &one, head - h);
      }
    }
  }
}
