#if MuJoCo
  internal import CMuJoCo
  internal import Glibc
  internal import Synchronization

  /// The arm of maps/reacher.xml, simulated by MuJoCo.
  ///
  /// Each step depends on its state alone: what the solver remembers of the previous step is
  /// cleared. Steps may run concurrently.
  @safe package final class MuJoCoArm: Sendable {
    private let model: Model
    /// Idle work areas for steps: as many as steps have ever run at the same time.
    private let idle: Mutex<[Data]>

    /// Why the model could not be loaded.
    package struct LoadError: Error, CustomStringConvertible {
      /// A message for people.
      package let description: String
    }

    /// The result of a step in MuJoCo.
    package struct Outcome: Sendable, Equatable {
      package var angles: SIMD2<Double>
      package var velocities: SIMD2<Double>
      /// The fingertip's position according to MuJoCo, as of the last stage of its integrator.
      package var fingertip: SIMD2<Double>
    }

    /// Reads a model in MuJoCo's XML format (MJCF).
    package init(model text: String = MuJoCoArm.reacher) throws(LoadError) {
      let (model, message) = Self.load(text)
      guard let model else {
        throw LoadError(description: "MuJoCo cannot use the reacher's model: \(message)")
      }
      self.model = model
      idle = Mutex([])
    }

    /// Moves the arm for some of the model's time steps under constant torques, which the motors clip.
    package func step(
      angles: SIMD2<Double>, velocities: SIMD2<Double>, target: SIMD2<Double>,
      torques: SIMD2<Double>, frames: Int = 2
    ) -> Outcome {
      let data = idle.withLock { $0.popLast() } ?? Data(model)
      defer { idle.withLock { $0.append(data) } }
      let state = unsafe data.pointer.pointee
      unsafe (state.qpos[0], state.qpos[1]) = (angles.x, angles.y)
      unsafe (state.qpos[2], state.qpos[3]) = (target.x, target.y)
      unsafe (state.qvel[0], state.qvel[1]) = (velocities.x, velocities.y)
      unsafe (state.qvel[2], state.qvel[3]) = (0, 0)
      unsafe (state.ctrl[0], state.ctrl[1]) = (torques.x, torques.y)
      // Only this carries over from the previous step; resetting everything would take longer.
      for index in 0..<4 { unsafe state.qacc_warmstart[index] = 0 }
      for _ in 0..<frames { unsafe mj_step(model.pointer, data.pointer) }
      let tip = unsafe state.xpos + 3 * model.fingertip
      return unsafe Outcome(
        angles: SIMD2(state.qpos[0], state.qpos[1]),
        velocities: SIMD2(state.qvel[0], state.qvel[1]), fingertip: SIMD2(tip[0], tip[1]))
    }

    private static func load(_ text: String) -> (model: Model?, message: String) {
      // MuJoCo only reads files; this one is in memory and disappears once it is closed.
      let file = unsafe memfd_create("reacher.xml", 0)
      defer { close(file) }
      let bytes = Array(text.utf8)
      guard file >= 0, unsafe write(file, bytes, bytes.count) == bytes.count else {
        return (nil, unsafe String(cString: strerror(errno)))
      }
      var message = [CChar](repeating: 0, count: 1000)
      let pointer = unsafe mj_loadXML(
        "/proc/self/fd/\(file)", nil, &message, Int32(message.count))
      guard let pointer = unsafe pointer else {
        let said = String(
          decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return (nil, said.split(separator: "\n").joined(separator: " "))
      }
      let model = unsafe Model(pointer)
      let isOurs = unsafe pointer.pointee.nq == 4 && pointer.pointee.nu == 2 && model.fingertip > 0
      return isOurs ? (model, "") : (nil, "it is not an arm of two joints and a target")
    }

    /// The model, which all threads read and none write.
    @safe private final class Model: @unchecked Sendable {
      let pointer: UnsafeMutablePointer<mjModel>
      let fingertip: Int

      init(_ pointer: UnsafeMutablePointer<mjModel>) {
        unsafe self.pointer = pointer
        fingertip = Int(unsafe mj_name2id(pointer, Int32(mjOBJ_BODY.rawValue), "fingertip"))
      }

      deinit { unsafe mj_deleteModel(pointer) }
    }

    /// The work area of a step.
    @safe private final class Data: @unchecked Sendable {
      let pointer: UnsafeMutablePointer<mjData>

      init(_ model: Model) {
        guard let pointer = unsafe mj_makeData(model.pointer) else {
          preconditionFailure("there is memory for an arm")
        }
        unsafe self.pointer = pointer
      }

      deinit { unsafe mj_deleteData(pointer) }
    }
  }
#endif
