import Experiments
import Film
import Language
import Platform
package import Raster
import Recordings
import Replay
import Rollouts
import Synchronization

/// The pictures of a recording's generated texts.
package struct TextPictures {
  private let recording: Recording
  private let run: RunDescription
  private let episodes: [Episode]
  private let request: EpisodePictureOptions

  /// The usual size of the pictures of texts.
  private static let usualSize = 720

  /// Nil if the recording is of a world.
  package init?(_ file: String, _ request: EpisodePictureOptions) throws {
    recording = try Recording(file)
    run = try recording.description()
    guard run.isOfText, run.purpose == .evaluate else { return nil }
    if request.picture.camera != .whole || request.picture.look != nil || request.overlay != nil {
      throw RunError.request("a text has no camera, look or overlay")
    }
    episodes = try (request.filter ?? EpisodeFilter(.best(1))).episodes(of: recording, in: nil)
    self.request = request
  }

  /// A film of the growing texts, with the model's probabilities and attention if the model is known.
  package func film(hold seconds: Double = 0) throws -> any FrameSource {
    let reader = try recording.writingModel().map(ModelReader.init)
    var options = request.picture
    options.size = request.size ?? Self.usualSize
    let film = try TextPainter.film(
      FilmRequest(
        episodes, of: run, from: recording, options: options,
        hold: Int((seconds * 100).rounded())),
      reader: reader)
    return try framed(film, request)
  }
}

/// Reads a recorded text again with the model that wrote it.
private final class ModelReader: TextReader {
  private let trained: TrainedModel
  private let writer: Mutex<TextWriter?> = Mutex(nil)
  private let pool = ThreadPool(threads: ThreadPool.processorCount)

  init(_ trained: TrainedModel) { self.trained = trained }

  func begin(_ prompt: [UInt8], tokens count: Int) {
    let text = String(decoding: prompt, as: UTF8.self)
    let tokens = (try? trained.tokenizer.tokens(of: text)) ?? []
    writer.withLock {
      $0 = TextWriter(
        trained, prompt: tokens.isEmpty ? [0] : tokens, room: max(0, count), pool: pool)
    }
  }

  func insight(choosing token: Int?) -> TextInsight {
    writer.withLock { writer in
      guard let logits = writer?.logits() else { return TextInsight(candidates: [], glances: []) }
      let candidates = trained.candidates(logits, choosing: token, by: Sampler(topCount: nil)).map {
        TextInsight.Candidate(name: $0.name, share: $0.share, isChosen: $0.isChosen)
      }
      return TextInsight(candidates: candidates, glances: glances(&writer))
    }
  }

  /// How many earlier places are shown.
  private static let places = 80

  private func glances(_ writer: inout TextWriter?) -> [TextInsight.Glance] {
    guard let shares = writer?.meanAttention(), let tokens = writer?.tokens else { return [] }
    return zip(tokens.suffix(shares.count), shares).suffix(Self.places).map {
      TextInsight.Glance(name: trained.tokenizer.name(of: $0), share: $1)
    }
  }

  func append(_ token: Int) -> Bool {
    guard trained.knows(token) else { return false }
    writer.withLock { $0?.append(token) }
    return true
  }
}
