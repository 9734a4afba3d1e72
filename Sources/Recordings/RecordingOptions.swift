/// How a recording is written.
public struct RecordingOptions: Sendable {
  /// Whether a file of this name is replaced.
  public var force = false
  /// Whether each commit waits for the disk: no power cut costs more than the open batch then.
  public var durable = false
  /// The most steps of one commit.
  public var batchRows = 8192
  /// The longest time between two commits.
  public var commitInterval: Duration = .milliseconds(250)
  /// How the networks of the run compute, in words that the program understands again; nil for one without.
  package var arithmetic: String?
  /// Where times come from.
  package var clock = RecordingClock.system

  /// The usual way.
  public init(force: Bool = false, durable: Bool = false) {
    self.force = force
    self.durable = durable
  }
}
