import Experiments
import Language
import Platform
import Rollouts
import Synchronization

/// A text as it is written, in lines of JSON: first how it begins, then a few symbols per line, at last why it
/// ended. If the page goes away, the text stops and can be continued.
final class WriteStream: ByteStream, @unchecked Sendable {
  private let desk: ModelDesk
  private let slot: WritingSlots.Slot
  private let tokenizer: Tokenizer
  private let opening: Int
  // Only the connection's own thread asks for symbols.
  private var draft: TextDraft
  private var characters = CharacterStream()
  private var phase = Phase.beginning

  private enum Phase { case beginning, writing, over }

  /// How long, and up to how many, symbols are collected for a line.
  private static let (interval, most) = (0.03, 256)

  init(
    _ desk: ModelDesk, _ generation: TextGeneration, _ wanted: WriteRequest,
    in slot: WritingSlots.Slot
  ) throws {
    (self.desk, self.slot) = (desk, slot)
    let known = desk.left.withLock { left in
      defer { left = nil }
      return left
    }
    draft = try generation.draft(written: wanted.written, known: known)
    opening = draft.tokens.count - wanted.written.count
    tokenizer = try desk.writer().tokenizer
  }

  func next() -> [UInt8]? {
    switch phase {
    case .beginning:
      phase = .writing
      let symbols = draft.tokens.map { symbol($0, share: nil) }
      return line(["opening": .array(Array(symbols.prefix(opening)))])
    case .writing:
      let begun = monotonicSeconds()
      var symbols: [JSON] = []
      while symbols.count < Self.most, monotonicSeconds() - begun < Self.interval,
        let addition = draft.next()
      {
        if !addition.isEnd {
          symbols.append(symbol(addition.token, share: addition.logProbability))
        }
      }
      guard draft.isOver else { return line(["symbols": .array(symbols)]) }
      phase = .over
      return line([
        "symbols": .array(symbols), "over": .string(draft.hasEnded ? "ended" : "limit"),
        "tokens": .integer(draft.count),
      ])
    case .over:
      close()
      return nil
    }
  }

  func close() {
    guard slot.leave() else { return }
    desk.left.withLock { $0 = draft.writer }
  }

  private func line(_ value: JSON) -> [UInt8] { Array("\(value.compact)\n".utf8) }

  /// A token with the characters that it completes.
  private func symbol(_ token: Int, share logProbability: Double?) -> JSON {
    let text = characters.take(tokenizer.bytes(of: token))
    let symbol: [JSON.Member] = [
      .init("token", .integer(token)), .init("text", .string(text)),
      .init("name", .string(tokenizer.name(of: token))),
    ]
    return .object(symbol + (logProbability.map { [.init("log", .number($0))] } ?? []))
  }
}

/// The most texts written at the same time.
final class WritingSlots: Sendable {
  /// A text's claim to one of the places, until it is released.
  final class Slot: Sendable {
    private let slots: WritingSlots
    private let isHeld = Atomic(true)

    init(of slots: WritingSlots) { self.slots = slots }

    deinit { _ = leave() }

    /// Releases it; false if that was done before.
    func leave() -> Bool {
      guard isHeld.exchange(false, ordering: .acquiringAndReleasing) else { return false }
      slots.taken.withLock { $0 -= 1 }
      return true
    }
  }

  private let taken = Mutex(0)
  private static let most = 2

  /// Claims a place.
  func enter() throws(Refusal) -> Slot {
    let isFree = taken.withLock { taken in
      guard taken < Self.most else { return false }
      taken += 1
      return true
    }
    guard isFree else { throw .conflict("two texts are being written: stop one first") }
    return Slot(of: self)
  }
}
