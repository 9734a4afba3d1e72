package import Recordings
import Trainers

/// An algorithm in parts, beside what a recording shows of each.
package struct AlgorithmTopic: Sendable {
  /// One part, as docs/trainers.md has it too.
  package struct Part: Sendable {
    var name: String
    package var title: String
    package var code: [String]
    /// What is easily got wrong, or was.
    package var notes: [String] = []
  }

  /// The trainer that it is about.
  package let trainerName: String
  package let parts: [Part]
  /// A world that shows it well.
  package let exampleWorld: String
  /// What a recording shows, in lines by the part's name.
  private let evidence: @Sendable (Recording, Catalog) throws -> [String: [String]]

  /// Every topic.
  package static let all = [
    AlgorithmTopic(
      trainerName: QTableConfiguration.trainerName, parts: qTable, exampleWorld: "maze",
      evidence: { try QTableEvidence($0, in: $1).lines }),
    AlgorithmTopic(
      trainerName: DQNConfiguration.trainerName, parts: dqn, exampleWorld: "snake",
      evidence: { try DQNEvidence($0, in: $1).lines }),
  ]

  /// What a recording shows of each part, in lines.
  package func evidence(
    in recording: Recording, _ catalog: Catalog = .builtIn
  ) throws -> [[String]] {
    let lines = try evidence(recording, catalog)
    return parts.map { lines[$0.name] ?? [] }
  }
}

extension AlgorithmTopic {
  /// The six methods of Q-learning.
  private static let qTable = [
    Part(
      name: "init", title: "1  init(α, γ, ε, episodes)",
      code: [
        "Q[s, a] ← 0 for every state and every legal action"
      ]),
    Part(
      name: "getQValue", title: "2  getQValue(s, a)",
      code: ["return Q[s, a]                       (0 when it was never updated)"]),
    Part(
      name: "computeValueFromQValues", title: "3  computeValueFromQValues(s)",
      code: ["return max over legal a of Q[s, a]    (0 when no action is legal)"]),
    Part(
      name: "computeActionFromQValues", title: "4  computeActionFromQValues(s)",
      code: [
        "best ← all legal a with Q[s, a] = max",
        "return one of them at random          (ties=first: the first)",
      ]),
    Part(
      name: "getAction", title: "5  getAction(s)",
      code: [
        "with probability ε: return any legal a, all equally likely",
        "otherwise: return computeActionFromQValues(s)",
      ]),
    Part(
      name: "update", title: "6  update(s, a, s′, r)",
      code: [
        "sample ← r + γ · computeValueFromQValues(s′)     (r alone where s′ is terminal;",
        "                                                  a time limit is not an end)",
        "Q[s, a] ← (1 − α) · Q[s, a] + α · sample",
      ]),
  ]

  /// One step of deep Q-learning.
  private static let dqn = [
    Part(
      name: "choose", title: "choose and do",
      code: [
        "1  values ← network(observation)                       one row",
        "2  a ← by softmax:  lot in proportion to e^(T · values)       T is an inverse temperature",
        "       or ε-greedy: with probability ε any action, else the best",
        "3  state, r, ending ← world(state, a)",
      ],
      notes: ["The greater T, the greedier; a temperature would do the opposite."]),
    Part(
      name: "remember", title: "remember",
      code: [
        "4  memory[step mod size] ← (observation, a, r, next observation, γ or 0)     0 where terminated",
        "5  rows ← 100 of the memory, drawn at random; or the newest alone",
      ],
      notes: [
        "r belongs to the step from state to next state, not to the one before.",
        "Only a terminated episode has no future; one that was cut off goes on unseen.",
      ]),
    Part(
      name: "target", title: "value and target",
      code: [
        "6  Q  ← network(observations of the rows)[their actions]",
        "7  Q′ ← max over actions of network(next observations)",
        "8  target ← r + γ · Q′",
      ],
      notes: ["A batch goes through the network as one matrix; one transition is a batch of one."]),
    Part(
      name: "loss", title: "loss",
      code: ["9  loss ← mean over rows of smooth-L1(Q − target)"],
      notes: ["Of each row only the action that was taken counts."]),
    Part(
      name: "backward", title: "back-propagation",
      code: ["10 gradient ← d loss / d parameters, back through Q only"],
      notes: [
        "The target is a number here, although the same network made it: differentiating it too is",
        "another algorithm, the residual gradient (--set gradient=residual).",
      ]),
    Part(
      name: "adam", title: "Adam",
      code: ["11 parameters ← Adam(parameters, gradient)"],
      notes: ["A loss three times as large takes the same steps: Adam divides by its own scale."]),
    Part(
      name: "save", title: "saving",
      code: ["12 now and then: checkpoint ← parameters and Adam's moments, as safetensors"],
      notes: ["The memory needs no saving: a run that goes on refills it from the recording."]),
  ]
}
