/// One figure that is measured, with its peer and its limit.
package struct Benchmark: Sendable {
  package var name: String
  package var unit: String
  /// The limit, which two cores of a rented server reach or do not exceed. A figure that misses it is marked.
  package var limit: Double
  /// Whether higher is better.
  package var isRate: Bool
  /// The number of measurements; the median is reported.
  package var repetitions: Int
  package var measure: @Sendable () throws -> Double
  /// Other ways to do the same; the first that is installed is measured in the same run.
  package var peers: [Peer] = []
  /// What the documentation promises on any machine: a run that misses it has failed.
  package var promise: Promise?
  /// The machine resources that the work needs.
  package var use: MachineUse?

  /// A figure that should be at least `limit`.
  static func rate(
    _ name: String, _ unit: String, atLeast limit: Double, repetitions: Int = 5,
    _ measure: @escaping @Sendable () throws -> Double
  ) -> Benchmark {
    Benchmark(
      name: name, unit: unit, limit: limit, isRate: true, repetitions: repetitions,
      measure: measure)
  }

  /// A figure that should be at most `limit`.
  static func cost(
    _ name: String, _ unit: String, atMost limit: Double, repetitions: Int = 5,
    _ measure: @escaping @Sendable () throws -> Double
  ) -> Benchmark {
    Benchmark(
      name: name, unit: unit, limit: limit, isRate: false, repetitions: repetitions,
      measure: measure)
  }

  /// The same figure, compared with other ways to do the same.
  func against(_ peers: Peer...) -> Benchmark {
    var copy = self
    copy.peers = peers
    return copy
  }

  /// The same figure, with a promise.
  func promising(_ promise: Promise) -> Benchmark {
    var copy = self
    copy.promise = promise
    return copy
  }

  /// The same figure, with the machine resources that it needs.
  func using(_ use: MachineUse) -> Benchmark {
    var copy = self
    copy.use = use
    return copy
  }

  /// Measures the figure, and its peer beside it.
  package func measurement(on machine: MachineProbe) throws -> Measurement {
    var (figures, others) = ([Double](), [Double]())
    var peer: Peer?
    var peerName = ""
    for repetition in 0..<repetitions {
      figures.append(try measure())
      if repetition == 0 {
        for candidate in peers where peer == nil {
          guard let answer = candidate.answer() else { continue }
          (peer, peerName) = (candidate, answer.name ?? candidate.name)
          others.append(answer.figure)
        }
      } else if let peer, peer.isPaired, let answer = peer.answer() {
        others.append(answer.figure)
      }
    }
    var result = Measurement(name: name, figure: figures.median, unit: unit)
    (result.limit, result.isRate) = (limit, isRate)
    result.isMet = isRate ? result.figure >= limit : result.figure <= limit
    if peer != nil {
      result.peer = (peerName, others.median)
      // In pairs, because the machine's speed changes from one second to the next.
      let ratios = zip(figures, others).map { isRate ? $0 / $1 : $1 / $0 }
      result.ratio =
        others.count == figures.count
        ? ratios.median
        : isRate ? result.figure / others.median : others.median / result.figure
    }
    if let use {
      result.share = (use.share(of: result.figure, isRate: isRate, machine), use.resource)
    }
    result.keep(promise, isRate: isRate)
    return result
  }
}

/// What the documentation promises about a figure.
package enum Promise: Sendable {
  /// The figure itself, if it does not depend on the machine's speed.
  case figure(Double)
  /// At least this multiple of the peer's figure in the same run.
  case timesPeer(Double)
}

extension [Double] {
  /// The median.
  var median: Double { sorted()[count / 2] }
}
