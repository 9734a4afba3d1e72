package import Recordings
package import Rollouts
import Trainers

/// A moment of a recording, as people name it.
package enum RecordedMoment: Sendable, Equatable {
  /// After a number of steps.
  case step(Int)
  /// After this share of all steps, from 0 to 1.
  case share(Double)
  case end
  /// When the network of the best evaluation was kept.
  case best

  /// Parses a moment: `5000`, `50%`, `end`, `last` or `best`; nil if it is none.
  package init?(_ text: String) {
    switch text {
    case "end", "last": self = .end
    case "best": self = .best
    case _ where text.hasSuffix("%"):
      guard let share = Double(text.dropLast()), (0...100).contains(share) else { return nil }
      self = .share(share / 100)
    default:
      guard let step = Int(text), step >= 0 else { return nil }
      self = .step(step)
    }
  }
}

extension Recording {
  /// The number of steps done at a moment.
  package func step(at moment: RecordedMoment) throws -> Int {
    let steps = try stepCount()
    switch moment {
    case .end: return steps
    case .share(let share): return Int((Double(steps) * share).rounded())
    case .best: return try checkpoint(at: moment).step
    case .step(let step):
      guard step <= steps else {
        throw RunError.request("\(path) has \(steps) steps, so there is no step \(step)")
      }
      return step
    }
  }

  /// The moment whose network plays best, as far as was tried: that of the best evaluation. If none was kept, the end.
  package func bestMoment() throws -> RecordedMoment {
    try lastCheckpoint(kind: Checkpoint.bestKind) == nil ? .end : .best
  }

  /// The last checkpoint up to a moment, or that of the best evaluation.
  package func checkpoint(at moment: RecordedMoment) throws -> Checkpoint {
    if case .best = moment {
      guard let best = try lastCheckpoint(kind: Checkpoint.bestKind) else {
        throw RunError.run("\(path) kept no best network", .keepBest)
      }
      return best
    }
    guard let checkpoint = try checkpoint(atOrBefore: step(at: moment)) else {
      throw RunError.damaged(path, "it has no checkpoint")
    }
    return checkpoint
  }
}
