// Parts of the products for small layers: transposing a matrix, and sums that stay in registers.
#ifndef REEL_PANELS_H
#define REEL_PANELS_H

#include "CKernels.h"
#include "simd.h"

// A panel of the right-hand matrix is copied so that its columns are in groups of eight: 32 columns
// and 256 rows of it just fill the L1 cache.
enum { PANEL_COLUMNS = 32, PANEL_ROWS = 256, NARROW = 16 };

// Transposes a block of W (columns, depth) of at most eight by eight: row k of `packed` gets eight
// of W's rows at column k, zeros where there are none.
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

// How a product is stored: bits to combine.
enum {
  ADDS = 1,    // it is added to C
  CLAMPS = 2,  // ReLU: negative numbers become 0
  MASKS = 4,   // ReLU's derivative: 0 where `kept`, of C's shape, is not positive
  FADES = 8    // tanh's derivative, where `kept` is its output
};

// C (R, 8V) = start + A (R, K) B (K, 8V); only `columns` of C are changed. Twelve sums stay in
// registers, enough to keep two multipliers busy.
INLINE void tile(const int R, const int V, ptrdiff_t K, const float *a, ptrdiff_t a_row,
                 ptrdiff_t a_step, const float *b, ptrdiff_t b_row, const float *start, float *c,
                 ptrdiff_t c_row, ptrdiff_t columns, int finish, const float *kept) {
  v8 sum[8][4];
  UNROLLED for (int r = 0; r < R; r++) {
    UNROLLED for (int v = 0; v < V; v++) sum[r][v] = load(start + 8 * v);
  }
  // The shorter side stays in registers, so that everything fits into sixteen of them.
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
        v8 y;
        load_some(&y, kept + r * c_row + 8 * v, v + 1 < V ? 8 : columns - 8 * v);
        sum[r][v] = choose(y > all(0), sum[r][v], all(0));
      }
    }
  }
  if (finish & FADES) {
    UNROLLED for (int r = 0; r < R; r++) {
      UNROLLED for (int v = 0; v < V; v++) {
        v8 y;
        load_some(&y, kept + r * c_row + 8 * v, v + 1 < V ? 8 : columns - 8 * v);
        sum[r][v] *= 1.0f - y * y;
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
                  ptrdiff_t c_row, int finish, const float *kept) {
#define ONE(R, V)                                                                              \
  tile(R, V, K, a + m * a_row, a_row, a_step, b, b_row, start, c + m * c_row, c_row, columns, \
       finish, kept ? kept + m * c_row : kept),                                                \
      m += R
#define ROWS(R, V) \
  while (m + R <= M) ONE(R, V)
  ptrdiff_t m = 0;
  switch ((columns + 7) / 8) {
    case 4:
      // Two and two are faster than three and one.
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

#endif
