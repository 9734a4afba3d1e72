internal import Platform
internal import Rollouts
internal import SQLite

// The parts of a batch that its hashes cover, besides its transitions.
extension Audit {
  /// Adds the parts after the transitions.
  func add(
    _ link: Link, to hashed: inout HashChain.Link
  ) throws -> [Row<EpisodeColumn>] {
    for episode in link.ended { hashed.hash.add(episode, in: recording.format) }
    hashed.endSection()
    try addMetrics(link, to: &hashed.hash)
    hashed.endSection()
    try addCheckpoints(link, to: &hashed.hash)
    hashed.endSection()
    try addExtras(link, to: &hashed)
    let reached = try episodes.reached(by: state(at:of:))
    for open in reached { hashed.add(open: open) }
    hashed.endSection()
    return episodes.openRows(reached.map(\.state))
  }

  /// Finds which of a batch's hashes does not match.
  func brokenHash(
    _ link: Link, _ hashes: (hash: [UInt8], sections: [UInt8])
  ) -> Difference {
    // Enough digits of a hash to show a difference.
    func text(_ hash: some Sequence<UInt8>) -> String { Array(hash.prefix(8)).hexadecimal }
    let steps = link.steps.isEmpty ? nil : link.steps.lowerBound...link.steps.upperBound - 1
    let parts = [
      "session", "transitions", "episodes that ended", "metrics", "checkpoints", "infos", "images",
      "scenes", "episodes that are open",
    ]
    if let sections = link.row[.sections].blob, sections.count == 32 * parts.count {
      for (place, part) in parts.enumerated() {
        let range = 32 * place..<32 * (place + 1)
        guard sections[range] != hashes.sections[range] else { continue }
        return Difference(
          in: steps, "the hash of the batch's \(part)", expected: text(sections[range]),
          found: text(hashes.sections[range]))
      }
    }
    return Difference(
      in: steps,
      recording.format.version == 1
        ? "the hash of the batch, its episodes, metrics, checkpoints and session"
        : "the hash of the batch's own numbers",
      expected: text(link.row[.hash].blob ?? []), found: text(hashes.hash))
  }

  private func addMetrics(_ link: Link, to hash: inout CanonicalHash) throws {
    let most = link.steps.upperBound
    guard !link.metrics.isEmpty else { return }
    let metrics = try recording.metrics(
      after: link.metrics.lowerBound, through: link.metrics.upperBound)
    guard metrics.count == link.metrics.count else {
      throw Difference(
        at: max(0, most - 1), "the metrics of its batch", expected: "\(link.metrics.count)",
        found: "\(metrics.count)")
    }
    for metric in metrics {
      guard (0...most).contains(metric.step) else {
        throw Difference(
          at: max(0, most - 1), "a metric \(metric.name) of its batch",
          expected: "one of at most \(most) steps", found: "one of \(metric.step)")
      }
      hash.add(metric)
    }
  }

  private func addCheckpoints(_ link: Link, to hash: inout CanonicalHash) throws {
    let most = link.steps.upperBound
    for place in link.checkpoints {
      guard let checkpoint = try recording.storedCheckpoint(afterStep: lastCheckpoint) else {
        throw Difference(
          at: max(0, most - 1), "the checkpoints of its batch",
          expected: "\(link.checkpoints.count)", found: "\(place - link.checkpoints.lowerBound)")
      }
      lastCheckpoint = checkpoint.step
      try Self.check(checkpoint, most: most)
      hash.add(checkpoint)
    }
  }

  /// Adds infos, images and scenes, which format 1 lacks.
  private func addExtras(_ link: Link, to hashed: inout HashChain.Link) throws {
    try add(link.infos, of: link, to: &hashed.hash, through: InfoColumn.text)
    hashed.endSection()
    try add(link.images, of: link, to: &hashed.hash, through: ImageColumn.hash) { image in
      // A copy may lack the pixels.
      guard let png = image[.png].blob, image[.hash].blob != SHA256.hash(png) else { return }
      throw Difference(
        at: max(0, link.steps.upperBound - 1),
        "the pixels of episode \(image[.episode].int ?? 0) at t = \(image[.t].int ?? 0)",
        expected: "those of their hash", found: "others")
    }
    hashed.endSection()
    try add(link.scenes, of: link, to: &hashed.hash, through: SceneColumn.data)
    hashed.endSection()
  }

  /// Adds rows of a table by their index in the order of recording, checks each, and hashes them up
  /// to a column.
  private func add<Column: TableColumn>(
    _ range: Range<Int>, of link: Link, to hash: inout CanonicalHash, through last: Column,
    _ check: (Row<Column>) throws -> Void = { _ in }
  ) throws {
    var place = range.lowerBound
    while place < range.upperBound {
      let end = min(range.upperBound, place + 256)
      let rows = try recording.rows(
        of: Column.self, "WHERE rowid > ? AND rowid <= ? ORDER BY rowid", .integer(place),
        .integer(end))
      for row in rows {
        try check(row)
        for value in row.values[...last.rawValue] { hash.add(value) }
      }
      guard rows.count == end - place else {
        throw Difference(
          at: max(0, link.steps.upperBound - 1), "the \(Column.table) of its batch",
          expected: "\(range.count)", found: "\(place - range.lowerBound + rows.count)")
      }
      place = end
    }
  }
}
