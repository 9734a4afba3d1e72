internal import SQLite

// Whether the file's pages are whole. SQLite's own check visits every row of every table, one after another, which
// takes longer than all the rest of an audit. Where the pages of the transitions were all read and seen to
// be whole, only the others are left to it.
extension Audit {
  /// Throws what SQLite says of the file's pages, where that is not "ok".
  func checkPages() throws {
    if try arePagesWhole() { return }
    let answer = try recording.value("PRAGMA integrity_check(1)")?.text
    guard answer != "ok" else { return }
    throw Difference("SQLite's own check of the file", expected: "ok", found: answer ?? "nothing")
  }

  /// Whether every page was seen to be whole, and is of one table; false where SQLite has to say so.
  private func arePagesWhole() throws -> Bool {
    let transitions = TransitionColumn.table
    guard let whole = ahead?.wholePages,
      let pages = try? TablePages(of: transitions, in: recording.database),
      let header = try? recording.database.firstBytes(100),
      // Neither free pages nor those that say where others are.
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
      // A SQLite without this table, or one that cannot go on.
      return false
    }
    // SQLite never uses the page with the bytes that it locks.
    let locking = (1 << 30) / pages.pageSize + 1
    return used.count == pages.count - (locking <= pages.count ? 1 : 0)
  }
}
