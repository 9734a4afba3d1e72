#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>

// What Swift does not provide: a pause between two reads of a number that another thread will
// change, and a thread-local pointer.

static inline void reel_breathe(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

// The thread-local pointer to the pool whose work the thread does.
static inline void *_Nullable *_Nonnull reel_employer(void) {
  static _Thread_local void *employer;
  return &employer;
}

// How many processors the calling thread may run on; 0 where the system does not say.
static inline int reel_processors(void) {
  cpu_set_t processors;
  return sched_getaffinity(0, sizeof processors, &processors) ? 0 : CPU_COUNT(&processors);
}
