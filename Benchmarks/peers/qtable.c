// Q-learning in the classic maze as a C programmer would write it: the peer of the Q-table figures.
// Its rules, its random numbers (Philox 4x32-10) and its settings are Reel's, and so are its steps.
//
//     cc -O3 -march=native qtable.c -lsqlite3 -lm -o qtable
//     ./qtable          prints steps per second
//     ./qtable FILE     the same, each step a row of SQLite, inserted by a prepared statement
//
// The seed is 1, or the value of the environment variable SEED.

#include <math.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SIDE = 4, STATES = SIDE * SIDE, ACTIONS = 4, LIMIT = 200, EPISODES = 300000, BATCH = 8192 };

typedef struct {
  double reward;
  int next, terminates;
} outcome;

static const char map[] = "S....#....#....G";
static outcome outcomes[STATES][ACTIONS];
static double table[STATES][ACTIONS];
static uint32_t visits[STATES][ACTIONS];
static uint64_t seed;

static sqlite3 *database;
static sqlite3_stmt *insert_step, *insert_episode;

static void philox(uint64_t episode, uint32_t quarter, uint32_t draw, uint32_t words[4]) {
  uint32_t c0 = quarter, c1 = episode, c2 = episode >> 32, c3 = 3 | draw << 8;
  uint32_t k0 = seed, k1 = seed >> 32;
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)c0 * 0xD2511F53, p1 = (uint64_t)c2 * 0xCD9E8D57;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1, c3 = (uint32_t)p0;
    k0 += 0x9E3779B9, k1 += 0xBB67AE85;
  }
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

static int pick(uint64_t episode, int t, uint32_t draw, int count) {
  uint32_t words[4];
  philox(episode, t >> 2, draw, words);
  return (uint64_t)words[t & 3] * count >> 32;
}

static int best_action(const double *values, uint64_t episode, int t) {
  double best = values[0];
  unsigned winners = 1;
  for (int action = 1; action < ACTIONS; action++) {
    if (values[action] > best) best = values[action], winners = 1u << action;
    else if (values[action] == best) winners |= 1u << action;
  }
  if (winners & (winners - 1))
    for (int skip = pick(episode, t, 2, __builtin_popcount(winners)); skip > 0; skip--)
      winners &= winners - 1;
  return __builtin_ctz(winners);
}

static void check(int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  fprintf(stderr, "%s\n", sqlite3_errmsg(database));
  exit(1);
}

static void run(const char *sql) { check(sqlite3_exec(database, sql, 0, 0, 0)); }

static void record_step(long step, long episode, int state, int action, double reward) {
  if (step % BATCH == 0) run(step ? "COMMIT; BEGIN" : "BEGIN");
  sqlite3_bind_int64(insert_step, 1, step), sqlite3_bind_int64(insert_step, 2, episode);
  sqlite3_bind_int64(insert_step, 3, state), sqlite3_bind_int64(insert_step, 4, action);
  sqlite3_bind_double(insert_step, 5, reward);
  check(sqlite3_step(insert_step)), check(sqlite3_reset(insert_step));
}

static void record_episode(long episode, long first, long steps, double total, int end, int state) {
  sqlite3_stmt *s = insert_episode;
  sqlite3_bind_int64(s, 1, episode), sqlite3_bind_int64(s, 2, first), sqlite3_bind_int64(s, 3, steps);
  sqlite3_bind_double(s, 4, total), sqlite3_bind_int64(s, 6, state);
  sqlite3_bind_text(s, 5, end ? "terminated" : "truncated", -1, SQLITE_STATIC);
  check(sqlite3_step(s)), check(sqlite3_reset(s));
}

static void create(const char *path) {
  check(sqlite3_open(path, &database));
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
      "CREATE TABLE steps(step INTEGER PRIMARY KEY, episode INTEGER, state INTEGER, action INTEGER, reward REAL);"
      "CREATE TABLE episodes(episode INTEGER PRIMARY KEY, first_step INTEGER, steps INTEGER, return REAL,"
      " ending TEXT, final_state INTEGER)");
  check(sqlite3_prepare_v2(database, "INSERT INTO steps VALUES(?,?,?,?,?)", -1, &insert_step, 0));
  check(sqlite3_prepare_v2(database, "INSERT INTO episodes VALUES(?,?,?,?,?,?)", -1, &insert_episode, 0));
}

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

int main(int count, char **words) {
  static const int dx[] = {0, 0, -1, 1}, dy[] = {-1, 1, 0, 0};
  for (int state = 0; state < STATES; state++)
    for (int action = 0; action < ACTIONS; action++) {
      int x = state % SIDE + dx[action], y = state / SIDE + dy[action], to = y * SIDE + x;
      int blocked = x < 0 || y < 0 || x >= SIDE || y >= SIDE || map[to] == '#';
      int goal = !blocked && map[to] == 'G';
      outcomes[state][action] = (outcome){blocked ? -5 : goal ? 100 : -1, blocked ? state : to, goal};
    }
  const double alpha = 0.1, gamma = 0.99;
  const char *given = getenv("SEED");
  seed = given ? strtoull(given, 0, 10) : 1;
  double start = seconds();
  if (count > 1) create(words[1]);
  long step = 0;
  for (long episode = 1; episode <= EPISODES; episode++) {
    double epsilon = fmax(0.01, pow(0.995, episode - 1)), total = 0;
    long first = step;
    int state = 0, end = 0;
    uint32_t coins[4];
    for (int t = 0; t < LIMIT && !end; t++) {
      if ((t & 3) == 0) philox(episode, t >> 2, 0, coins);
      int action = coins[t & 3] * 0x1p-32 < epsilon ? pick(episode, t, 1, ACTIONS)
                                                    : best_action(table[state], episode, t);
      outcome taken = outcomes[state][action];
      double best = table[taken.next][0];
      for (int other = 1; other < ACTIONS; other++)
        if (table[taken.next][other] > best) best = table[taken.next][other];
      double sample = taken.terminates ? taken.reward : taken.reward + gamma * best;
      table[state][action] = (1 - alpha) * table[state][action] + alpha * sample;
      visits[state][action]++;
      total += taken.reward;
      if (database) record_step(step, episode, state, action, taken.reward);
      state = taken.next, end = taken.terminates, step++;
    }
    if (database) record_episode(episode, first, step - first, total, end, state);
  }
  if (database) {
    run("COMMIT");
    sqlite3_finalize(insert_step), sqlite3_finalize(insert_episode);
    check(sqlite3_close(database));
  }
  printf("%.0f\n", step / (seconds() - start));
}
