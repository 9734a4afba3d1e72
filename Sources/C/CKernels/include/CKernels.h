// The hot loops of Neural. Matrices are row-major; a `…_row` is the number of floats from one row
// to the next. Matrices marked "padded" are read up to the next multiple of eight columns, so that
// memory must exist, with any contents.
#ifndef REEL_KERNELS_H
#define REEL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// MARK: Products for small layers; weight (out, in), bias (out) or null.

// y (rows, out) = x (rows, in) weightᵀ + bias, and where `clamps` ReLU of that
void reel_linear(ptrdiff_t rows, ptrdiff_t in, ptrdiff_t out, const float *x, ptrdiff_t x_row,
                 const float *weight, const float *bias, float *y, ptrdiff_t y_row, int clamps);
// the same for one row: each output is a separate sum
void reel_linear_one(ptrdiff_t in, ptrdiff_t out, const float *x, const float *weight,
                     const float *bias, float *y);
// The same in two parts: `turned`, which has reel_turned_room numbers, is valid until the weight
// changes.
ptrdiff_t reel_turned_room(ptrdiff_t in, ptrdiff_t out);
void reel_turn(ptrdiff_t in, ptrdiff_t out, const float *weight, float *turned);
void reel_linear_turned(ptrdiff_t rows, ptrdiff_t in, ptrdiff_t out, const float *x,
                        ptrdiff_t x_row, const float *turned, const float *bias, float *y,
                        ptrdiff_t y_row, int clamps);
// dx (rows, in) = dy (rows, out) weight; if x came from ReLU or tanh, whose output of the same
// shape is `kept`, also multiplied by that derivative
enum { REEL_RELU, REEL_TANH };
void reel_linear_input_gradient(ptrdiff_t rows, ptrdiff_t in, ptrdiff_t out, const float *dy,
                                ptrdiff_t dy_row, const float *weight, float *dx, ptrdiff_t dx_row,
                                const float *kept, int bend);
// dweight (out, in) += dyᵀ x, both padded
void reel_linear_weight_gradient(ptrdiff_t rows, ptrdiff_t in, ptrdiff_t out, const float *dy,
                                 ptrdiff_t dy_row, const float *x, ptrdiff_t x_row, float *dweight);
// sums (width) += the rows of x (rows, width), x padded
void reel_column_sums(ptrdiff_t rows, ptrdiff_t width, const float *x, ptrdiff_t x_row,
                      float *sums);

// MARK: Products for large layers; the same bits on every CPU with fused multiply-add.

// The kind of product: bits to combine.
enum {
  REEL_ADDS = 1,   // the product is added to c
  REEL_ROUNDS = 2  // both factors are rounded to bfloat16 first; sums keep single precision
};

// c (m, n) = a (m, k) b (k, n), and the bias (n) where it is not null; a factor may be stored transposed
void reel_product(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t a_row,
                  int a_turned, const float *b, ptrdiff_t b_row, int b_turned, const float *bias,
                  float *c, ptrdiff_t c_row, int how);
// the same with the code for a given CPU level, which this CPU must have
void reel_product_at(int level, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a,
                     ptrdiff_t a_row, int a_turned, const float *b, ptrdiff_t b_row, int b_turned,
                     const float *bias, float *c, ptrdiff_t c_row, int how);
// 4 for x86-64-v4, which has AVX-512, 3 for x86-64-v3, which has AVX2, 0 for all others
int reel_level(void);

// MARK: One number at a time, over `count` numbers.

void reel_relu(ptrdiff_t count, const float *x, float *y);
// dx = dy where y, the output of ReLU, is positive, else 0
void reel_relu_gradient(ptrdiff_t count, const float *y, const float *dy, float *dx);
void reel_tanh(ptrdiff_t count, const float *x, float *y);
// from y, the output of tanh
void reel_tanh_gradient(ptrdiff_t count, const float *y, const float *dy, float *dx);
// x Φ(x), with the error function
void reel_gelu(ptrdiff_t count, const float *x, float *y);
// from x, the input of GELU
void reel_gelu_gradient(ptrdiff_t count, const float *x, const float *dy, float *dx);
// GELU with tanh, as in GPT-2
void reel_gelu_tanh(ptrdiff_t count, const float *x, float *y);
void reel_gelu_tanh_gradient(ptrdiff_t count, const float *x, const float *dy, float *dx);
void reel_exp(ptrdiff_t count, const float *x, float *y);
// x becomes x / (1 − rate), or 0 with probability `rate`: the numbers of a stream from a position
// on, each drawn from its position and two keys
void reel_dropout(ptrdiff_t count, uint32_t place, uint32_t key1, uint32_t key2, float rate,
                  float *x);
// y += x
void reel_add(ptrdiff_t count, const float *x, float *y);
// y = scale y
void reel_scale(ptrdiff_t count, float scale, float *y);

// MARK: Sums, in one order everywhere.

float reel_dot(ptrdiff_t count, const float *x, const float *y);
// the sum of squares, in double precision
double reel_squares(ptrdiff_t count, const float *x);

// MARK: Rows.

// y (rows, width) = softmax of each row of x
void reel_softmax(ptrdiff_t rows, ptrdiff_t width, const float *x, ptrdiff_t x_row, float *y,
                  ptrdiff_t y_row);
// dx = y (dy − Σ y dy), a row at a time
void reel_softmax_gradient(ptrdiff_t rows, ptrdiff_t width, const float *y, ptrdiff_t y_row,
                           const float *dy, ptrdiff_t dy_row, float *dx, ptrdiff_t dx_row);
// y = (x − mean) rstd gain + bias, a row at a time; mean and rstd (rows) are stored for the
// backward pass
void reel_layer_norm(ptrdiff_t rows, ptrdiff_t width, const float *x, ptrdiff_t x_row,
                     const float *gain, const float *bias, float epsilon, float *y,
                     ptrdiff_t y_row, float *mean, float *rstd);
// dgain and dbias are added to (dbias may be null); dx is replaced
void reel_layer_norm_gradient(ptrdiff_t rows, ptrdiff_t width, const float *x, ptrdiff_t x_row,
                              const float *gain, const float *mean, const float *rstd,
                              const float *dy, ptrdiff_t dy_row, float *dx, ptrdiff_t dx_row,
                              float *dgain, float *dbias);

// How attention shares are dropped: by their position among those of all sequences and heads.
typedef struct {
  uint32_t place, key1, key2;
  float rate;
} reel_dropping;

// MARK: Attention; row r of the scores x (rows, width) sees the columns before first + r + 1.

// y (rows, head) = softmax(scale q kᵀ) v, where the rows of (width, head) matrices are `row` apart;
// kept = the logarithm of the divisor; `room` has reel_attention_room numbers; with dropout,
// `dropped` is for row 0, and a row has `width` positions
ptrdiff_t reel_attention_room(ptrdiff_t width, ptrdiff_t head);
void reel_attention(ptrdiff_t rows, ptrdiff_t width, ptrdiff_t first, ptrdiff_t head, float scale,
                    const float *q, const float *k, const float *v, ptrdiff_t row, float *room,
                    float *y, ptrdiff_t y_row, float *kept, ptrdiff_t kept_row,
                    const reel_dropping *dropped);
// the same for one query; scores (width) become the shares
void reel_attention_one(ptrdiff_t width, ptrdiff_t head, float scale, const float *q,
                        const float *k, const float *v, ptrdiff_t row, float *scores, float *y,
                        float *kept);
// x = softmax(scale x), 0 beyond the visible columns, computed again from `kept`
void reel_attention_shares(ptrdiff_t rows, ptrdiff_t width, ptrdiff_t first, float scale, float *x,
                           ptrdiff_t x_row, const float *kept, ptrdiff_t kept_row);
// dx, the gradient of the shares, becomes that of the scores: scale share (dx − Σ y dy)
void reel_attention_gradient(ptrdiff_t rows, ptrdiff_t width, ptrdiff_t head_width, float scale,
                             const float *shares, ptrdiff_t shares_row, const float *y,
                             const float *dy, ptrdiff_t y_row, float *dx, ptrdiff_t dx_row);

// MARK: Losses: the sum over `count` numbers; dx = weight · the derivative.

double reel_smooth_l1(ptrdiff_t count, const float *x, const float *target, float beta,
                      float weight, float *dx);
double reel_squared_error(ptrdiff_t count, const float *x, const float *target, float weight,
                          float *dx);
// of one row; dx = weight · the derivative
double reel_cross_entropy(ptrdiff_t width, const float *x, ptrdiff_t target, float weight,
                          float *dx);

// MARK: Optimizers, over a slab.

// Adam with decoupled decay: parameter ×= 1 − decay first, then −= step m / (√v · root + epsilon).
// `share1` is 1 − β₁ and so on: in single precision 1 − 0.999 would be wrong in the fifth digit.
// Gradients are multiplied by `scale`.
void reel_adam(ptrdiff_t count, const float *gradient, float scale, float share1, float beta2, float share2,
               float step, float root, float epsilon, float decay, float *m, float *v,
               float *parameter);

// into (rows, width) = the numbers of source from places[row] on
void reel_gather(ptrdiff_t rows, ptrdiff_t width, const float *source, const ptrdiff_t *places,
                 float *into, ptrdiff_t into_row);

#endif
