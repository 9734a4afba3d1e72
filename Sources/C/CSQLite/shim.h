#include <sqlite3.h>

// What Swift cannot import: a variadic function and a cast in a macro.

static inline int reel_sqlite3_set_option(sqlite3 *database, int option, int on) {
  return sqlite3_db_config(database, option, on, (int *)0);
}

// Reads the file's own bytes, without its log, through SQLite's descriptor: closing another one
// would drop SQLite's locks.
static inline int reel_sqlite3_read_file(
    sqlite3 *database, void *bytes, int count, sqlite3_int64 offset) {
  sqlite3_file *file = 0;
  int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code != SQLITE_OK) return code;
  if (!file || !file->pMethods) return SQLITE_CANTOPEN;
  return file->pMethods->xRead(file, bytes, count, offset);
}

// The length of the log or the journal beside the file; 0 where SQLite has none open, -1 where it
// is unknown.
static inline sqlite3_int64 reel_sqlite3_log_size(sqlite3 *database) {
  sqlite3_file *log = 0;
  sqlite3_int64 size = -1;
  int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (code != SQLITE_OK) return -1;
  if (!log || !log->pMethods) return 0;
  return log->pMethods->xFileSize(log, &size) == SQLITE_OK ? size : -1;
}

static inline sqlite3_destructor_type reel_sqlite3_transient(void) { return SQLITE_TRANSIENT; }
