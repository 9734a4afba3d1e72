import Film
import Language
import Neural
import Raster
import Recordings
import Replay
import Rollouts
import Synchronization

/// The pictures of a recording's generated texts.
struct TextPictures {
  private let recording: Recording
  private let run: RunDescription
  private let episodes: [Episode]
  private let options: PictureOptions
  private let caption: String
  private let every: Int?

  /// Nil where the recording is of a world.
  init?(_ file: String, _ look: PictureArguments) throws {
    recording = try Recording(file)
    run = try recording.description()
    guard run.world.name == TextPlan.worldName, run.purpose == .evaluate else { return nil }
    episodes = try look.choice.episodes(of: recording, nil)
    options = try look.textOptions()
    caption = look.caption
    every = look.every
  }

  /// A film of the texts growing, with what the model thought where the model is known.
  func film(hold seconds: Double = 0) throws -> any FrameSource {
    let reader = try recordedModel(recording).map(ModelReader.init)
    let facts = CaptionFacts(
      world: run.world.name, trainer: run.trainer,
      lastEpisode: episodes.map(\.number).max() ?? 0, mostSteps: episodes.map(\.steps).max() ?? 0)
    let (recording, recorded) = (
      recording, Dictionary(uniqueKeysWithValues: episodes.map { ($0.number, $0) })
    )
    var film: any FrameSource = EpisodeFilm(
      stage: TextStage(reader: reader),
      painter: try TextPainter(
        names: run.world.actions.map(\.name), hasInsight: reader != nil, facts: facts,
        options: options),
      episodes: episodes.map {
        ReplayEpisode(number: $0.number, steps: $0.steps, ending: $0.ending)
      }, hold: Int((seconds * 100).rounded())
    ) { episode in
      guard let known = recorded[episode.number] else { return { nil } }
      return recording.reader(of: known)
    }
    if let every { film = FrameExcerpt(film, every: Double(every)) }
    if caption.isEmpty { return film }
    return try FramedFilm(film, caption: caption, theme: options.theme)
  }
}

/// The model by which a recording's texts were written: its own, or that of the folder that it names, as far
/// as that is still there.
func recordedModel(_ recording: Recording) throws -> TrainedModel? {
  guard let checkpoint = try recording.checkpoint(at: 0) else { return nil }
  let state = try? JSON(parsing: checkpoint.trainingState)
  if let folder = state?["model_folder"]?.text {
    return FilePaths.isFolder(folder) ? try modelFolder(folder).gpt2() : nil
  }
  do {
    return try TrainedModel(checkpoint)
  } catch {
    throw Failure.failed("\(recording.path): \(error)")
  }
}

/// Reads a recorded text again by the model that wrote it.
final class ModelReader: TextReader {
  private let trained: TrainedModel
  private let writer: Mutex<TextWriter?> = Mutex(nil)
  private let crew = Crew(threads: Crew.processorCount)

  init(_ trained: TrainedModel) { self.trained = trained }

  func begin(_ prompt: [UInt8]) {
    let text = String(decoding: prompt, as: UTF8.self)
    let tokens = (try? trained.tokenizer.tokens(of: text)) ?? []
    writer.withLock {
      $0 = TextWriter(trained, prompt: tokens.isEmpty ? [0] : tokens, crew: crew)
    }
  }

  func insight(choosing token: Int?) -> TextInsight {
    writer.withLock { writer in
      guard let shares = writer.map({ _ in Softmax.shares(of: writer?.logits() ?? []) }) else {
        return TextInsight(candidates: [], glances: [])
      }
      var likely = Array(
        shares.indices.sorted { (shares[$0], -$0) > (shares[$1], -$1) }.prefix(Self.candidates))
      if let token, shares.indices.contains(token), !likely.contains(token) {
        likely[likely.count - 1] = token
      }
      let candidates = likely.map {
        TextInsight.Candidate(
          name: trained.tokenizer.name(of: $0), share: Double(shares[$0]), isChosen: $0 == token)
      }
      return TextInsight(candidates: candidates, glances: glances(&writer))
    }
  }

  /// How many likely tokens are told, and how many places before them.
  private static let candidates = 10
  private static let places = 80

  /// The mean over all layers and heads.
  private func glances(_ writer: inout TextWriter?) -> [TextInsight.Glance] {
    guard let heads = writer?.attention().flatMap(\.self), let seen = writer?.seen,
      let tokens = writer?.tokens.suffix(seen)
    else { return [] }
    let all = zip(tokens, 0..<seen).map { token, place in
      TextInsight.Glance(
        name: trained.tokenizer.name(of: token),
        share: heads.reduce(0) { $0 + Double($1[place]) } / Double(heads.count))
    }
    return all.suffix(Self.places)
  }

  func append(_ token: Int) -> Bool {
    guard trained.knows(token) else { return false }
    writer.withLock { $0?.append(token) }
    return true
  }
}
