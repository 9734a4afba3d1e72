#include <sqlite3.h>

// What Swift cannot import: a variadic function and a cast in a macro.

static inline int reel_sqlite3_set_option(sqlite3 *database, int option, int on) {
  return sqlite3_db_config(database, option, on, (int *)0);
}

// The file's own bytes, without a log, by the descriptor that SQLite has: closing another one would drop its locks.
static inline int reel_sqlite3_read_file(sqlite3 *database, void *bytes, int count) {
  sqlite3_file *file = 0;
  int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code != SQLITE_OK) return code;
  if (!file || !file->pMethods) return SQLITE_CANTOPEN;
  return file->pMethods->xRead(file, bytes, count, 0);
}

static inline sqlite3_destructor_type reel_sqlite3_transient(void) { return SQLITE_TRANSIENT; }
