#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

// CBLAS's single-precision product of matrices, by its published interface: order, whether a factor stands
// transposed, sizes, α A B + β C.
typedef void (*reel_sgemm)(
    int order, int transposed_a, int transposed_b, int m, int n, int k, float alpha, const float *a,
    int a_row, const float *b, int b_row, float beta, float *c, int c_row);

enum { reel_row_major = 101, reel_as_it_stands = 111, reel_transposed = 112 };

// Loads OpenBLAS, which computes on one thread then. It is not linked: most verbs multiply nothing, and a
// thread that it starts wherever it is loaded takes the processor from others for 30 ms.
static inline reel_sgemm _Nonnull reel_load_sgemm(void) {
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  reel_sgemm product = library ? (reel_sgemm)dlsym(library, "cblas_sgemm") : NULL;
  void (*set_threads)(int) =
      library ? (void (*)(int))dlsym(library, "openblas_set_num_threads") : NULL;
  if (!product || !set_threads) {
    fprintf(stderr, "reel: networks need OpenBLAS, which cannot be loaded: %s\n", dlerror());
    exit(1);
  }
  set_threads(1);
  return product;
}
