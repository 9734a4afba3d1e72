// Rows of attention scores: row r may look at the columns before first + r + 1.
#include "CKernels.h"
#include "simd.h"
#include "vectormath.h"

static inline __attribute__((always_inline)) ptrdiff_t seen(ptrdiff_t width, ptrdiff_t first,
                                                            ptrdiff_t row) {
  return first + row + 1 < width ? first + row + 1 : width;
}

CLONES void reel_attention_softmax(ptrdiff_t rows, ptrdiff_t width, ptrdiff_t first, float scale,
                                   float *x, ptrdiff_t x_row, float *kept, ptrdiff_t kept_row) {
  for (ptrdiff_t r = 0; r < rows; r++, x += x_row, kept += kept_row) {
    const ptrdiff_t count = seen(width, first, r);
    v8 most = all(-__builtin_inff()), a;
    ptrdiff_t c = 0;
    for (; c + 8 <= count; c += 8) {
      a = load(x + c);
      most = choose(a > most, a, most);
    }
    float greatest = most[0];
    for (int i = 1; i < 8; i++) greatest = most[i] > greatest ? most[i] : greatest;
    for (; c < count; c++) greatest = x[c] > greatest ? x[c] : greatest;
    const float middle = greatest * scale;
    v8 sum = all(0);
    for (c = 0; c < count; c += 8) {
      const ptrdiff_t some = count - c;
      load_some(&a, x + c, some);
      a = a * scale - middle;
      exp8(&a);
      store_some(x + c, &a, some);
      if (some < 8)
        for (ptrdiff_t i = some; i < 8; i++) a[i] = 0;
      sum += a;
    }
    const float whole = total(sum), share = 1.0f / whole;
    for (c = 0; c + 8 <= count; c += 8) store(x + c, load(x + c) * share);
    for (; c < count; c++) x[c] *= share;
    for (; c < width; c++) x[c] = 0;
    *kept = middle + (float)__builtin_log((double)whole);
  }
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
