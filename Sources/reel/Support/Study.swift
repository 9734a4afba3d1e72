import Rollouts

/// A question about the car that is answered by training it under several settings.
struct Study {
  var name: String
  var question: String
  /// What people tend to answer who did not measure.
  var usualAnswer: String
  /// The setting that is varied, and its values, the usual one first.
  var setting: String
  var values: [String]

  static let all = [
    Study(
      name: "boundary",
      question:
        "What happens when the penalty at the map's edge is weak against that off the road?",
      usualAnswer: "the car gets stuck at the border",
      setting: "edge_reward", values: ["-1", "-0.5", "-0.2", "0"]),
    Study(
      name: "temperature",
      question: "What happens when the (inverse) temperature is reduced?",
      usualAnswer: "the car moves jerkily, because it explores more",
      setting: "temperature", values: ["100", "30", "10", "3", "1", "0.3", "0"]),
    Study(
      name: "gamma",
      question: "What happens when the discount γ is reduced?",
      usualAnswer: "the car becomes short-sighted and runs in circles",
      setting: "gamma", values: ["0.9", "0.99", "0.7", "0.5", "0.1"]),
  ]

  static func named(_ name: String) -> Study { all.first { $0.name == name } ?? all[0] }
}
