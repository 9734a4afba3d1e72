// Sums, and operations on whole rows: softmax and layer normalization.
#include "CKernels.h"
#include "simd.h"
#include "vectormath.h"

// Four chains of eight lanes, joined in one order: the same on every processor.
CLONES float reel_dot(ptrdiff_t count, const float *x, const float *y) {
  v8 sum[4] = {all(0), all(0), all(0), all(0)};
  ptrdiff_t i = 0;
  for (; i + 32 <= count; i += 32)
    UNROLLED for (int c = 0; c < 4; c++) sum[c] += load(x + i + 8 * c) * load(y + i + 8 * c);
  for (; i < count; i += 8) {
    v8 a, b;
    load_some(&a, x + i, count - i);
    load_some(&b, y + i, count - i);
    sum[0] += a * b;
  }
  sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  return total(sum[0]);
}

CLONES double reel_squares(ptrdiff_t count, const float *x) {
  typedef double d8 __attribute__((vector_size(64)));
  // Several chains, so that additions need not wait for each other.
  d8 sum[3] = {{0}, {0}, {0}};
  ptrdiff_t i = 0;
  for (; i + 24 <= count; i += 24) {
    UNROLLED for (int chain = 0; chain < 3; chain++) {
      const d8 wide = __builtin_convertvector(load(x + i + 8 * chain), d8);
      sum[chain] += wide * wide;
    }
  }
  for (; i < count; i += 8) {
    v8 a;
    load_some(&a, x + i, count - i);
    const d8 wide = __builtin_convertvector(a, d8);
    sum[0] += wide * wide;
  }
  const d8 whole = sum[0] + sum[1] + sum[2];
  return total(whole);
}

CLONES void reel_softmax(ptrdiff_t rows, ptrdiff_t width, const float *x, ptrdiff_t x_row, float *y,
                         ptrdiff_t y_row) {
  for (ptrdiff_t r = 0; r < rows; r++, x += x_row, y += y_row) {
    v8 most = all(-__builtin_inff());
    for (ptrdiff_t c = 0; c < width; c += 8) {
      v8 a = most;
      if (c + 8 <= width) a = load(x + c);
      else
        for (ptrdiff_t i = c; i < width; i++) a[i - c] = x[i];
      most = choose(a > most, a, most);
    }
    float greatest = most[0];
    for (int i = 1; i < 8; i++) greatest = most[i] > greatest ? most[i] : greatest;
    v8 sum = all(0);
    for (ptrdiff_t c = 0; c < width; c += 8) {
      const ptrdiff_t some = width - c;
      v8 a;
      load_some(&a, x + c, some);
      a -= greatest;
      exp8(&a);
      store_some(y + c, &a, some);
      // Lanes beyond the row do not count.
      if (some < 8)
        for (ptrdiff_t i = some; i < 8; i++) a[i] = 0;
      sum += a;
    }
    const float share = 1.0f / total(sum);
    for (ptrdiff_t c = 0; c < width; c += 8) {
      v8 a;
      load_some(&a, y + c, width - c);
      a *= share;
      store_some(y + c, &a, width - c);
    }
  }
}

CLONES void reel_softmax_gradient(ptrdiff_t rows, ptrdiff_t width, const float *y, ptrdiff_t y_row,
                                  const float *dy, ptrdiff_t dy_row, float *dx, ptrdiff_t dx_row) {
  for (ptrdiff_t r = 0; r < rows; r++, y += y_row, dy += dy_row, dx += dx_row) {
    v8 sum = all(0), a, d;
    for (ptrdiff_t c = 0; c < width; c += 8) {
      load_some(&a, y + c, width - c);
      load_some(&d, dy + c, width - c);
      sum += a * d;
    }
    const float mean = total(sum);
    for (ptrdiff_t c = 0; c < width; c += 8) {
      load_some(&a, y + c, width - c);
      load_some(&d, dy + c, width - c);
      a *= d - mean;
      store_some(dx + c, &a, width - c);
    }
  }
}

CLONES void reel_layer_norm(ptrdiff_t rows, ptrdiff_t width, const float *x, ptrdiff_t x_row,
                            const float *gain, const float *bias, float epsilon, float *y,
                            ptrdiff_t y_row, float *mean, float *rstd) {
  for (ptrdiff_t r = 0; r < rows; r++, x += x_row, y += y_row) {
    v8 sum = all(0), squares = all(0), a, g, b = all(0);
    for (ptrdiff_t c = 0; c < width; c += 8) {
      load_some(&a, x + c, width - c);
      sum += a;
    }
    const float middle = total(sum) / (float)width;
    for (ptrdiff_t c = 0; c < width; c += 8) {
      load_some(&a, x + c, width - c);
      a -= middle;
      if (width - c < 8)
        for (ptrdiff_t i = width - c; i < 8; i++) a[i] = 0;
      squares += a * a;
    }
    const float scale = 1.0f / __builtin_sqrtf(total(squares) / (float)width + epsilon);
    for (ptrdiff_t c = 0; c < width; c += 8) {
      load_some(&a, x + c, width - c);
      load_some(&g, gain + c, width - c);
      if (bias) load_some(&b, bias + c, width - c);
      a = (a - middle) * scale * g + b;
      store_some(y + c, &a, width - c);
    }
    mean[r] = middle;
    rstd[r] = scale;
  }
}

CLONES void reel_layer_norm_gradient(ptrdiff_t rows, ptrdiff_t width, const float *x,
                                     ptrdiff_t x_row, const float *gain, const float *mean,
                                     const float *rstd, const float *dy, ptrdiff_t dy_row,
                                     float *dx, ptrdiff_t dx_row, float *dgain, float *dbias) {
  for (ptrdiff_t r = 0; r < rows; r++, x += x_row, dy += dy_row, dx += dx_row) {
    const float middle = mean[r], scale = rstd[r];
    v8 sum = all(0), product = all(0), a, g, d;
    for (ptrdiff_t c = 0; c < width; c += 8) {
      const ptrdiff_t some = width - c;
      load_some(&a, x + c, some);
      load_some(&g, gain + c, some);
      load_some(&d, dy + c, some);
      const v8 normal = (a - middle) * scale;
      sum += d * g;
      product += d * g * normal;
      v8 gathered;
      load_some(&gathered, dgain + c, some);
      gathered += d * normal;
      store_some(dgain + c, &gathered, some);
      if (dbias) {
        load_some(&gathered, dbias + c, some);
        gathered += d;
        store_some(dbias + c, &gathered, some);
      }
    }
    const float mean_sum = total(sum) / (float)width, mean_product = total(product) / (float)width;
    for (ptrdiff_t c = 0; c < width; c += 8) {
      load_some(&a, x + c, width - c);
      load_some(&g, gain + c, width - c);
      load_some(&d, dy + c, width - c);
      a = scale * (d * g - mean_sum - (a - middle) * scale * mean_product);
      store_some(dx + c, &a, width - c);
    }
  }
}

CLONES double reel_cross_entropy(ptrdiff_t width, const float *x, ptrdiff_t target, float weight,
                                 float *dx) {
  float greatest = x[0];
  for (ptrdiff_t c = 1; c < width; c++) greatest = x[c] > greatest ? x[c] : greatest;
  v8 sum = all(0), a;
  for (ptrdiff_t c = 0; c < width; c += 8) {
    const ptrdiff_t some = width - c;
    load_some(&a, x + c, some);
    a -= greatest;
    exp8(&a);
    store_some(dx + c, &a, some);
    if (some < 8)
      for (ptrdiff_t i = some; i < 8; i++) a[i] = 0;
    sum += a;
  }
  const float whole = total(sum), share = weight / whole;
  for (ptrdiff_t c = 0; c < width; c += 8) {
    load_some(&a, dx + c, width - c);
    a *= share;
    store_some(dx + c, &a, width - c);
  }
  dx[target] -= weight;
  return (double)greatest - (double)x[target] + __builtin_log((double)whole);
}

CLONES void reel_gather(ptrdiff_t rows, ptrdiff_t width, const float *source,
                        const ptrdiff_t *places, float *into, ptrdiff_t into_row) {
  enum { AHEAD = 12, LINE = 16 };
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *from = source + places[r];
    float *to = into + r * into_row;
    // Prefetches rows, which are scattered over a large memory.
    if (r + AHEAD < rows) {
      const float *soon = source + places[r + AHEAD];
      for (ptrdiff_t j = 0; j < width; j += LINE) __builtin_prefetch(soon + j);
      __builtin_prefetch(soon + width - 1);
    }
    ptrdiff_t j = 0;
    for (; j + 8 <= width; j += 8) store(to + j, load(from + j));
    if (j < width) {
      v8 rest;
      load_some(&rest, from + j, width - j);
      store_some(to + j, &rest, width - j);
    }
  }
}
