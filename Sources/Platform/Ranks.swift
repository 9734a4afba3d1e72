internal import CMPI
internal import Glibc
internal import Synchronization

/// The processes of one run, which Open MPI started side by side, perhaps on several machines. Each
/// has a number, its rank. All call the same functions in the same order, each from one thread at a
/// time.
///
/// A run of one process has no `Ranks`: calls on the nil optional then do nothing.
@safe package final class Ranks: @unchecked Sendable {
  /// This process's number, from 0.
  package let rank: Int
  package let count: Int
  /// How much was sent and received, and how long that took, including waiting for the others.
  package private(set) var traffic = Traffic()
  private let mpi: reel_mpi

  /// What the processes have exchanged.
  package struct Traffic: Sendable, Equatable {
    package var bytes = 0
    package var seconds = 0.0
  }

  private init(_ mpi: reel_mpi) {
    unsafe self.mpi = mpi
    var (rank, count): (Int32, Int32) = (0, 1)
    Self.check(unsafe mpi.rank(mpi.world, &rank))
    Self.check(unsafe mpi.size(mpi.world, &count))
    (self.rank, self.count) = (Int(rank), Int(count))
  }

  /// The ranks that this process has joined.
  private static let joined = Mutex<Ranks?>(nil)

  /// Connects to the other processes of a run, where the environment describes any; nil where there
  /// are none.
  package static func join(_ launch: Launch = .here) throws(RanksError) -> Ranks? {
    if let count = launch.processesToMeet {
      try launch.check(count)
      if count == 1 { return nil }
    }
    guard let library = unsafe reel_load_mpi() else {
      throw .noLibrary(processes: launch.processes ?? launch.slurmTasks ?? 1)
    }
    // A waiting process yields the processor, unless the user has set this otherwise.
    unsafe setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0)
    let mpi = unsafe library.pointee
    var provided: Int32 = 0
    check(unsafe mpi.`init`(nil, nil, reel_mpi_serialized, &provided))
    let ranks = unsafe Ranks(mpi)
    joined.withLock { $0 = ranks }
    try launch.check(ranks.count)
    return ranks.count > 1 ? ranks : nil
  }

  /// Ends this process's part: on success it waits for the others, on failure it ends them too.
  package static func leave(_ code: Int32, failed: Bool) {
    guard let ranks = joined.withLock({ $0 }) else { return }
    if failed {
      _ = unsafe ranks.mpi.abort(ranks.mpi.world, code)
    } else {
      check(unsafe ranks.mpi.finalize())
    }
  }

  // MARK: Exchange

  /// Shares equal parts: each process has set its own, in the order of ranks; afterwards all have
  /// all.
  package func gather<Number: BitwiseCopyable>(_ parts: inout [Number]) {
    precondition(parts.count % count == 0, "all parts are equally long")
    unsafe parts.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      let size = Self.size(bytes.count / count)
      time(bytes.count) {
        unsafe mpi.gather(
          reel_mpi_in_place(), 0, mpi.byte, start, size, mpi.byte, mpi.world)
      }
    }
  }

  /// Swaps values with another process and returns its values.
  package func exchange<Number: BitwiseCopyable>(
    _ mine: Number, with other: Int
  ) -> Number {
    var theirs = mine
    unsafe withUnsafeBytes(of: mine) { mine in
      unsafe withUnsafeMutableBytes(of: &theirs) { unsafe exchange(mine, into: $0, with: other) }
    }
    return theirs
  }

  /// Swaps stretches of a slab with another process: sends one, receives the other.
  package func exchange(
    _ mine: Range<Int>, for theirs: Range<Int>, of slab: inout [Float], with other: Int
  ) {
    precondition(!mine.overlaps(theirs), "stretches do not overlap")
    unsafe slab.withUnsafeMutableBytes { bytes in
      let size = MemoryLayout<Float>.size
      let (mine, theirs) = unsafe (
        bytes[mine.lowerBound * size..<mine.upperBound * size],
        bytes[theirs.lowerBound * size..<theirs.upperBound * size]
      )
      unsafe exchange(
        UnsafeRawBufferPointer(rebasing: mine),
        into: UnsafeMutableRawBufferPointer(rebasing: theirs),
        with: other)
    }
  }

  private func exchange(
    _ mine: UnsafeRawBufferPointer, into theirs: UnsafeMutableRawBufferPointer, with other: Int
  ) {
    guard let from = mine.baseAddress, let to = theirs.baseAddress else { return }
    let (sent, received) = (Self.size(mine.count), Self.size(theirs.count))
    time(mine.count + theirs.count) {
      unsafe mpi.exchange(
        from, sent, mpi.byte, Int32(other), 0, to, received, mpi.byte, Int32(other), 0, mpi.world,
        nil)
    }
  }

  /// Adds the values of neighbouring processes along a binary tree over their ranks. All get the
  /// same bits, since a + b equals b + a. The number of neighbours is a power of two.
  package func addUp<Number: BitwiseCopyable>(
    _ number: inout Number, among neighbours: Int, _ add: (inout Number, Number) -> Void
  ) {
    forEachLevel(among: neighbours) { add(&number, exchange(number, with: $0)) }
  }

  /// Adds a stretch of a slab in the same way.
  package func addUp(_ slab: inout [Float], in stretch: Range<Int>, among neighbours: Int) {
    var theirs = [Float](repeating: 0, count: min(stretch.count, Self.piece))
    forEachLevel(among: neighbours) { other in
      for first in stride(from: stretch.lowerBound, to: stretch.upperBound, by: Self.piece) {
        let count = min(Self.piece, stretch.upperBound - first)
        unsafe slab.withUnsafeMutableBufferPointer { slab in
          unsafe theirs.withUnsafeMutableBufferPointer { theirs in
            let mine = slab.extracting(first..<first + count)
            unsafe exchange(
              UnsafeRawBufferPointer(mine),
              into: UnsafeMutableRawBufferPointer(theirs.extracting(0..<count)), with: other)
            for index in 0..<count { unsafe mine[index] += unsafe theirs[index] }
          }
        }
      }
    }
  }

  /// As many numbers as stay in a processor's cache until they are added.
  private static let piece = 1 << 16

  private func forEachLevel(among neighbours: Int, _ body: (_ other: Int) -> Void) {
    precondition(neighbours.nonzeroBitCount == 1, "a binary tree has a power of two of leaves")
    var distance = 1
    while distance < neighbours {
      body(rank ^ distance)
      distance *= 2
    }
  }

  /// Sends the first process's bytes to all.
  package func broadcast(_ bytes: [UInt8]) -> [UInt8] {
    var size = [bytes.count]
    send(&size)
    var bytes = rank == 0 ? bytes : [UInt8](repeating: 0, count: size[0])
    send(&bytes)
    return bytes
  }

  private func send<Number: BitwiseCopyable>(_ numbers: inout [Number]) {
    unsafe numbers.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress, bytes.count > 0 else { return }
      let size = Self.size(bytes.count)
      time(bytes.count) { unsafe mpi.broadcast(start, size, mpi.byte, 0, mpi.world) }
    }
  }

  private func time(_ bytes: Int, _ call: () -> Int32) {
    let start = monotonicSeconds()
    Self.check(call())
    traffic.bytes += bytes
    traffic.seconds += monotonicSeconds() - start
  }

  private static func size(_ bytes: Int) -> Int32 {
    guard let size = Int32(exactly: bytes) else {
      preconditionFailure("what processes exchange at once is smaller than 2 GiB")
    }
    return size
  }

  /// By default, MPI ends all processes on an error before it is seen here.
  private static func check(_ status: Int32) {
    precondition(status == 0, "Open MPI ends the run where it fails")
  }
}

extension Ranks? {
  /// How many processes there are.
  package var count: Int { self?.count ?? 1 }
  /// This process's number.
  package var rank: Int { self?.rank ?? 0 }
  /// Whether this process records the run.
  package var isFirst: Bool { rank == 0 }

  /// Shares equal parts: each process has set its own; afterwards all have all.
  package func gather<Number: BitwiseCopyable>(_ parts: inout [Number]) {
    self?.gather(&parts)
  }

  /// The first process's answer, for all; the others do not compute it.
  package func agree(_ word: () throws -> Bool) rethrows -> Bool {
    guard let self else { return try word() }
    return self.broadcast(self.rank == 0 ? [try word() ? 1 : 0] : []) == [1]
  }

  /// The first process whose bytes differ from process 0's; nil where all have the same. For few
  /// bytes, such as a hash.
  package func firstToDiffer(in bytes: [UInt8]) -> Int? {
    guard let self else { return nil }
    var all = [UInt8](repeating: 0, count: bytes.count * self.count)
    all.replaceSubrange(self.rank * bytes.count..<(self.rank + 1) * bytes.count, with: bytes)
    self.gather(&all)
    return (1..<self.count).first { rank in
      !all[rank * bytes.count..<(rank + 1) * bytes.count].elementsEqual(all[..<bytes.count])
    }
  }

  /// This process's part when all share the pieces evenly.
  package func share(of pieces: Int) -> Range<Int> {
    pieces * rank / count..<pieces * (rank + 1) / count
  }
}
