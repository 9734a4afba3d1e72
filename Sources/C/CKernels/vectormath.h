// exp, tanh and erf for eight floats at a time. Coefficients were fitted for the smallest maximum
// error (Lawson's iteration in double precision); the error noted at each function is relative to
// libm.
#ifndef REEL_VECTORMATH_H
#define REEL_VECTORMATH_H

#include "simd.h"

// Within 2 units in the last place; NaN stays, large inputs give infinity, small ones go to 0.
INLINE void exp8(v8 *value) {
  v8 x = *value;
  x = choose(x < all(-104.0f), all(-104.0f), x);
  x = choose(x > all(89.0f), all(89.0f), x);
  // Adding 1.5 · 2²³ leaves the nearest whole number in the low bits.
  const v8 magic = all(12582912.0f);
  const v8 shifted = x * 1.44269504f + magic;
  const i8 n = (i8)shifted - (i8)magic;
  const v8 whole = shifted - magic;
  const v8 r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
  v8 y = all(1.3951717410e-3f);
  y = y * r + 8.3695985375e-3f;
  y = y * r + 4.1666187346e-2f;
  y = y * r + 1.6666512191e-1f;
  y = y * r + 0.5f;
  y = y * (r * r) + r + 1.0f;
  // 2ⁿ in two halves, because n may exceed the range of one exponent.
  const i8 half = n >> 1;
  *value = y * (v8)((half + 127) << 23) * (v8)((n - half + 127) << 23);
}

// 2 to a power of at most 0, within 8e-8 of the value, relative; below −126 it is 0. NaN stays.
INLINE void fade8(v8 *value) {
  const v8 x = *value, magic = all(12582912.0f);
  const v8 shifted = x + magic;
  const v8 r = x - (shifted - magic);
  v8 y = all(1.5345812e-4f);
  y = y * r + 1.3399931e-3f;
  y = y * r + 9.6184890e-3f;
  y = y * r + 5.5503286e-2f;
  y = y * r + 2.4022646e-1f;
  y = y * r + 6.9314720e-1f;
  y = y * r + 1.0f;
  // The whole part is added to the exponent.
  const i8 power = (i8)y + ((i8)shifted << 23);
  *value = (v8)(power & ~(x < all(-126.0f)));
}

// Within 2e-7 of the value, relative; NaN stays. With t half of e²ˣ − 1, tanh x is t / (t + 1).
// Processes up to four vectors step by step, since a single one would wait for each of its results.
INLINE void tanh_each(const int count, v8 *values) {
  i8 sign[4];
  v8 size[4], shifted[4], r[4], y[4];
  // 1.5 · 2²³ leaves the nearest whole number n of halves of ln 2 in the low bits; with 127 more, these
  // are the exponent of 2ⁿ.
  const v8 magic = all(12582912.0f + 127.0f);
  UNROLLED for (int k = 0; k < count; k++) {
    sign[k] = (i8)values[k] & INT32_MIN;
    size[k] = (v8)((i8)values[k] ^ sign[k]);
    size[k] = choose(size[k] > all(10.0f), all(10.0f), size[k]);
  }
  UNROLLED for (int k = 0; k < count; k++) shifted[k] = size[k] * 2.88539008f + magic;
  UNROLLED for (int k = 0; k < count; k++) r[k] = size[k] - (shifted[k] - magic) * 0.34657359f;
  // Half of e²ʳ − 1, whose first term is exact: small numbers are as accurate as large ones.
  UNROLLED for (int k = 0; k < count; k++) y[k] = 4.4423788688e-2f * r[k] + 1.3387168263e-1f;
  UNROLLED for (int k = 0; k < count; k++) y[k] = y[k] * r[k] + 3.3333771773e-1f;
  UNROLLED for (int k = 0; k < count; k++) y[k] = y[k] * r[k] + 6.6666160775e-1f;
  UNROLLED for (int k = 0; k < count; k++) y[k] = y[k] * r[k] + 9.9999996153e-1f;
  UNROLLED for (int k = 0; k < count; k++) y[k] = y[k] * (r[k] * r[k]) + r[k];
  UNROLLED for (int k = 0; k < count; k++) {
    const v8 power = (v8)((i8)shifted[k] << 23);
    y[k] = y[k] * power + (power * 0.5f - 0.5f);
  }
  UNROLLED for (int k = 0; k < count; k++) values[k] = (v8)((i8)(y[k] / (y[k] + 1.0f)) | sign[k]);
}

#define tanh8(value) tanh_each(1, value)

// Within 1.2e-7.
INLINE void erf8(v8 *value) {
  const v8 x = *value, s = x * x;
  v8 small = all(7.8891193e-5f);
  small = small * s - 8.0208411e-4f;
  small = small * s + 5.1895352e-3f;
  small = small * s - 2.6854444e-2f;
  small = small * s + 1.1283600e-1f;
  small = small * s - 3.7612626e-1f;
  small = small * s + 1.1283791f;
  small = small * x;
  // −ln erfc, up to where erf is 1 in single precision.
  const i8 sign = (i8)x & INT32_MIN;
  v8 t = (v8)((i8)x ^ sign);
  t = choose(t > all(4.0f), all(4.0f), t);
  v8 fall = all(-1.8557490e-4f);
  fall = fall * t + 2.9396156e-3f;
  fall = fall * t - 2.1805352e-2f;
  fall = fall * t + 1.0303743e-1f;
  fall = fall * t + 6.3822562e-1f;
  fall = fall * t + 1.1270400f;
  fall = -(fall * t + 3.5370892e-4f);
  exp8(&fall);
  const v8 large = 1.0f - fall;
  *value = choose(s < all(1.0f), small, (v8)((i8)large | sign));
}

#endif
