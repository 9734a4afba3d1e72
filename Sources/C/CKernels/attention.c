// Rows of attention scores: row r may look at the columns before first + r + 1.
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

// Four queries against sixteen keys at a time: enough sums at once that none waits for another.
#define QUERIES 4

CLONES void reel_attention(ptrdiff_t rows, ptrdiff_t width, ptrdiff_t first, ptrdiff_t head,
                           float scale, const float *q, const float *keys, ptrdiff_t keys_row,
                           const float *v, ptrdiff_t row, float *scores, float *y, ptrdiff_t y_row,
                           float *kept, ptrdiff_t kept_row, const reel_dropping *dropped) {
  for (ptrdiff_t r = 0; r < rows; r += QUERIES) {
    const ptrdiff_t group = rows - r < QUERIES ? rows - r : QUERIES;
    const ptrdiff_t most = seen(width, first, r + group - 1);
    // Where there are fewer queries, the last one stands in for the rest.
    const float *from[QUERIES];
    for (ptrdiff_t j = 0; j < QUERIES; j++)
      from[j] = q + (r + (j < group ? j : group - 1)) * row;
    for (ptrdiff_t c = 0; c < most; c += 16) {
      v8 sum[QUERIES][2];
      UNROLLED for (int j = 0; j < QUERIES; j++) sum[j][0] = sum[j][1] = all(0);
      for (ptrdiff_t k = 0; k < head; k++) {
        const v8 low = load(keys + k * keys_row + c), high = load(keys + k * keys_row + c + 8);
        UNROLLED for (int j = 0; j < QUERIES; j++) {
          const float part = from[j][k];
          sum[j][0] += part * low;
          sum[j][1] += part * high;
        }
      }
      UNROLLED for (int j = 0; j < QUERIES; j++) {
        store(scores + j * keys_row + c, sum[j][0]);
        store(scores + j * keys_row + c + 8, sum[j][1]);
      }
    }
    float share[QUERIES];
    for (ptrdiff_t j = 0; j < group; j++) {
      float *x = scores + j * keys_row;
      const ptrdiff_t count = seen(width, first, r + j);
      v8 a, greatest = all(-__builtin_inff()), sum = all(0);
      ptrdiff_t c = 0;
      for (; c + 8 <= count; c += 8) {
        a = load(x + c);
        greatest = choose(a > greatest, a, greatest);
      }
      float top = greatest[0];
      for (int i = 1; i < 8; i++) top = greatest[i] > top ? greatest[i] : top;
      for (; c < count; c++) top = x[c] > top ? x[c] : top;
      const float middle = top * scale;
      for (c = 0; c < count; c += 8) {
        a = load(x + c) * scale - middle;
        exp8(&a);
        if (count - c < 8)
          for (ptrdiff_t i = count - c; i < 8; i++) a[i] = 0;
        store(x + c, a);
        sum += a;
      }
      for (; c < most; c++) x[c] = 0;
      const float whole = total(sum);
      share[j] = 1.0f / whole;
      kept[(r + j) * kept_row] = middle + (float)__builtin_log((double)whole);
      if (dropped)
        reel_dropout(count, dropped->place + (uint32_t)((r + j) * width), dropped->key1,
                     dropped->key2, dropped->rate, x);
    }
    for (ptrdiff_t k = 0; k < head; k += 16) {
      const ptrdiff_t some = head - k;
      v8 sum[QUERIES][2];
      UNROLLED for (int j = 0; j < QUERIES; j++) sum[j][0] = sum[j][1] = all(0);
      if (some >= 16) {
        for (ptrdiff_t c = 0; c < most; c++) {
          const v8 low = load(v + c * row + k), high = load(v + c * row + k + 8);
          UNROLLED for (int j = 0; j < QUERIES; j++) {
            const float part = scores[j * keys_row + c];
            sum[j][0] += part * low;
            sum[j][1] += part * high;
          }
        }
      } else {
        for (ptrdiff_t c = 0; c < most; c++) {
          v8 low, high = all(0);
          load_some(&low, v + c * row + k, some);
          if (some > 8) load_some(&high, v + c * row + k + 8, some - 8);
          UNROLLED for (int j = 0; j < QUERIES; j++) {
            const float part = scores[j * keys_row + c];
            sum[j][0] += part * low;
            sum[j][1] += part * high;
          }
        }
      }
      for (ptrdiff_t j = 0; j < group; j++) {
        sum[j][0] *= share[j];
        sum[j][1] *= share[j];
        store_some(y + (r + j) * y_row + k, &sum[j][0], some);
        if (some > 8) store_some(y + (r + j) * y_row + k + 8, &sum[j][1], some - 8);
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
