#include <dlfcn.h>
#include <malloc.h>
#include <microhttpd.h>
#include <string.h>

// The functions of libmicrohttpd for a server, from its public interface. It is not linked: only
// the studio needs it, and its libraries would add milliseconds to a program's start.
typedef struct {
  struct MHD_Daemon *_Nullable (*_Nonnull start)(unsigned, uint16_t, MHD_AcceptPolicyCallback _Nullable,
                                                 void *_Nullable, MHD_AccessHandlerCallback _Nonnull,
                                                 void *_Nullable, ...);
  void (*_Nonnull stop)(struct MHD_Daemon *_Nonnull);
  const union MHD_ConnectionInfo *_Nullable (*_Nonnull info)(struct MHD_Connection *_Nonnull,
                                                             enum MHD_ConnectionInfoType, ...);
  int (*_Nonnull values)(struct MHD_Connection *_Nonnull, enum MHD_ValueKind,
                         MHD_KeyValueIterator _Nonnull, void *_Nullable);
  struct MHD_Response *_Nullable (*_Nonnull bytes)(size_t, void *_Nullable, enum MHD_ResponseMemoryMode);
  struct MHD_Response *_Nullable (*_Nonnull stream)(uint64_t, size_t, MHD_ContentReaderCallback _Nonnull,
                                                    void *_Nullable, MHD_ContentReaderFreeCallback _Nullable);
  enum MHD_Result (*_Nonnull header)(struct MHD_Response *_Nonnull, const char *_Nonnull,
                                     const char *_Nonnull);
  enum MHD_Result (*_Nonnull queue)(struct MHD_Connection *_Nonnull, unsigned, struct MHD_Response *_Nonnull);
  void (*_Nonnull destroy)(struct MHD_Response *_Nonnull);
} reel_http;

// Constants in a form that Swift can import.
static const enum MHD_Result reel_http_yes = MHD_YES, reel_http_no = MHD_NO;
static const enum MHD_ConnectionNotificationCode reel_http_started = MHD_CONNECTION_NOTIFY_STARTED;
static const enum MHD_ValueKind reel_http_headers = MHD_HEADER_KIND, reel_http_query = MHD_GET_ARGUMENT_KIND;
static const enum MHD_ResponseMemoryMode reel_http_copy = MHD_RESPMEM_MUST_COPY;

// The library's functions; nil where it is missing.
static inline const reel_http *_Nullable reel_load_http(void) {
  static reel_http http;
  // Each connection has a thread, and a request may be large: memory arenas per thread, and large
  // blocks within them, would hold memory that is no longer needed.
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 1 << 18);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
  void *library = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
  if (!library) return NULL;
  static const char *const names[] = {
      "MHD_start_daemon",   "MHD_stop_daemon",
      "MHD_get_connection_info", "MHD_get_connection_values",
      "MHD_create_response_from_buffer", "MHD_create_response_from_callback",
      "MHD_add_response_header", "MHD_queue_response", "MHD_destroy_response",
  };
  void *found[sizeof names / sizeof *names];
  for (size_t index = 0; index < sizeof names / sizeof *names; index += 1) {
    found[index] = dlsym(library, names[index]);
    if (!found[index]) return NULL;
  }
  _Static_assert(sizeof http == sizeof found, "a name for each function");
  memcpy(&http, found, sizeof found);
  return &http;
}

// A server's limits.
typedef struct {
  unsigned connections;
  unsigned idle_seconds;
  size_t head_bytes;
} reel_http_limits;

// Serves a listening socket, with a thread per connection.
static inline struct MHD_Daemon *_Nullable reel_http_start(
    reel_http http, int socket, reel_http_limits limits, MHD_AccessHandlerCallback _Nonnull answer,
    MHD_RequestCompletedCallback _Nonnull completed, MHD_NotifyConnectionCallback _Nonnull notified,
    void *_Nonnull server) {
  unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC;
  return http.start(flags, 0, NULL, NULL, answer, server, MHD_OPTION_LISTEN_SOCKET, socket,
                    MHD_OPTION_CONNECTION_LIMIT, limits.connections, MHD_OPTION_CONNECTION_TIMEOUT,
                    limits.idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.head_bytes,
                    MHD_OPTION_NOTIFY_COMPLETED, completed, server, MHD_OPTION_NOTIFY_CONNECTION, notified,
                    server, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

// The socket of a connection; -1 where it has none.
static inline int reel_http_socket(reel_http http, struct MHD_Connection *_Nonnull connection) {
  const union MHD_ConnectionInfo *info = http.info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

// The version of the library that would be loaded, as in "0.9.75"; NULL where it is missing.
static inline const char *_Nullable reel_http_version(void) {
  void *library = dlopen("libmicrohttpd.so.12", RTLD_LAZY | RTLD_LOCAL);
  const char *(*version)(void) = library ? (const char *(*)(void))dlsym(library, "MHD_get_version") : NULL;
  return version ? version() : NULL;
}
