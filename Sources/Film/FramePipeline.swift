import Platform
import Raster

/// Turns drawn frames into bytes; every thread has its own.
protocol FrameEncoder: SendableMetatype, ~Copyable {
  associatedtype Product: Sendable

  /// Encodes a frame; `previous` is the picture before it (nil for the first).
  mutating func encode(_ frame: Int, _ picture: Picture, after previous: Picture?) throws -> Product
}

/// Draws frames on the calling thread while all processors encode, with a fixed number of pictures.
///
/// The calling thread draws and maps in order, collects encoded frames in order, and encodes when
/// there is nothing else to do. So only one thread uses a source, and memory does not grow with the
/// number of frames.
struct FramePipeline<Encoder: FrameEncoder & ~Copyable> {
  let makeEncoder: @Sendable () -> Encoder
  var processors = ThreadPool.processorCount

  private enum Slot {
    case free
    case drawn(Int)
    case encoding
    case encoded(Result<Encoder.Product, any Error>)
  }

  private struct State {
    var slots: [Slot]
    var isOver = false

    /// Takes the first drawn frame that is not encoded yet.
    mutating func claim() -> Int? {
      var first: (slot: Int, frame: Int)?
      for (index, slot) in slots.enumerated() {
        if case .drawn(let frame) = slot, frame < first?.frame ?? .max { first = (index, frame) }
      }
      guard let first else { return nil }
      slots[first.slot] = .encoding
      return first.frame
    }
  }

  private enum Task {
    case deliver(Result<Encoder.Product, any Error>)
    case draw
    case encode(Int)
    case stop
  }

  /// Draws and encodes all frames; `deliver` receives each frame's number, hold and result in
  /// order.
  ///
  /// `map`, if given, computes the palette indices of each picture after it is drawn.
  func run(
    _ source: inout some FrameSource, map: ((Picture, Picture?) throws -> Void)? = nil,
    deliver: (Int, Int, Encoder.Product) throws -> Void
  ) throws {
    let count = source.frameCount
    let (width, height) = (source.width, source.height)
    let pictures = try (0..<max(2, min(processors + 3, count))).map { _ in
      let canvas = try Canvas(width: width, height: height)
      return Picture(canvas, hasNumbers: map != nil)
    }
    let slots = pictures.count
    let monitor = Monitor(State(slots: Array(repeating: .free, count: slots)))
    let makeEncoder = makeEncoder

    @Sendable func work(_ encoder: inout Encoder, _ frame: Int) {
      let result: Result<Encoder.Product, any Error>
      do {
        let previous = frame > 0 ? pictures[(frame - 1) % slots] : nil
        result = .success(try encoder.encode(frame, pictures[frame % slots], after: previous))
      } catch {
        result = .failure(error)
      }
      monitor.change { $0.slots[frame % slots] = .encoded(result) }
    }

    let helpers = (1..<max(1, min(processors, count))).compactMap { _ in
      SystemThread {
        var encoder = makeEncoder()
        while case .encode(let frame) = monitor.wait(until: {
          $0.isOver ? Task.stop : $0.claim().map { .encode($0) }
        }) {
          work(&encoder, frame)
        }
      }
    }
    defer {
      monitor.change { $0.isOver = true }
      for helper in helpers { helper.join() }
    }
    var encoder = makeEncoder()
    var drawn = 0
    var delivered = 0
    while delivered < count {
      // A frame's picture is read again when the next frame is encoded, so one slot stays unused.
      let hasRoom = drawn < count && drawn - delivered < slots - 1
      let task: Task = monitor.wait { state in
        if case .encoded(let result) = state.slots[delivered % slots] {
          state.slots[delivered % slots] = .free
          return .deliver(result)
        }
        return hasRoom ? .draw : state.claim().map { .encode($0) }
      }
      switch task {
      case .deliver(let result):
        try deliver(delivered, source.hold(after: delivered), result.get())
        delivered += 1
      case .draw:
        let picture = pictures[drawn % slots]
        try source.draw(drawn, onto: picture.canvas)
        try map?(picture, drawn > 0 ? pictures[(drawn - 1) % slots] : nil)
        monitor.change { $0.slots[drawn % slots] = .drawn(drawn) }
        drawn += 1
      case .encode(let frame): work(&encoder, frame)
      case .stop: return
      }
    }
  }
}
