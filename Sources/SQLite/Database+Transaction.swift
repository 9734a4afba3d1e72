internal import CSQLite

extension Database {
  /// How a transaction begins.
  package enum Transaction: String, Sendable {
    /// One consistent view for several reads; inside another transaction, that one's.
    case reading = "BEGIN"
    /// Holds the write lock from its first moment, so that it cannot fail half-way for a lock.
    case writing = "BEGIN IMMEDIATE"
  }

  /// Runs `body` in a transaction: committed where it returns, undone where it throws.
  package func transaction<Result, Failure: Error>(
    _ kind: Transaction, _ body: () throws(Failure) -> Result,
    orThrow wrap: (SQLiteError) -> Failure
  ) throws(Failure) -> Result {
    if kind == .reading, isInTransaction { return try body() }
    do { try execute(kind.rawValue) } catch { throw wrap(error) }
    let result: Result
    do {
      result = try body()
    } catch {
      rollBack()
      throw error
    }
    do {
      try execute("COMMIT")
    } catch {
      rollBack()
      // Behind a page that could not be read SQLite refuses to commit, though nothing was written.
      if kind == .writing { throw wrap(error) }
    }
    return result
  }

  /// Runs `body` in a transaction: committed where it returns, undone where it throws.
  package func transaction<Result>(
    _ kind: Transaction, _ body: () throws(SQLiteError) -> Result
  ) throws(SQLiteError) -> Result {
    try transaction(kind, body, orThrow: { $0 })
  }

  /// Undoes the open transaction; SQLite has already done so after some errors.
  package func rollBack() {
    if isInTransaction { try? execute("ROLLBACK") }
  }

  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }
}

extension Database {
  /// The schema's version, as the file's header holds it.
  package func userVersion() throws(SQLiteError) -> Int {
    try first("PRAGMA user_version")?.first?.int ?? 0
  }
}
