internal import SQLite

/// The pixels of an episode from a time on, until the next image.
public struct RecordedImage: Sendable, Equatable {
  /// After how many steps of the episode it was recorded.
  public var t: Int
  /// A PNG file, which may not be valid; nil where a copy left it out.
  public var png: [UInt8]?

  /// An image.
  package init(t: Int, png: [UInt8]?) {
    self.t = t
    self.png = png
  }
}

/// An image that stays the same is not recorded again, so an episode may have fewer images than
/// steps.
///
/// ```swift
/// for number in try recording.episodesWithImages() {
///   try recording.forEachImage(of: number) { print(number, $0.t, $0.png?.count ?? 0) }
/// }
/// let last = try recording.image(of: 7, at: 120)   // the pixels after 120 steps
/// ```
extension Recording {
  /// The numbers of the episodes that have pixels, in order.
  public func episodesWithImages() throws(RecordingError) -> [Int] {
    guard format.version > 1 else { return [] }
    // The index only has the numbers, so this reads no images.
    return try rows(
      """
      SELECT episode FROM (SELECT DISTINCT episode FROM images) AS known
      WHERE EXISTS (
        SELECT 1 FROM images WHERE images.episode = known.episode AND png IS NOT NULL)
      ORDER BY episode
      """
    ).compactMap { $0.first?.int }
  }

  /// Calls `body` with each image of an episode by time; only one is in memory at once.
  public func forEachImage(
    of episode: Int, _ body: (RecordedImage) throws -> Void
  ) throws {
    guard format.version > 1 else { return }
    try database.transaction(
      .reading,
      { () throws(any Error) in
        let statement = try images("ORDER BY t, rowid", of: episode, .max)
        defer { statement.reset() }
        while try withRecordingErrors(path, { () throws(SQLiteError) in try statement.step() }) {
          try body(image(in: statement))
        }
      }, orThrow: { RecordingError($0, path: path) })
  }

  /// The pixels of an episode after `t` steps: its newest image by then; nil where there is none
  /// yet.
  public func image(of episode: Int, at t: Int) throws(RecordingError) -> RecordedImage? {
    guard format.version > 1 else { return nil }
    let statement = try images("ORDER BY t DESC, rowid DESC LIMIT 1", of: episode, t)
    defer { statement.reset() }
    let isThere = try withRecordingErrors(path) { () throws(SQLiteError) in try statement.step() }
    return isThere ? image(in: statement) : nil
  }

  private func images(
    _ order: String, of episode: Int, _ last: Int
  ) throws(RecordingError) -> Statement {
    try withRecordingErrors(path) { () throws(SQLiteError) in
      let statement = try database.prepare(
        "SELECT t, png FROM images WHERE episode = ? AND t <= ? \(order)")
      try statement.bind([.integer(episode), .integer(last)])
      return statement
    }
  }

  private func image(in statement: Statement) -> RecordedImage {
    RecordedImage(t: statement.int(at: 0), png: statement.value(at: 1).blob)
  }
}
