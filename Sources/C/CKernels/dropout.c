// A key and a number's position alone determine whether it is dropped. So nothing is stored for the
// backward pass, and the number of threads or parts changes nothing.
#include "CKernels.h"
#include "simd.h"

typedef uint32_t u8 __attribute__((vector_size(32)));

CLONES void reel_dropout(ptrdiff_t count, uint32_t place, uint32_t key1, uint32_t key2, float rate,
                         float *x) {
  const float scale = 1.0f / (1.0f - rate);
  const int32_t bound = (int32_t)(rate * 2147483648.0f);
  u8 lane = {0, 1, 2, 3, 4, 5, 6, 7};
  lane += place + key1;
  for (ptrdiff_t i = 0; i < count; i += 8, lane += 8) {
    // Two rounds of a 32-bit mixer (lowbias32, Wellons), with the second key between them.
    u8 z = lane;
    z ^= z >> 16;
    z *= 0x7feb352du;
    z ^= z >> 15;
    z *= 0x846ca68bu;
    z ^= z >> 16;
    z ^= key2;
    z *= 0x7feb352du;
    z ^= z >> 15;
    z *= 0x846ca68bu;
    const i8 draw = (i8)(z >> 1);
    v8 a;
    load_some(&a, x + i, count - i);
    a = choose(draw >= bound, a * scale, all(0));
    store_some(x + i, &a, count - i);
  }
}
