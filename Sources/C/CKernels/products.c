// Matrix products for layers so small that copying both factors costs more than it saves: a batch
// of 100 through 5-30-30-3. Everything is row-major.
#include "panels.h"

#include <string.h>

CLONES void reel_linear(ptrdiff_t rows, ptrdiff_t in, ptrdiff_t out, const float *x,
                        ptrdiff_t x_row, const float *weight, const float *bias, float *y,
                        ptrdiff_t y_row, int clamps) {
  float packed[PANEL_ROWS * PANEL_COLUMNS] __attribute__((aligned(64)));
  float start[PANEL_COLUMNS];
  for (ptrdiff_t n = 0; n < out; n += PANEL_COLUMNS) {
    const ptrdiff_t columns = least(out - n, PANEL_COLUMNS), width = (columns + 7) & ~7;
    // Whole vectors are written where they fit; beyond the columns they contain zeros.
    const ptrdiff_t room = n + width <= y_row ? width : columns;
    memset(start, 0, sizeof start);
    if (bias) memcpy(start, bias + n, (size_t)columns * sizeof(float));
    for (ptrdiff_t k = 0; k < in; k += PANEL_ROWS) {
      const ptrdiff_t depth = least(in - k, PANEL_ROWS);
      for (ptrdiff_t j = 0; j < columns; j += 8)
        for (ptrdiff_t i = 0; i < depth; i += 8)
          turn(weight + (n + j) * in + k + i, in, columns - j, depth - i, packed + i * width + j,
               width);
      panel(rows, room, depth, x + k, x_row, 1, packed, width, k == 0 ? start : zeros, y + n,
            y_row, (k ? ADDS : 0) | (clamps && k + depth == in ? CLAMPS : 0), NULL);
    }
  }
}

CLONES void reel_linear_one(ptrdiff_t in, ptrdiff_t out, const float *x, const float *weight,
                            const float *bias, float *y) {
  enum { ROWS = 4, AHEAD = 2 * ROWS };
  for (ptrdiff_t n = 0; n < out; n += ROWS) {
    // Where fewer rows are left, the last one is repeated.
    const float *w[ROWS];
    for (ptrdiff_t j = 0; j < ROWS; j++) w[j] = weight + least(n + j, out - 1) * in;
    v8 sum[ROWS][2];
    UNROLLED for (int j = 0; j < ROWS; j++) sum[j][0] = sum[j][1] = all(0);
    ptrdiff_t k = 0;
    for (; k + 16 <= in; k += 16) {
      const v8 low = load(x + k), high = load(x + k + 8);
      UNROLLED for (int j = 0; j < ROWS; j++) {
        // The weights are not in a near cache, and rows are too short for the hardware prefetcher.
        __builtin_prefetch(w[j] + k + AHEAD * in);
        sum[j][0] += low * load(w[j] + k);
        sum[j][1] += high * load(w[j] + k + 8);
      }
    }
    for (; k < in; k += 8) {
      v8 a, b;
      load_some(&a, x + k, in - k);
      for (int j = 0; j < ROWS; j++) {
        load_some(&b, w[j] + k, in - k);
        sum[j][0] += a * b;
      }
    }
    for (ptrdiff_t j = 0; j < ROWS && n + j < out; j++) {
      const v8 whole = sum[j][0] + sum[j][1];
      y[n + j] = total(whole) + (bias ? bias[n + j] : 0);
    }
  }
}

CLONES void reel_linear_input_gradient(ptrdiff_t rows, ptrdiff_t in, ptrdiff_t out,
                                       const float *dy, ptrdiff_t dy_row, const float *weight,
                                       float *dx, ptrdiff_t dx_row, const float *kept, int bend) {
  float packed[PANEL_ROWS * PANEL_COLUMNS] __attribute__((aligned(64)));
  const int finish = !kept ? 0 : bend == REEL_TANH ? FADES : MASKS;
  for (ptrdiff_t n = 0; n < in; n += PANEL_COLUMNS) {
    const ptrdiff_t columns = least(in - n, PANEL_COLUMNS), width = (columns + 7) & ~7;
    for (ptrdiff_t k = 0; k < out; k += PANEL_ROWS) {
      const ptrdiff_t depth = least(out - k, PANEL_ROWS);
      // Copied even where rows are whole vectors, which may cross cache lines.
      for (ptrdiff_t i = 0; i < depth; i++) {
        const float *row = weight + (k + i) * in + n;
        for (ptrdiff_t j = 0; j < width; j += 8)
          load_some((v8 *)(packed + i * width + j), row + j, columns - j);
      }
      panel(rows, n + width <= dx_row ? width : columns, depth, dy + k, dy_row, 1, packed, width,
            zeros, dx + n, dx_row,
            (k ? ADDS : 0) | (k + depth == out ? finish : 0), kept ? kept + n : kept);
    }
  }
}

CLONES void reel_linear_weight_gradient(ptrdiff_t rows, ptrdiff_t in, ptrdiff_t out,
                                        const float *dy, ptrdiff_t dy_row, const float *x,
                                        ptrdiff_t x_row, float *dweight) {
  // A narrow input leaves most lanes empty, so this computes the transposed product, with eight
  // outputs per vector.
  const int turned = in <= NARROW && out > in;
  float product[NARROW * PANEL_COLUMNS];
  const ptrdiff_t across = turned ? out : in;
  for (ptrdiff_t n = 0; n < across; n += PANEL_COLUMNS) {
    const ptrdiff_t columns = least(across - n, PANEL_COLUMNS);
    if (turned) memset(product, 0, sizeof product);
    for (ptrdiff_t r = 0; r < rows; r += PANEL_ROWS) {
      const ptrdiff_t depth = least(rows - r, PANEL_ROWS);
      const float *left = dy + r * dy_row, *right = x + r * x_row;
      if (turned)
        panel(in, columns, depth, right, 1, x_row, left + n, dy_row, zeros, product, PANEL_COLUMNS,
              ADDS, NULL);
      else
        panel(out, columns, depth, left, 1, dy_row, right + n, x_row, zeros, dweight + n, in,
              ADDS, NULL);
    }
    if (turned)
      for (ptrdiff_t j = 0; j < columns; j++)
        for (ptrdiff_t i = 0; i < in; i++) dweight[(n + j) * in + i] += product[i * PANEL_COLUMNS + j];
  }
}

CLONES void reel_column_sums(ptrdiff_t rows, ptrdiff_t width, const float *x, ptrdiff_t x_row,
                             float *sums) {
  for (ptrdiff_t n = 0; n < width; n += 8) {
    const ptrdiff_t columns = least(width - n, 8);
    // Four chains, so that additions need not wait for each other.
    v8 sum[4] = {all(0), all(0), all(0), all(0)};
    load_some(&sum[0], sums + n, columns);
    ptrdiff_t r = 0;
    for (; r + 4 <= rows; r += 4)
      UNROLLED for (int i = 0; i < 4; i++) sum[i] += load(x + (r + i) * x_row + n);
    for (; r < rows; r++) sum[0] += load(x + r * x_row + n);
    sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    store_some(sums + n, &sum[0], columns);
  }
}
