package import Rollouts

/// An arm of two links in the plane, and the target for its fingertip.
package struct ReacherState: RecordedState {
  /// The angles of shoulder and elbow in radians, counter-clockwise.
  package var angles: SIMD2<Double>
  /// The angular velocities, in radians a second.
  package var velocities: SIMD2<Double>
  /// The target, in metres from the shoulder.
  package var target: SIMD2<Double>

  /// A state from its parts.
  package init(angles: SIMD2<Double>, velocities: SIMD2<Double>, target: SIMD2<Double>) {
    self.angles = angles
    self.velocities = velocities
    self.target = target
  }

  /// How many bytes a recorded state has.
  package static let byteCount = 48

  /// How to read a recorded state and a recorded action.
  package static let fields: [Field] = {
    let numbers = [
      ("angle0", "radians, of the shoulder"), ("angle1", "radians, of the elbow"),
      ("velocity0", "radians a second, of the shoulder"),
      ("velocity1", "radians a second, of the elbow"),
      ("target_x", "metres from the shoulder, to the right"),
      ("target_y", "metres from the shoulder, upward"),
    ]
    let state = numbers.enumerated().map { index, number in
      Field("state", number.0, type: "float64", offset: 8 * index, count: 1, number.1)
    }
    let joints = ["shoulder", "elbow"]
    return state
      + joints.enumerated().map { index, joint in
        Field(
          "action", "torque\(index)", type: "float32", offset: 4 * index, count: 1,
          "at the \(joint) as the policy gave it; the world clips it to ±1")
      }
  }()

  package var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      func put(_ pair: SIMD2<Double>, _ place: Int) {
        bytes.storeBytes(of: pair.x.bitPattern.littleEndian, toByteOffset: place, as: UInt64.self)
        bytes.storeBytes(
          of: pair.y.bitPattern.littleEndian, toByteOffset: place + 8, as: UInt64.self)
      }
      put(angles, 0)
      put(velocities, 16)
      put(target, 32)
      count = Self.byteCount
    }
  }

  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    var words = [UInt64](repeating: 0, count: Self.byteCount / 8)
    for (index, byte) in bytes.enumerated() {
      words[index / 8] |= UInt64(byte) << (index % 8 * 8)
    }
    let numbers = words.map(Double.init(bitPattern:))
    // No torque moves an arm beyond these bounds.
    guard numbers.allSatisfy({ abs($0) < 1e9 }) else { return nil }
    self.init(
      angles: SIMD2(numbers[0], numbers[1]), velocities: SIMD2(numbers[2], numbers[3]),
      target: SIMD2(numbers[4], numbers[5]))
  }
}

/// The requested torques: any numbers, clipped to ±1 by the motors.
package struct ReacherAction: RecordedAction {
  /// At shoulder and elbow; 1 is a motor's maximum.
  package var torques: SIMD2<Float>

  /// An action of two torques.
  package init(_ shoulder: Float, _ elbow: Float) { torques = SIMD2(shoulder, elbow) }

  package init(numbers: Span<Float>) { self.init(numbers[0], numbers[1]) }

  package var recorded: Value {
    let words = SIMD2(torques.x.bitPattern, torques.y.bitPattern)
    return .bytes(
      [UInt8](unsafeUninitializedCapacity: 8) { buffer, count in
        let bytes = UnsafeMutableRawBufferPointer(buffer)
        bytes.storeBytes(of: words.x.littleEndian, toByteOffset: 0, as: UInt32.self)
        bytes.storeBytes(of: words.y.littleEndian, toByteOffset: 4, as: UInt32.self)
        count = 8
      })
  }

  package init?(recorded: Value) {
    guard case .bytes(let bytes) = recorded, bytes.count == 8 else { return nil }
    func number(_ part: ArraySlice<UInt8>) -> Float {
      Float(bitPattern: part.reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }
    self.init(number(bytes[..<4]), number(bytes[4...]))
    guard torques.x.isFinite, torques.y.isFinite else { return nil }
  }
}
