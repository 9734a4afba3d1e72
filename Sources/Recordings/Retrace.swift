internal import Rollouts

/// The steps that a resumed run makes again, to be compared with those that the file has.
struct Retrace {
  func has(_ metric: Metric) -> Bool { false }
  func has(_ checkpoint: Checkpoint, in path: String) throws(RecordingError) -> Bool { false }
}
extension RecordingWriter {
  mutating func compare(_ transition: Transition) throws(RecordingError) {}
  mutating func goOnRetracing() throws(RecordingError) {}
}
