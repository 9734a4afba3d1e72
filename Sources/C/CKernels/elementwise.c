// Activations, losses and optimizers: loops over independent numbers.
#include "CKernels.h"
#include "simd.h"
#include "vectormath.h"

// Runs its body for eight numbers at a time, and once more for the rest. The body is compiled
// twice, so that the loop has no branch.
#define EACH(count, ...)                          \
  do {                                            \
    ptrdiff_t i = 0;                              \
    for (; i + 8 <= count; i += 8) {              \
      enum { width = 8 };                         \
      __VA_ARGS__                                 \
    }                                             \
    if (i < count) {                              \
      const ptrdiff_t width = count - i;          \
      __VA_ARGS__                                 \
    }                                             \
  } while (0)

#define READ(name, pointer) \
  v8 name;                  \
  load_some(&name, (pointer) + i, width)
#define WRITE(pointer, value)       \
  do {                              \
    const v8 written = value;       \
    store_some((pointer) + i, &written, width); \
  } while (0)

CLONES void reel_relu(ptrdiff_t count, const float *x, float *y) {
  EACH(count, {
    READ(a, x);
    // Written so that NaN stays NaN.
    WRITE(y, choose(a < all(0), all(0), a));
  });
}

CLONES void reel_relu_gradient(ptrdiff_t count, const float *y, const float *dy, float *dx) {
  EACH(count, {
    READ(a, y);
    READ(d, dy);
    WRITE(dx, choose(a > all(0), d, all(0)));
  });
}

CLONES void reel_tanh(ptrdiff_t count, const float *x, float *y) {
  for (; count >= 32; count -= 32, x += 32, y += 32) {
    v8 a[4];
    UNROLLED for (int k = 0; k < 4; k++) a[k] = load(x + 8 * k);
    tanh_each(4, a);
    UNROLLED for (int k = 0; k < 4; k++) store(y + 8 * k, a[k]);
  }
  EACH(count, {
    READ(a, x);
    tanh8(&a);
    WRITE(y, a);
  });
}

CLONES void reel_tanh_gradient(ptrdiff_t count, const float *y, const float *dy, float *dx) {
  EACH(count, {
    READ(a, y);
    READ(d, dy);
    WRITE(dx, d * (1.0f - a * a));
  });
}

CLONES void reel_gelu(ptrdiff_t count, const float *x, float *y) {
  EACH(count, {
    READ(a, x);
    v8 e = a * 0.70710678f;
    erf8(&e);
    WRITE(y, 0.5f * a * (1.0f + e));
  });
}

CLONES void reel_gelu_gradient(ptrdiff_t count, const float *x, const float *dy, float *dx) {
  EACH(count, {
    READ(a, x);
    READ(d, dy);
    v8 e = a * 0.70710678f, density = -0.5f * a * a;
    erf8(&e);
    exp8(&density);
    WRITE(dx, d * (0.5f * (1.0f + e) + a * density * 0.39894228f));
  });
}

// √(2/π) and the factor of x³, as in GPT-2.
#define GELU_INNER(x) (0.7978845608f * ((x) + 0.044715f * (x) * (x) * (x)))

CLONES void reel_gelu_tanh(ptrdiff_t count, const float *x, float *y) {
  EACH(count, {
    READ(a, x);
    v8 t = GELU_INNER(a);
    tanh8(&t);
    WRITE(y, 0.5f * a * (1.0f + t));
  });
}

CLONES void reel_gelu_tanh_gradient(ptrdiff_t count, const float *x, const float *dy, float *dx) {
  EACH(count, {
    READ(a, x);
    READ(d, dy);
    v8 t = GELU_INNER(a);
    tanh8(&t);
    const v8 slope = 0.7978845608f * (1.0f + 0.134145f * a * a);
    WRITE(dx, d * 0.5f * (1.0f + t + a * (1.0f - t * t) * slope));
  });
}

CLONES void reel_exp(ptrdiff_t count, const float *x, float *y) {
  EACH(count, {
    READ(a, x);
    exp8(&a);
    WRITE(y, a);
  });
}

CLONES void reel_add(ptrdiff_t count, const float *x, float *y) {
  EACH(count, {
    READ(a, x);
    READ(b, y);
    WRITE(y, a + b);
  });
}

CLONES void reel_scale(ptrdiff_t count, float scale, float *y) {
  EACH(count, {
    READ(a, y);
    WRITE(y, a * scale);
  });
}

CLONES double reel_smooth_l1(ptrdiff_t count, const float *x, const float *target, float beta,
                             float weight, float *dx) {
  v8 sum = all(0);
  double whole = 0;
  EACH(count, {
    READ(a, x);
    READ(b, target);
    const v8 d = a - b;
    const v8 size = (v8)((i8)d & INT32_MAX);
    const v8 sign = (v8)(((i8)d & INT32_MIN) | (i8)all(1));
    const i8 near = size < all(beta);
    // Where beta is 0, nothing is near, and the quotient is not used.
    WRITE(dx, weight * choose(near, d / beta, choose(d == d, sign, d)));
    sum += choose(near, 0.5f * d * d / beta, size - 0.5f * beta);
    // Single precision over about a thousand terms, then double.
    if ((i & 1023) == 1016) {
      whole += (double)total(sum);
      sum = all(0);
    }
  });
  return whole + (double)total(sum);
}

CLONES double reel_squared_error(ptrdiff_t count, const float *x, const float *target,
                                 float weight, float *dx) {
  v8 sum = all(0);
  double whole = 0;
  EACH(count, {
    READ(a, x);
    READ(b, target);
    const v8 d = a - b;
    WRITE(dx, 2.0f * weight * d);
    sum += d * d;
    if ((i & 1023) == 1016) {
      whole += (double)total(sum);
      sum = all(0);
    }
  });
  return whole + (double)total(sum);
}

CLONES void reel_adam(ptrdiff_t count, const float *gradient, float scale, float share1,
                      float beta2, float share2, float step, float root, float epsilon, float decay, float *m,
                      float *v, float *parameter) {
  EACH(count, {
    READ(g, gradient);
    READ(first, m);
    READ(second, v);
    READ(p, parameter);
    g *= scale;
    first += share1 * (g - first);
    second = beta2 * second + share2 * g * g;
    p -= decay * p;
    p -= step * first / (__builtin_elementwise_sqrt(second) * root + epsilon);
    WRITE(m, first);
    WRITE(v, second);
    WRITE(parameter, p);
  });
}
