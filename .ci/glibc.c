// Lets the packaged program run with glibc 2.34, although it is built with a newer one: defines the newer symbols that
// the program and Cairo use, by means of older ones.

#include <math.h>
#include <stdint.h>
#include <sys/random.h>

#define HIDDEN __attribute__((visibility("hidden")))

// Since glibc 2.35 there is a version of these that leaves errno alone.
__asm__(".symver older_hypot, hypot@GLIBC_2.2.5");
__asm__(".symver older_hypotf, hypotf@GLIBC_2.2.5");
extern double older_hypot(double, double);
extern float older_hypotf(float, float);
HIDDEN double hypot(double x, double y) { return older_hypot(x, y); }
HIDDEN float hypotf(float x, float y) { return older_hypotf(x, y); }

// Since glibc 2.36. The C++ library gets its random numbers from it.
HIDDEN uint32_t arc4random(void) {
  uint32_t number;
  while (getrandom(&number, sizeof number, 0) != sizeof number) {}
  return number;
}

// Since glibc 2.35. Leads to the handler of a C++ exception. Only the C++ library itself has handlers in the program, so
// "not found" is the truth: the exception ends the program, as an uncaught one does.
HIDDEN int _dl_find_object(void *address, void *result) {
  (void)address, (void)result;
  return -1;
}
