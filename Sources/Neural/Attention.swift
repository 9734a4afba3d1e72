internal import CKernels
import Glibc
package import Platform

/// Scaled dot-product attention with several heads: queries, keys and values side by side, qkv
/// (B·T, 3 D) → y (B·T, D) (Vaswani and others, https://arxiv.org/abs/1706.03762).
///
/// The scores of a whole sequence are never in memory at once: the kernels process a few queries at
/// a time, and the backward pass computes their shares again (Dao and others,
/// https://arxiv.org/abs/2205.14135).
package struct Attention: Sendable, Equatable {
  package let width: Int
  package let heads: Int
  /// Whether each position attends only to itself and earlier ones.
  package let isCausal: Bool

  /// Attention over rows of a width, divided equally among the heads.
  package init(width: Int, heads: Int, isCausal: Bool = true) {
    precondition(heads > 0 && width % heads == 0, "width must be a multiple of heads")
    self.width = width
    self.heads = heads
    self.isCausal = isCausal
  }

  /// How many queries are processed at a time, so that their scores stay in the L2 cache.
  private static let block = 64

  private var headWidth: Int { width / heads }
  private var scale: Float { 1 / Float(headWidth).squareRoot() }

  /// Allocates what the backward pass needs: one number per row and head.
  package func statistics(in activations: inout Activations) -> Rows {
    activations.add(width: heads, dense: true)
  }

  /// qkv (B·T, 3 D) → y (B·T, D), for some of the T queries of each of the B sequences. A pool
  /// shares the heads. In training, dropout is applied to the shares at a site.
  package func forward(
    _ qkv: Rows, to y: Rows, keeping statistics: Rows, sequences: Int, length: Int,
    queries: Range<Int>? = nil, pool: ThreadPool? = nil, dropping: (Dropout, site: Int)? = nil,
    _ activations: inout Activations
  ) {
    check(qkv, y, sequences * length, activations)
    let queries = queries ?? 0..<length
    let room = reel_attention_room(length, headWidth)
    unsafe activations.withValues { values in
      // Every piece writes its own columns.
      nonisolated(unsafe) let values = unsafe values
      pool.run(sequences * heads) { [self] piece in
        let (sequence, head) = piece.quotientAndRemainder(dividingBy: heads)
        let first = sequence * length + queries.lowerBound
        let part = unsafe Part(self, qkv, sequence, head, length, values)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { room in
          var dropped = dropping.map { dropout, site in
            dropout.shares(site, sequence: sequence, head: head, of: heads, length: length)
          }
          dropped?.place &+= UInt32(queries.lowerBound * length)
          unsafe withOptionalPointer(to: dropped) { dropped in
            unsafe reel_attention(
              queries.count, length, isCausal ? queries.lowerBound : length, headWidth, scale,
              part.q + queries.lowerBound * part.stride, part.k, part.v, part.stride,
              room.baseAddress, values + y.offset + first * y.stride + head * headWidth, y.stride,
              values + statistics.offset + first * statistics.stride + head, statistics.stride,
              dropped)
          }
        }
      }
    }
  }

  /// The same for one position of a single sequence; the keys and values before it are cached.
  func next(
    _ qkv: Rows, to y: Rows, place: Int, pool: ThreadPool?, _ activations: inout Activations
  ) {
    check(qkv, y, place + 1, activations)
    // For few positions, a thread's help costs more than it saves.
    let pool = (place + 1) * width > 1 << 15 ? pool : nil
    unsafe activations.withValues { values in
      nonisolated(unsafe) let values = unsafe values
      pool.run(heads) { [self] head in
        let part = unsafe Part(self, qkv, 0, head, place + 1, values)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: place + 1) { room in
          guard let scores = room.baseAddress else { return }
          var kept: Float = 0
          unsafe reel_attention_one(
            place + 1, headWidth, scale, part.q + place * part.stride, part.k, part.v,
            part.stride, scores, values + y.offset + place * y.stride + head * headWidth, &kept)
        }
      }
    }
  }

  /// How much attention a query of the first sequence gave to each position, head by head: for each
  /// head, `length` shares that sum to 1.
  package func shares(
    _ qkv: Rows, of query: Int, length: Int, _ activations: inout Activations
  ) -> [[Float]] {
    precondition(qkv.width == 3 * width && query < length, "the query is in the sequence")
    let seen = isCausal ? query + 1 : length
    return unsafe activations.withValues { values in
      (0..<heads).map { head in
        let part = unsafe Part(self, qkv, 0, head, length, values)
        var shares = [Float](repeating: 0, count: length)
        for place in 0..<seen {
          shares[place] = unsafe reel_dot(
            headWidth, part.q + query * part.stride, part.k + place * part.stride)
        }
        let greatest = shares[..<seen].max() ?? 0
        for place in 0..<seen { shares[place] = exp(scale * (shares[place] - greatest)) }
        let sum = shares.reduce(0, +)
        return shares.map { $0 / sum }
      }
    }
  }

  /// Replaces the gradients of qkv with those that follow from y's gradients, for some of the
  /// queries.
  package func backward(
    _ qkv: Rows, from y: Rows, keeping statistics: Rows, sequences: Int, length: Int,
    queries: Range<Int>? = nil, dropping: (Dropout, site: Int)? = nil,
    _ activations: inout Activations
  ) {
    check(qkv, y, sequences * length, activations)
    let queries = queries ?? 0..<length
    activations.clearGradients(qkv, rows: sequences * length)
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * Self.block * length) {
      room in
      guard let shares = room.baseAddress else { return }
      let flow = unsafe shares + Self.block * length
      let kept = unsafe dropping == nil ? shares : flow + Self.block * length
      unsafe activations.withBoth { values, gradients in
        for sequence in 0..<sequences {
          for head in 0..<heads {
            let part = unsafe Part(self, qkv, sequence, head, length, values)
            let slope = unsafe Part(self, qkv, sequence, head, length, gradients)
            for first in stride(from: queries.lowerBound, to: queries.upperBound, by: Self.block) {
              let rows = min(Self.block, queries.upperBound - first)
              let columns = isCausal ? first + rows : length
              unsafe part.scores(first, rows, columns, into: shares, length)
              let row = sequence * length + first
              unsafe reel_attention_shares(
                rows, columns, isCausal ? first : columns, scale, shares, length,
                values + statistics.offset + row * statistics.stride + head, statistics.stride)
              let place = y.offset + row * y.stride + head * headWidth
              let dy = unsafe gradients + place
              let dropped = dropping.map { dropout, site in
                dropout.shares(site, sequence: sequence, head: head, of: heads, length: length)
              }
              if let dropped {
                unsafe kept.update(from: shares, count: rows * length)
                unsafe drop(dropped, from: kept, first, rows, columns, length)
              }
              // dV += Pᵀ dY, dP = dY Vᵀ
              unsafe reel_product(
                columns, headWidth, rows, kept, length, 1, dy, y.stride, 0, nil, slope.v,
                slope.stride, Int32(REEL_ADDS))
              unsafe reel_product(
                rows, columns, headWidth, dy, y.stride, 0, part.v, part.stride, 1, nil, flow,
                length,
                0)
              if let dropped {
                unsafe drop(dropped, from: flow, first, rows, columns, length)
              }
              unsafe reel_attention_gradient(
                rows, columns, headWidth, scale, shares, length, values + place, dy, y.stride,
                flow, length)
              // dQ = dS K, dK += dSᵀ Q
              unsafe reel_product(
                rows, headWidth, columns, flow, length, 0, part.k, part.stride, 0, nil,
                slope.q + first * slope.stride, slope.stride, Int32(REEL_ADDS))
              unsafe reel_product(
                columns, headWidth, rows, flow, length, 1, part.q + first * part.stride,
                part.stride, 0, nil, slope.k, slope.stride, Int32(REEL_ADDS))
            }
          }
        }
      }
    }
  }

  /// Applies dropout to the shares of a block of queries, row by row as in the forward pass.
  private func drop(
    _ dropped: reel_dropping, from block: UnsafeMutablePointer<Float>, _ first: Int, _ rows: Int,
    _ columns: Int, _ length: Int
  ) {
    for row in 0..<rows {
      unsafe reel_dropout(
        columns, dropped.place &+ UInt32((first + row) * length), dropped.key1, dropped.key2,
        dropped.rate, block + row * length)
    }
  }

  private func check(_ qkv: Rows, _ y: Rows, _ count: Int, _ activations: Activations) {
    precondition(qkv.width == 3 * width && y.width == width, "attention's rows have its widths")
    precondition(count >= 0 && count <= activations.capacity, "the rows fit the activations")
  }

  /// One head of one sequence.
  @safe private struct Part {
    let q: UnsafeMutablePointer<Float>
    let k: UnsafeMutablePointer<Float>
    let v: UnsafeMutablePointer<Float>
    let stride: Int
    let headWidth: Int

    init(
      _ attention: Attention, _ qkv: Rows, _ sequence: Int, _ head: Int, _ length: Int,
      _ slab: UnsafeMutablePointer<Float>
    ) {
      headWidth = attention.headWidth
      stride = qkv.stride
      let start = qkv.offset + sequence * length * qkv.stride + head * headWidth
      unsafe q = slab + start
      unsafe k = slab + start + attention.width
      unsafe v = slab + start + 2 * attention.width
    }

    /// Q Kᵀ for some queries and all keys before a column.
    func scores(
      _ first: Int, _ rows: Int, _ columns: Int, into scores: UnsafeMutablePointer<Float>,
      _ row: Int
    ) {
      unsafe reel_product(
        rows, columns, headWidth, q + first * stride, stride, 0, k, stride, 1, nil, scores, row, 0)
    }
  }
}

/// Calls `body` with the address of a value, or with nil.
private func withOptionalPointer<Value>(
  to value: Value?, _ body: (UnsafePointer<Value>?) -> Void
) {
  guard let value else { return body(nil) }
  unsafe withUnsafePointer(to: value) { unsafe body($0) }
}
