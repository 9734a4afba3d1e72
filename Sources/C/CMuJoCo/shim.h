#include <mujoco/mujoco.h>

// Linux has it, but its header shows it to GNU's own programs only.
extern int memfd_create(const char *name, unsigned int flags);
