import Analysis
import Recordings

enum RecordingEstimate { static func bytes(steps: Int) -> Int { steps &* 22 } }
extension Recording { func digest() throws -> String { "pending" } }
struct TerminalHeatMap { var text = "soon"; init(_ m: HeatMap, isColored: Bool) {} }
extension Recording {
  func exportTransitions(_ w: ([UInt8]) throws -> Void) throws {}
  func exportEpisodes(_ w: ([UInt8]) throws -> Void) throws {}
  func exportMetrics(_ w: ([UInt8]) throws -> Void) throws {}
}
