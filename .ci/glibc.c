// What makes the packaged program run with glibc 2.34, though it is built where glibc is newer: the newer symbols that
// the program and Cairo would ask for, by means of older ones.

#include <math.h>
#include <stdint.h>
#include <sys/random.h>

#define HIDDEN __attribute__((visibility("hidden")))

// glibc 2.35 gave these a version without errno.
__asm__(".symver older_hypot, hypot@GLIBC_2.2.5");
__asm__(".symver older_hypotf, hypotf@GLIBC_2.2.5");
extern double older_hypot(double, double);
extern float older_hypotf(float, float);
HIDDEN double hypot(double x, double y) { return older_hypot(x, y); }
HIDDEN float hypotf(float x, float y) { return older_hypotf(x, y); }

// glibc 2.36. C++'s library asks it for random numbers.
HIDDEN uint32_t arc4random(void) {
  uint32_t number;
  while (getrandom(&number, sizeof number, 0) != sizeof number) {}
  return number;
}

// glibc 2.35. It would find who catches an exception of C++. Nothing in the program throws one to be caught: one that is
// not found ends the program, as one that nobody catches does.
HIDDEN int _dl_find_object(void *address, void *result) {
  (void)address, (void)result;
  return -1;
}
