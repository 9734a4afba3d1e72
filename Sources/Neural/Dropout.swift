internal import CKernels
package import Rollouts

/// Sets a share of the numbers to zero during training and scales the others up, so that their mean
/// stays the same (Srivastava and others, https://jmlr.org/papers/v15/srivastava14a.html).
///
/// A key and a number's position among all sequences of the step determine which numbers are
/// dropped. Nothing is stored for the backward pass, and neither threads nor the split of a batch
/// change the result.
package struct Dropout: Sendable {
  /// The share that is dropped (p).
  package let rate: Float
  private let generator: Generator
  private let step: Int
  /// The number, within the step, of the first sequence in this call.
  private let firstSequence: Int

  /// The draws of one step, for sequences from a number on; nil where nothing is dropped.
  package init?(rate: Double, _ generator: Generator, step: Int, firstSequence: Int = 0) {
    precondition((0..<1).contains(rate), "the dropout rate is from 0 to below 1")
    guard rate > 0 else { return nil }
    self.rate = Float(rate)
    self.generator = generator
    self.step = step
    self.firstSequence = firstSequence
  }

  /// Applies dropout to the first rows of a block, in place; the rows are those of whole sequences.
  /// `site` is the position in the network.
  func forward(
    _ x: Rows, rows count: Int, length: Int, site: Int, _ activations: inout Activations
  ) {
    let drawn = kernel(site, place: firstSequence * length * x.stride)
    unsafe activations.withValues { values in
      unsafe reel_dropout(
        count * x.stride, drawn.place, drawn.key1, drawn.key2, rate, values + x.offset)
    }
  }

  /// The same for the gradients.
  func backward(
    _ x: Rows, rows count: Int, length: Int, site: Int, _ activations: inout Activations
  ) {
    let drawn = kernel(site, place: firstSequence * length * x.stride)
    unsafe activations.withBoth { _, flow in
      unsafe reel_dropout(
        count * x.stride, drawn.place, drawn.key1, drawn.key2, rate, flow + x.offset)
    }
  }

  /// The draws of a site from one of its positions on, as the kernels take them.
  func kernel(_ site: Int, place: Int) -> reel_dropping {
    let words = generator.block(.dropout, episode: step, quarter: site)
    return reel_dropping(
      place: UInt32(truncatingIfNeeded: place), key1: words.x, key2: words.y, rate: rate)
  }

  /// The draws for the attention shares of one head of one sequence.
  func shares(
    _ site: Int, sequence: Int, head: Int, of heads: Int, length: Int
  ) -> reel_dropping {
    kernel(site, place: ((firstSequence + sequence) * heads + head) * length * length)
  }
}
