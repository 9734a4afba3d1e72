internal import CKernels
package import Rollouts

/// Sets a share of the numbers to zero while a network learns, and makes the others larger, so that their
/// mean stays (Srivastava and others, https://jmlr.org/papers/v15/srivastava14a.html).
///
/// Which ones follows from a key and from their place among all sequences of the step: nothing is kept
/// for the way back, and neither threads nor parts of a batch change it.
package struct Dropout: Sendable {
  /// The share that is dropped (p).
  package let rate: Float
  private let generator: Generator
  private let step: Int
  /// The number, within the step, of the first sequence that is worked on.
  private let firstSequence: Int

  /// The draws of one step, for sequences from a number on; nil where nothing is dropped.
  package init?(rate: Double, _ generator: Generator, step: Int, firstSequence: Int = 0) {
    precondition((0..<1).contains(rate), "what is dropped is less than all")
    guard rate > 0 else { return nil }
    self.rate = Float(rate)
    self.generator = generator
    self.step = step
    self.firstSequence = firstSequence
  }

  /// Drops from the first rows of a block, in place; the rows are those of whole sequences. `site` is the place
  /// in the network.
  func forward(
    _ x: Rows, rows count: Int, length: Int, site: Int, _ activations: inout Activations
  ) {
    let drawn = kernel(site, place: firstSequence * length * x.stride)
    unsafe activations.withValues { values in
      unsafe reel_dropout(
        count * x.stride, drawn.place, drawn.key1, drawn.key2, rate, values + x.offset)
    }
  }

  /// The same of the gradients.
  func backward(
    _ x: Rows, rows count: Int, length: Int, site: Int, _ activations: inout Activations
  ) {
    let drawn = kernel(site, place: firstSequence * length * x.stride)
    unsafe activations.withBoth { _, flow in
      unsafe reel_dropout(
        count * x.stride, drawn.place, drawn.key1, drawn.key2, rate, flow + x.offset)
    }
  }

  /// The draws of a site from one of its places on, as the kernels take them.
  func kernel(_ site: Int, place: Int) -> reel_dropping {
    let words = generator.block(.dropout, episode: step, quarter: site)
    return reel_dropping(
      place: UInt32(truncatingIfNeeded: place), key1: words.x, key2: words.y, rate: rate)
  }

  /// The draws for the attention shares of one head of one of the sequences that are worked on.
  func shares(
    _ site: Int, sequence: Int, head: Int, of heads: Int, length: Int
  ) -> reel_dropping {
    kernel(site, place: ((firstSequence + sequence) * heads + head) * length * length)
  }
}
