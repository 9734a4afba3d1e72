internal import CSQLite

extension Database {
  /// How a transaction begins.
  package enum Transaction: String, Sendable {
    /// One consistent view for several reads; inside another transaction, that transaction's view.
    case reading = "BEGIN"
    /// Takes the write lock at once, so that the transaction cannot fail half-way for a lock.
    case writing = "BEGIN IMMEDIATE"
  }

  /// Runs `body` in a transaction: commits if it returns, rolls back if it throws.
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
      // After a page that could not be read, SQLite refuses to commit even if nothing was written.
      if kind == .writing { throw wrap(error) }
    }
    return result
  }

  /// Runs `body` in a transaction: commits if it returns, rolls back if it throws.
  package func transaction<Result>(
    _ kind: Transaction, _ body: () throws(SQLiteError) -> Result
  ) throws(SQLiteError) -> Result {
    try transaction(kind, body, orThrow: { $0 })
  }

  /// Rolls back the open transaction; SQLite has already done so after some errors.
  package func rollBack() {
    if isInTransaction { try? execute("ROLLBACK") }
  }

  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }
}

extension Database {
  /// The schema's version, as stored in the file's header.
  package func userVersion() throws(SQLiteError) -> Int {
    try first("PRAGMA user_version")?.first?.int ?? 0
  }
}
