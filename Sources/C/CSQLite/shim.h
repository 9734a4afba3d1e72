#include <sqlite3.h>

// What Swift cannot import: a variadic function and a cast in a macro.

static inline int reel_sqlite3_set_option(sqlite3 *database, int option, int on) {
  return sqlite3_db_config(database, option, on, (int *)0);
}

static inline sqlite3_destructor_type reel_sqlite3_transient(void) { return SQLITE_TRANSIENT; }
