#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

// The functions with which the processes of one run exchange bytes: Open MPI, whose handles are
// addresses of its own symbols, so that none of its headers is needed. It is not linked: only a
// program that mpirun or srun has started needs it.
typedef struct {
  void *_Nonnull world;
  void *_Nonnull byte;
  int (*_Nonnull init)(int *_Nullable, char *_Nullable *_Nullable *_Nullable, int, int *_Nonnull);
  int (*_Nonnull rank)(void *_Nonnull, int *_Nonnull);
  int (*_Nonnull size)(void *_Nonnull, int *_Nonnull);
  int (*_Nonnull gather)(const void *_Nullable, int, void *_Nonnull, void *_Nonnull, int, void *_Nonnull,
                         void *_Nonnull);
  int (*_Nonnull exchange)(const void *_Nonnull, int, void *_Nonnull, int, int, void *_Nonnull, int,
                           void *_Nonnull, int, int, void *_Nonnull, void *_Nullable);
  int (*_Nonnull broadcast)(void *_Nonnull, int, void *_Nonnull, int, void *_Nonnull);
  int (*_Nonnull finalize)(void);
  int (*_Nonnull abort)(void *_Nonnull, int);
} reel_mpi;

// Open MPI's functions; nil where it is missing, or is another MPI.
static inline const reel_mpi *_Nullable reel_load_mpi(void) {
  static reel_mpi mpi;
  // Global, because Open MPI's own plugins look for its symbols among those of the program.
  void *library = dlopen("libmpi.so.40", RTLD_NOW | RTLD_GLOBAL);
  if (!library) library = dlopen("libmpi.so", RTLD_NOW | RTLD_GLOBAL);
  if (!library) return NULL;
  static const char *const names[] = {
      "ompi_mpi_comm_world", "ompi_mpi_byte", "MPI_Init_thread", "MPI_Comm_rank", "MPI_Comm_size",
      "MPI_Allgather", "MPI_Sendrecv", "MPI_Bcast", "MPI_Finalize", "MPI_Abort",
  };
  void *found[sizeof names / sizeof *names];
  for (size_t index = 0; index < sizeof names / sizeof *names; index += 1) {
    found[index] = dlsym(library, names[index]);
    if (!found[index]) return NULL;
  }
  _Static_assert(sizeof mpi == sizeof found, "a name for each member");
  memcpy(&mpi, found, sizeof found);
  return &mpi;
}

// Open MPI's constants: one thread at a time calls it, and gathered data stays in place.
static const int reel_mpi_serialized = 2;

static inline const void *_Nonnull reel_mpi_in_place(void) { return (const void *)1; }
