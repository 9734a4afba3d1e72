internal import SQLite

// Checks that the file's pages are whole. SQLite's own check visits every row of every table, which
// takes longer than the rest of an audit. If all pages of the transitions were read and found
// whole, SQLite only checks the others.
extension Audit {
  /// Throws SQLite's answer about the file's pages, unless it is "ok".
  func checkPages() throws {
    if try arePagesWhole() { return }
    let answer = try recording.value("PRAGMA integrity_check(1)")?.text
    guard answer != "ok" else { return }
    throw Difference("SQLite's own check of the file", expected: "ok", found: answer ?? "nothing")
  }

  /// Whether every page was found whole and belongs to one table; false where SQLite must check.
  private func arePagesWhole() throws -> Bool {
    let transitions = TransitionColumn.table
    guard let whole = ahead?.wholePages,
      let pages = try? TablePages(of: transitions, in: recording.database),
      let header = try? recording.database.firstBytes(100),
      // No free pages, and no pages that map others.
      (header[32..<40] + header[52..<56] + header[64..<68]).allSatisfy({ $0 == 0 })
    else { return false }
    var used = PageSet(count: pages.count)
    guard pages.visitPages(where: whole.contains, { used.insert($0) }) else { return false }
    do {
      let trees = try recording.rows(
        "SELECT type, name, tbl_name FROM main.sqlite_schema WHERE rootpage > 0")
      for tree in [[.text("table"), .text("sqlite_schema"), .text("sqlite_schema")]] + trees {
        guard let name = tree[1].text, tree[2] != .text(transitions) || name == transitions else {
          return false
        }
        if name == transitions { continue }
        if tree[0] == .text("table") {
          let quoted = name.replacing("'", with: "''")
          guard try recording.value("PRAGMA integrity_check('\(quoted)')")?.text == "ok" else {
            return false
          }
        }
        let areOwn = try recording.allValues("SELECT pageno FROM dbstat WHERE name = ?", name) {
          page in page.int.map { used.insert($0) } ?? false
        }
        guard areOwn else { return false }
      }
    } catch {
      // This SQLite lacks the table, or cannot continue.
      return false
    }
    // SQLite never uses the page that contains its lock bytes.
    let locking = (1 << 30) / pages.pageSize + 1
    return used.count == pages.count - (locking <= pages.count ? 1 : 0)
  }
}
