/// How a recording is written.
package struct RecordingOptions: Sendable {
  /// Whether a file of this name is replaced.
  package var force = false
  /// Whether each commit waits for the disk: no power cut costs more than the open batch then.
  package var durable = false
  /// The most steps of one commit.
  package var batchRows = 8192
  /// The longest time between two commits.
  package var commitInterval: Duration = .milliseconds(250)
  /// Where times come from.
  package var clock = RecordingClock.system

  /// The usual way.
  package init(force: Bool = false, durable: Bool = false) {
    self.force = force
    self.durable = durable
  }
}
