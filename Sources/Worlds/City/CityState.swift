package import Rollouts

/// Everything that changes in a city: the car, and its target.
package struct CityState: RecordedState {
  /// In pixels from the left.
  package var x: Float
  /// In pixels from the top.
  package var y: Float
  /// In degrees, counter-clockwise from east, above −180 and up to 180.
  package var angle: Float
  /// In pixels per tick, to the right.
  package var velocityX: Float
  /// In pixels per tick, downward.
  package var velocityY: Float
  /// The last readings of the sensors ahead, to the left and to the right.
  package var signal1: Float
  package var signal2: Float
  package var signal3: Float
  /// The distance to the target after the last tick, as the rules measure progress.
  package var distance: Float
  /// 0 for A1, 1 for A2, 2 for A3.
  package var target: Int32

  /// How many bytes a recorded state has.
  package static let byteCount = 40

  /// A state from its parts.
  package init(
    x: Float, y: Float, angle: Float, velocityX: Float, velocityY: Float, signal1: Float,
    signal2: Float, signal3: Float, distance: Float, target: Int
  ) {
    (self.x, self.y, self.angle) = (x, y, angle)
    (self.velocityX, self.velocityY) = (velocityX, velocityY)
    (self.signal1, self.signal2, self.signal3) = (signal1, signal2, signal3)
    self.distance = distance
    self.target = Int32(target)
  }

  /// How to read a recorded state.
  package static let fields: [Field] = {
    let numbers = [
      ("x", "pixels from the left"), ("y", "pixels from the top"),
      ("angle", "degrees, counter-clockwise from east"),
      ("velocity_x", "pixels a tick, to the right"), ("velocity_y", "pixels a tick, downward"),
      ("signal1", "share of off-road ahead"), ("signal2", "share of off-road ahead on the left"),
      ("signal3", "share of off-road ahead on the right"),
      ("distance", "pixels to the target after the last tick"),
    ]
    let fields = numbers.enumerated().map { index, number in
      Field("state", number.0, type: "float32", offset: 4 * index, count: 1, number.1)
    }
    return fields + [
      Field("state", "target", type: "int32", offset: 36, count: 1, "0 for A1, 1 for A2, 2 for A3")
    ]
  }()

  /// Writes the recorded form, `byteCount` bytes.
  package func write(to bytes: UnsafeMutableRawBufferPointer) {
    precondition(bytes.count >= Self.byteCount, "a state needs \(Self.byteCount) bytes")
    func put(_ value: Float, _ index: Int) {
      bytes.storeBytes(
        of: value.bitPattern.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
    }
    put(x, 0)
    put(y, 1)
    put(angle, 2)
    put(velocityX, 3)
    put(velocityY, 4)
    put(signal1, 5)
    put(signal2, 6)
    put(signal3, 7)
    put(distance, 8)
    bytes.storeBytes(of: target.littleEndian, toByteOffset: 36, as: Int32.self)
  }

  /// The recorded form.
  package var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      write(to: UnsafeMutableRawBufferPointer(buffer))
      count = Self.byteCount
    }
  }

  /// The state for a recorded form; nil where the bytes are not one.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    var words = [UInt32](repeating: 0, count: Self.byteCount / 4)
    for (index, byte) in bytes.enumerated() { words[index / 4] |= UInt32(byte) << (index % 4 * 8) }
    let numbers = words.prefix(9).map(Float.init(bitPattern:))
    // A car never writes numbers beyond these bounds.
    guard numbers.allSatisfy({ abs($0) < 1e6 }), words[9] < UInt32(CityMap.targetNames.count)
    else { return nil }
    self.init(
      x: numbers[0], y: numbers[1], angle: numbers[2], velocityX: numbers[3],
      velocityY: numbers[4], signal1: numbers[5], signal2: numbers[6], signal3: numbers[7],
      distance: numbers[8], target: Int(words[9]))
  }
}
