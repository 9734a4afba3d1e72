// Loops that run at the limits of the machine, for comparing other speeds with them.
#ifndef REEL_PROBE_H
#define REEL_PROBE_H

// How many operations a round of `reel_probe_multiply_adds` has: two for each multiply-add.
long reel_probe_operations(void);
// Multiply-adds in registers, on the widest vectors of this processor; the result has no meaning.
float reel_probe_multiply_adds(long rounds);
// The sum of numbers, which are read from memory if they do not fit into the caches.
float reel_probe_reading(const float *numbers, long count);

#endif
