/// A part of an algorithm, as docs/trainers.md has it too.
struct Lesson {
  var name: String
  var title: String
  var code: [String]
  /// What is easily got wrong, or was.
  var notes: [String] = []
}

extension Lesson {
  /// The six methods of Q-learning.
  static let qTable = [
    Lesson(
      name: "init", title: "1  init(α, γ, ε, episodes)",
      code: [
        "Q[s, a] ← 0 for every state and every legal action"
      ]),
    Lesson(
      name: "getQValue", title: "2  getQValue(s, a)",
      code: ["return Q[s, a]                       (0 when it was never updated)"]),
    Lesson(
      name: "computeValueFromQValues", title: "3  computeValueFromQValues(s)",
      code: ["return max over legal a of Q[s, a]    (0 when no action is legal)"]),
    Lesson(
      name: "computeActionFromQValues", title: "4  computeActionFromQValues(s)",
      code: [
        "best ← all legal a with Q[s, a] = max",
        "return one of them by lot             (ties=first: the first)",
      ]),
    Lesson(
      name: "getAction", title: "5  getAction(s)",
      code: [
        "with probability ε: return any legal a, all equally likely",
        "otherwise: return computeActionFromQValues(s)",
      ]),
    Lesson(
      name: "update", title: "6  update(s, a, s′, r)",
      code: [
        "sample ← r + γ · computeValueFromQValues(s′)     (r alone where s′ is terminal;",
        "                                                  a time limit is not an end)",
        "Q[s, a] ← (1 − α) · Q[s, a] + α · sample",
      ]),
  ]

  /// One step of deep Q-learning.
  static let dqn = [
    Lesson(
      name: "choose", title: "choose and do",
      code: [
        "1  values ← network(observation)                       one row",
        "2  a ← by softmax:  lot in proportion to e^(T · values)       T is an inverse temperature",
        "       or ε-greedy: with probability ε any action, else the best",
        "3  state, r, ending ← world(state, a)",
      ],
      notes: ["The greater T, the greedier; a temperature would do the opposite."]),
    Lesson(
      name: "remember", title: "remember",
      code: [
        "4  memory[step mod size] ← (observation, a, r, next observation, γ or 0)     0 where terminated",
        "5  rows ← 100 of the memory, drawn by lot; or the newest alone",
      ],
      notes: [
        "r belongs to the step from state to next state, not to the one before.",
        "Only a terminated episode has no future; one that was cut off goes on unseen.",
      ]),
    Lesson(
      name: "target", title: "value and target",
      code: [
        "6  Q  ← network(observations of the rows)[their actions]",
        "7  Q′ ← max over actions of network(next observations)",
        "8  target ← r + γ · Q′",
      ],
      notes: ["A batch goes through the network as one matrix; one transition is a batch of one."]),
    Lesson(
      name: "loss", title: "loss",
      code: ["9  loss ← mean over rows of smooth-L1(Q − target)"],
      notes: ["Of each row only the action that was taken counts."]),
    Lesson(
      name: "backward", title: "back-propagation",
      code: ["10 gradient ← d loss / d parameters, back through Q only"],
      notes: [
        "The target is a number here, although the same network made it: differentiating it too is",
        "another algorithm, the residual gradient (--set gradient=residual).",
      ]),
    Lesson(
      name: "adam", title: "Adam",
      code: ["11 parameters ← Adam(parameters, gradient)"],
      notes: ["A loss three times as large takes the same steps: Adam divides by its own scale."]),
    Lesson(
      name: "save", title: "saving",
      code: ["12 now and then: checkpoint ← parameters and Adam's moments, as safetensors"],
      notes: ["The memory needs no saving: a run that goes on refills it from the recording."]),
  ]
}
