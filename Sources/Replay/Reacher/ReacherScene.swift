import Glibc
package import Raster
package import Rollouts

/// Where a reacher's joints and its target are; lengths in metres, angles in radians, *y* upward.
package struct ReacherPose: Sendable, Equatable {
  /// The length of each of the two links.
  package static let link = 0.1
  /// How far the fingertip is from the second joint.
  package static let fingertipReach = 0.11

  /// The first joint's angle, counter-clockwise from the right.
  package var q0: Double
  /// The second joint's angle, from the first link's direction.
  package var q1: Double
  /// The first joint's speed, in radians a second.
  package var v0: Double
  /// The second joint's speed.
  package var v1: Double
  /// Where the target is.
  package var target: Point

  /// A pose.
  package init(q0: Double, q1: Double, v0: Double = 0, v1: Double = 0, target: Point) {
    self.q0 = q0
    self.q1 = q1
    self.v0 = v0
    self.v1 = v1
    self.target = target
  }

  /// The pose of a recorded state: six float64, little-endian, q0 q1 v0 v1 target x target y.
  package init?(bytes: [UInt8]) {
    guard let numbers = Self.numbers(bytes, count: 6), numbers.allSatisfy(\.isFinite) else {
      return nil
    }
    self.init(
      q0: numbers[0], q1: numbers[1], v0: numbers[2], v1: numbers[3],
      target: Point(numbers[4], numbers[5]))
  }

  /// Where the second joint is.
  package var elbow: Point { Point(Self.link * cos(q0), Self.link * sin(q0)) }
  /// Where the fingertip is.
  package var fingertip: Point {
    elbow.moved(Self.fingertipReach * cos(q0 + q1), Self.fingertipReach * sin(q0 + q1))
  }
  /// How far the fingertip is from the target.
  package var distance: Double {
    hypot(fingertip.x - target.x, fingertip.y - target.y)
  }

  /// So many little-endian float64, or float32 where there are half as many bytes.
  static func numbers(_ bytes: [UInt8], count: Int) -> [Double]? {
    func word(_ index: Int, _ size: Int) -> UInt64 {
      bytes[index * size..<(index + 1) * size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    switch bytes.count {
    case 8 * count: return (0..<count).map { Double(bitPattern: word($0, 8)) }
    case 4 * count:
      return (0..<count).map {
        Double(Float(bitPattern: UInt32(truncatingIfNeeded: word($0, 4))))
      }
    default: return nil
    }
  }
}

/// All that one frame of a reacher shows.
package struct ReacherScene: Sendable, Equatable {
  /// The episode's number in the run.
  package var episode: Int
  /// How many steps led here; 0 in the first frame.
  package var t: Int
  /// How many steps the episode has.
  package var steps: Int
  /// The arm and the target.
  package var pose: ReacherPose
  /// Where the fingertip was before, the newest first.
  package var trail: [Point]
  /// The last action, a torque for each joint; nil in the first frame.
  package var action: Point?
  /// The last reward; nil in the first frame.
  package var reward: Double?
  /// The rewards so far, summed.
  package var totalReturn: Double
  /// How the episode stands.
  package var ending: Ending

  /// A scene; one of an episode's beginning unless told otherwise.
  package init(
    episode: Int, t: Int = 0, steps: Int, pose: ReacherPose, trail: [Point] = [],
    action: Point? = nil, reward: Double? = nil, totalReturn: Double = 0,
    ending: Ending = .running
  ) {
    self.episode = episode
    self.t = t
    self.steps = steps
    self.pose = pose
    self.trail = trail
    self.action = action
    self.reward = reward
    self.totalReturn = totalReturn
    self.ending = ending
  }
}
