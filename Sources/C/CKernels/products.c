// Matrix products for layers so small that a BLAS spends its time on preparing: a batch of 100 through
// 5-30-30-3. Everything is row-major.
#include "CKernels.h"
#include "simd.h"

#include <string.h>

// A panel of the right-hand matrix is copied so that its columns stand eight by eight: 32 columns
// and 256 rows of it fill the first-level cache and no more.
enum { PANEL_COLUMNS = 32, PANEL_ROWS = 256, NARROW = 16 };

// Turns a block of W (columns, depth) of at most eight by eight: row k of `packed` gets eight of W's
// rows at column k, zeros where there are none.
INLINE void turn(const float *w, ptrdiff_t w_row, ptrdiff_t columns, ptrdiff_t depth,
                 float *packed, ptrdiff_t packed_row) {
  v8 a[8], b[8];
  UNROLLED for (int j = 0; j < 8; j++) {
    a[j] = all(0);
    if (j < columns) load_some(&a[j], w + j * w_row, depth);
  }
  turn8(a, b);
  UNROLLED for (int k = 0; k < 8; k++) {
    if (k < depth) store(packed + k * packed_row, b[k]);
  }
}

// What becomes of a product on its way to memory: bits to combine.
enum {
  ADDS = 1,    // it is added to what is there
  CLAMPS = 2,  // ReLU: what is negative becomes 0
  MASKS = 4    // and back: 0 where the mask, of the form of C, is not positive
};

// C (R, 8V) = start + A (R, K) B (K, 8V); only `columns` of C are touched. Twelve sums stay in
// registers, enough to keep two multipliers busy.
INLINE void tile(const int R, const int V, ptrdiff_t K, const float *a, ptrdiff_t a_row,
                 ptrdiff_t a_step, const float *b, ptrdiff_t b_row, const float *start, float *c,
                 ptrdiff_t c_row, ptrdiff_t columns, int finish, const float *mask) {
  v8 sum[8][4];
  UNROLLED for (int r = 0; r < R; r++) {
    UNROLLED for (int v = 0; v < V; v++) sum[r][v] = load(start + 8 * v);
  }
  // The shorter side is held, so that everything fits into sixteen registers.
  for (ptrdiff_t k = 0; k < K; k++, a += a_step, b += b_row) {
    if (R < V) {
      v8 left[8];
      UNROLLED for (int r = 0; r < R; r++) left[r] = all(a[r * a_row]);
      UNROLLED for (int v = 0; v < V; v++) {
        const v8 right = load(b + 8 * v);
        UNROLLED for (int r = 0; r < R; r++) sum[r][v] += left[r] * right;
      }
    } else {
      v8 right[4];
      UNROLLED for (int v = 0; v < V; v++) right[v] = load(b + 8 * v);
      UNROLLED for (int r = 0; r < R; r++) {
        const v8 left = all(a[r * a_row]);
        UNROLLED for (int v = 0; v < V; v++) sum[r][v] += left * right[v];
      }
    }
  }
  if (finish & ADDS) {
    UNROLLED for (int r = 0; r < R; r++) {
      UNROLLED for (int v = 0; v < V; v++) {
        v8 before;
        load_some(&before, c + r * c_row + 8 * v, v + 1 < V ? 8 : columns - 8 * v);
        sum[r][v] += before;
      }
    }
  }
  if (finish & CLAMPS) {
    UNROLLED for (int r = 0; r < R; r++) {
      // Written so that NaN stays NaN.
      UNROLLED for (int v = 0; v < V; v++) sum[r][v] = choose(sum[r][v] < all(0), all(0), sum[r][v]);
    }
  }
  if (finish & MASKS) {
    UNROLLED for (int r = 0; r < R; r++) {
      UNROLLED for (int v = 0; v < V; v++) {
        v8 kept;
        load_some(&kept, mask + r * c_row + 8 * v, v + 1 < V ? 8 : columns - 8 * v);
        sum[r][v] = choose(kept > all(0), sum[r][v], all(0));
      }
    }
  }
  UNROLLED for (int r = 0; r < R; r++) {
    UNROLLED for (int v = 0; v < V; v++) {
      store_some(c + r * c_row + 8 * v, &sum[r][v], v + 1 < V ? 8 : columns - 8 * v);
    }
  }
}

// All rows of up to 32 columns.
INLINE void panel(ptrdiff_t M, ptrdiff_t columns, ptrdiff_t K, const float *a, ptrdiff_t a_row,
                  ptrdiff_t a_step, const float *b, ptrdiff_t b_row, const float *start, float *c,
                  ptrdiff_t c_row, int finish, const float *mask) {
#define ONE(R, V)                                                                              \
  tile(R, V, K, a + m * a_row, a_row, a_step, b, b_row, start, c + m * c_row, c_row, columns, \
       finish, mask ? mask + m * c_row : mask),                                                \
      m += R
#define ROWS(R, V) \
  while (m + R <= M) ONE(R, V)
  ptrdiff_t m = 0;
  switch ((columns + 7) / 8) {
    case 4:
      // Two and two are quicker than three and one.
      while (M - m >= 3 && M - m != 4) ONE(3, 4);
      ROWS(2, 4);
      ROWS(1, 4);
      break;
    case 3:
      ROWS(4, 3);
      ROWS(2, 3);
      ROWS(1, 3);
      break;
    case 2:
      ROWS(6, 2);
      ROWS(2, 2);
      ROWS(1, 2);
      break;
    default:
      ROWS(8, 1);
      ROWS(4, 1);
      ROWS(1, 1);
  }
#undef ROWS
#undef ONE
}

static const float zeros[PANEL_COLUMNS] = {0};

CLONES void reel_linear(ptrdiff_t rows, ptrdiff_t in, ptrdiff_t out, const float *x,
                        ptrdiff_t x_row, const float *weight, const float *bias, float *y,
                        ptrdiff_t y_row, int clamps) {
  float packed[PANEL_ROWS * PANEL_COLUMNS] __attribute__((aligned(64)));
  float start[PANEL_COLUMNS];
  for (ptrdiff_t n = 0; n < out; n += PANEL_COLUMNS) {
    const ptrdiff_t columns = least(out - n, PANEL_COLUMNS), width = (columns + 7) & ~7;
    // Whole vectors are written where there is room for them; beyond the columns they hold zeros.
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
    // Where fewer rows are left, the last one stands in for the others.
    const float *w[ROWS];
    for (ptrdiff_t j = 0; j < ROWS; j++) w[j] = weight + least(n + j, out - 1) * in;
    v8 sum[ROWS][2];
    UNROLLED for (int j = 0; j < ROWS; j++) sum[j][0] = sum[j][1] = all(0);
    ptrdiff_t k = 0;
    for (; k + 16 <= in; k += 16) {
      const v8 low = load(x + k), high = load(x + k + 8);
      UNROLLED for (int j = 0; j < ROWS; j++) {
        // The weights come from afar, and rows are too short for the processor to see where they lead.
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
                                       float *dx, ptrdiff_t dx_row, const float *mask) {
  float packed[PANEL_ROWS * PANEL_COLUMNS] __attribute__((aligned(64)));
  for (ptrdiff_t n = 0; n < in; n += PANEL_COLUMNS) {
    const ptrdiff_t columns = least(in - n, PANEL_COLUMNS), width = (columns + 7) & ~7;
    for (ptrdiff_t k = 0; k < out; k += PANEL_ROWS) {
      const ptrdiff_t depth = least(out - k, PANEL_ROWS);
      for (ptrdiff_t i = 0; i < depth; i++) {
        const float *row = weight + (k + i) * in + n;
        for (ptrdiff_t j = 0; j < width; j += 8)
          load_some((v8 *)(packed + i * width + j), row + j, columns - j);
      }
      panel(rows, n + width <= dx_row ? width : columns, depth, dy + k, dy_row, 1, packed, width, zeros, dx + n, dx_row,
            (k ? ADDS : 0) | (mask && k + depth == out ? MASKS : 0), mask ? mask + n : mask);
    }
  }
}

CLONES void reel_linear_weight_gradient(ptrdiff_t rows, ptrdiff_t in, ptrdiff_t out,
                                        const float *dy, ptrdiff_t dy_row, const float *x,
                                        ptrdiff_t x_row, float *dweight) {
  // A narrow input leaves most lanes empty, so there the transposed product is taken, eight outputs
  // to a vector.
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
    // Four chains, so that one addition need not wait for the last.
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
