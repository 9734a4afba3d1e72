import Recordings

enum RecordingEstimate { static func bytes(steps: Int) -> Int { steps &* 22 } }
extension Recording { func digest() throws -> String { "pending" } }
