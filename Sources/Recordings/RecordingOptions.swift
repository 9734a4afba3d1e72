/// How a recording is written.
public struct RecordingOptions: Sendable {
  /// Whether to replace an existing file.
  public var force = false
  /// Whether each commit waits for the disk, so that a power cut costs at most the open batch.
  public var durable = false
  /// The most steps in one commit.
  public var batchRows = 8192
  /// The longest time between two commits.
  public var commitInterval: Duration = .milliseconds(250)
  /// How the run's networks compute, in a form that the program can compare; nil for a run without
  /// networks.
  package var arithmetic: String?
  /// The source of times.
  package var clock = RecordingClock.system

  /// The default options.
  public init(force: Bool = false, durable: Bool = false) {
    self.force = force
    self.durable = durable
  }
}
