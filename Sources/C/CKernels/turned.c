// Products with weights that were transposed before: a network's weights do not change during a
// batch, or during all steps that it plays between two updates.
#include "panels.h"

#include <string.h>

ptrdiff_t reel_turned_room(ptrdiff_t in, ptrdiff_t out) { return in * ((out + 7) & ~7); }

CLONES void reel_turn(ptrdiff_t in, ptrdiff_t out, const float *weight, float *turned) {
  for (ptrdiff_t n = 0; n < out; n += PANEL_COLUMNS) {
    const ptrdiff_t columns = least(out - n, PANEL_COLUMNS), width = (columns + 7) & ~7;
    for (ptrdiff_t j = 0; j < columns; j += 8)
      for (ptrdiff_t i = 0; i < in; i += 8)
        turn(weight + (n + j) * in + i, in, columns - j, in - i, turned + i * width + j, width);
    turned += in * width;
  }
}

CLONES void reel_linear_turned(ptrdiff_t rows, ptrdiff_t in, ptrdiff_t out, const float *x,
                               ptrdiff_t x_row, const float *turned, const float *bias, float *y,
                               ptrdiff_t y_row, int clamps) {
  for (ptrdiff_t n = 0; n < out; n += PANEL_COLUMNS) {
    const ptrdiff_t columns = least(out - n, PANEL_COLUMNS), width = (columns + 7) & ~7;
    const ptrdiff_t room = n + width <= y_row ? width : columns;
    float start[PANEL_COLUMNS] = {0};
    if (bias) memcpy(start, bias + n, (size_t)columns * sizeof(float));
    // In the same pieces as reel_linear, so that sums are rounded in the same way.
    for (ptrdiff_t k = 0; k < in; k += PANEL_ROWS) {
      const ptrdiff_t depth = least(in - k, PANEL_ROWS);
      panel(rows, room, depth, x + k, x_row, 1, turned + k * width, width, k ? zeros : start, y + n,
            y_row, (k ? ADDS : 0) | (clamps && k + depth == in ? CLAMPS : 0), NULL);
    }
    turned += in * width;
  }
}
