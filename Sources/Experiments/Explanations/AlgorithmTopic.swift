package import Recordings
import Trainers

/// An algorithm in parts, each beside what a recording shows of it.
package struct AlgorithmTopic: Sendable {
  /// One part, as in docs/trainers.md.
  package struct Part: Sendable {
    var name: String
    package var title: String
    package var code: [String]
    /// Common mistakes.
    package var notes: [String] = []
  }

  /// The trainer that the topic is about.
  package let trainerName: String
  package let parts: [Part]
  /// A world that shows the algorithm well.
  package let exampleWorld: String
  /// Lines that a recording shows, by the name of the part.
  private let evidence: @Sendable (Recording, Catalog) throws -> [String: [String]]

  /// Every topic.
  package static let all = [
    AlgorithmTopic(
      trainerName: QTableConfiguration.trainerName, parts: qTable, exampleWorld: "maze",
      evidence: { try QTableEvidence($0, in: $1).lines }),
    AlgorithmTopic(
      trainerName: DQNConfiguration.trainerName, parts: dqn, exampleWorld: "snake",
      evidence: { try DQNEvidence($0, in: $1).lines }),
    AlgorithmTopic(
      trainerName: PPOConfiguration.trainerName, parts: ppo, exampleWorld: "reacher",
      evidence: { try PPOEvidence($0, in: $1).lines }),
    AlgorithmTopic(
      trainerName: TextConfiguration.trainerName, parts: gpt,
      exampleWorld: TrainingText.subjectName, evidence: { try GPTEvidence($0, in: $1).lines }),
  ]

  /// Lines that a recording shows, by the name of the part.
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
      name: "choose", title: "choose and act",
      code: [
        "1  values ← network(observation)                       one row",
        "2  a ← softmax:     drawn in proportion to e^(T · values)     T is an inverse temperature",
        "       or ε-greedy: with probability ε any action, otherwise the best",
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
        "r belongs to the step from state to next state, not to the step before.",
        "Only a terminated episode has no future. A truncated one would have gone on, so its last",
        "state has the value that the network gives it.",
      ]),
    Part(
      name: "target", title: "value and target",
      code: [
        "6  Q  ← network(observations of the rows)[their actions]",
        "7  Q′ ← max over actions of network(next observations)",
        "8  target ← r + γ · Q′",
      ],
      notes: [
        "With target_every, a copy of the network computes Q′. It is replaced every so often, so",
        "that targets do not move with every step.",
      ]),
    Part(
      name: "loss", title: "loss",
      code: ["9  loss ← mean over rows of smooth-L1(Q − target)"],
      notes: ["Only the action that was taken counts; the gradients of all others are zero."]),
    Part(
      name: "backward", title: "back-propagation",
      code: ["10  gradient ← d loss / d parameters, back through Q only"],
      notes: [
        "The target is a constant here, although the same network computed it. To differentiate it",
        "too is another algorithm, the residual gradient (--set gradient=residual).",
      ]),
    Part(
      name: "adam", title: "Adam",
      code: ["11  parameters ← Adam(parameters, gradient)"],
      notes: [
        "A loss that is three times as large gives the same steps: Adam divides a gradient by its",
        "usual size.",
      ]),
    Part(
      name: "save", title: "save",
      code: ["12  now and then: checkpoint ← parameters and Adam's moments, as safetensors"],
      notes: ["The memory is not saved: a resumed run fills it from the recording."]),
  ]

  /// One update of proximal policy optimization.
  private static let ppo = [
    Part(
      name: "play", title: "play a rollout",
      code: [
        "1  T times, in N worlds side by side:",
        "2      observation ← (state − mean) / deviation, both of all earlier rollouts, within ±10",
        "3      a ← drawn from policy(observation);  remember ln p(a), value(observation)",
        "4      state, r, ending ← world(state, a)",
      ],
      notes: [
        "Policy and value are two networks of linear layers (policy=mlp), or two heads of one",
        "transformer that reads letters (policy=gpt).",
      ]),
    Part(
      name: "advantage", title: "advantage: better than expected?",
      code: [
        "5  r ← r / deviation of the discounted return so far",
        "6  δ ← r + γ · value(next) − value            r − value where terminated",
        "7  advantage ← δ + γ λ · the next step's advantage, within an episode",
        "8  return ← advantage + value",
      ],
      notes: [
        "A truncated episode would have gone on, so the state that it stopped in has a value. To",
        "treat a time limit as an end is the best known mistake of such programs.",
      ]),
    Part(
      name: "epochs", title: "minibatches",
      code: [
        "9  K times over all N·T steps, in a new order, M at a time:",
        "10      A ← (advantage − mean) / deviation within the minibatch",
      ],
      notes: ["The same steps are used K times, so the policy moves away from the one that played."]
    ),
    Part(
      name: "loss", title: "ratio and clipped loss",
      code: [
        "11      ratio ← e^(ln p now − ln p then)",
        "12      loss ← mean of max(−A · ratio, −A · clip(ratio, 1 − ε, 1 + ε))",
        "               + c₁ · mean of (value − return)² / 2  −  c₂ · mean entropy",
      ],
      notes: [
        "The clip stops the push, not the policy: a step whose ratio is already beyond the limit",
        "in the direction of its A has no gradient, but other steps may move it further.",
      ]),
    Part(
      name: "adam", title: "Adam",
      code: [
        "13      gradient ← d loss / d parameters, no longer than 0.5",
        "14      parameters ← Adam(parameters, gradient)",
      ]),
    Part(
      name: "save", title: "try and save",
      code: [
        "15  every few updates: play some episodes by the likeliest actions; keep the best network"
      ],
      notes: ["A rollout is used for one update, then dropped: PPO has no replay memory."]),
  ]

  /// One step of nanoGPT's training.
  private static let gpt = [
    Part(
      name: "text", title: "text and batch",
      code: [
        "1  tokens ← the text, as characters or pieces; its last tenth is kept for validation",
        "2  batch ← B sequences of T + 1 tokens, from anywhere in the rest",
      ],
      notes: ["Every place of a sequence is an example: what follows it is the next token."]),
    Part(
      name: "model", title: "transformer",
      code: [
        "3  x ← embedding[token] + position[place]                     (B, T, C)",
        "4  for each layer:",
        "5      x ← x + attention(norm(x))          softmax(Q Kᵀ / √D) V in each head",
        "6      x ← x + linear(GELU(linear(norm(x))))",
      ],
      notes: ["A place looks at itself and at those before it, never at what it has to predict."]),
    Part(
      name: "loss", title: "prediction and loss",
      code: [
        "7  logits ← norm(x) · embeddingᵀ                              (B, T, V)",
        "8  loss ← mean over places of −ln softmax(logits)[next token]",
      ],
      notes: [
        "Before anything is learned all tokens are about equally likely, so the loss begins near ln V."
      ]),
    Part(
      name: "backward", title: "back-propagation",
      code: ["9  gradient ← d loss / d parameters, no longer than 1"]),
    Part(
      name: "adam", title: "AdamW",
      code: [
        "10  α ← grows during the warm-up, then falls along half a wave of the cosine",
        "11  parameters ← AdamW(parameters, gradient)     matrices also shrink by α λ",
      ]),
    Part(
      name: "save", title: "try and save",
      code: ["12  now and then: loss of both parts of the text; checkpoint"],
      notes: ["Where the loss of the kept part rises while the other falls, the text is memorized."]
    ),
  ]
}
