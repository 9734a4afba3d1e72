#if MuJoCo
  internal import CMuJoCo
  internal import Synchronization

  /// The arm of maps/reacher.xml, moved by MuJoCo.
  ///
  /// Each step begins from its state alone: what the solver remembers of the step before is cleared.
  @safe package final class MuJoCoArm: Sendable {
    private let model: Model
    private let data: Mutex<Data>

    /// Why there is no arm.
    package struct LoadError: Error, CustomStringConvertible {
      /// A sentence for people.
      package let description: String
    }

    /// What MuJoCo made of a step.
    package struct Outcome: Sendable, Equatable {
      package var angles: SIMD2<Double>
      package var velocities: SIMD2<Double>
      /// Where MuJoCo says that the fingertip is: as of the last stage of its method.
      package var fingertip: SIMD2<Double>
    }

    /// Reads the model of a file.
    package init(path: String) throws(LoadError) {
      let (model, message) = Self.load(path)
      guard let model, let data = Data(model) else {
        throw LoadError(description: "MuJoCo cannot use \(path): \(message)")
      }
      self.model = model
      self.data = Mutex(data)
    }

    /// Moves the arm for some of the model's time steps under constant torques, which the motors clip.
    package func step(
      angles: SIMD2<Double>, velocities: SIMD2<Double>, target: SIMD2<Double>,
      torques: SIMD2<Double>, frames: Int = 2
    ) -> Outcome {
      data.withLock { data in
        unsafe mj_resetData(model.pointer, data.pointer)
        let state = unsafe data.pointer.pointee
        unsafe (state.qpos[0], state.qpos[1]) = (angles.x, angles.y)
        unsafe (state.qpos[2], state.qpos[3]) = (target.x, target.y)
        unsafe (state.qvel[0], state.qvel[1]) = (velocities.x, velocities.y)
        unsafe (state.ctrl[0], state.ctrl[1]) = (torques.x, torques.y)
        for _ in 0..<frames { unsafe mj_step(model.pointer, data.pointer) }
        let tip = unsafe state.xpos + 3 * model.fingertip
        return unsafe Outcome(
          angles: SIMD2(state.qpos[0], state.qpos[1]),
          velocities: SIMD2(state.qvel[0], state.qvel[1]), fingertip: SIMD2(tip[0], tip[1]))
      }
    }

    private static func load(_ path: String) -> (model: Model?, message: String) {
      var message = [CChar](repeating: 0, count: 1000)
      let pointer = unsafe mj_loadXML(path, nil, &message, Int32(message.count))
      let text = String(
        decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      guard let pointer = unsafe pointer else { return (nil, text) }
      let model = unsafe Model(pointer)
      let isOurs = unsafe pointer.pointee.nq == 4 && pointer.pointee.nu == 2 && model.fingertip > 0
      return isOurs ? (model, "") : (nil, "it is not an arm of two joints and a target")
    }

    /// The model: read by all, written by none.
    @safe private final class Model: @unchecked Sendable {
      let pointer: UnsafeMutablePointer<mjModel>
      let fingertip: Int

      init(_ pointer: UnsafeMutablePointer<mjModel>) {
        unsafe self.pointer = pointer
        fingertip = Int(unsafe mj_name2id(pointer, Int32(mjOBJ_BODY.rawValue), "fingertip"))
      }

      deinit { unsafe mj_deleteModel(pointer) }
    }

    /// What a step works on, one at a time.
    @safe private final class Data: @unchecked Sendable {
      let pointer: UnsafeMutablePointer<mjData>

      init?(_ model: Model) {
        guard let pointer = unsafe mj_makeData(model.pointer) else { return nil }
        unsafe self.pointer = pointer
      }

      deinit { unsafe mj_deleteData(pointer) }
    }
  }
#endif
