#include <mujoco/mujoco.h>

// Linux has this function, but its header only declares it for GNU programs.
extern int memfd_create(const char *name, unsigned int flags);
