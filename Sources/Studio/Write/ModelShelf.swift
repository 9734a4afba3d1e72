import Experiments
import Language
import Platform
import Recordings
import Rollouts
import Synchronization

/// The models in the studio's places: recordings of text training, and folders of other tools' models. The two that
/// were used last stay loaded.
final class ModelShelf: Sendable {
  /// A folder of another tool's model.
  private struct Folder {
    var id: String
    var path: String
    var kind: Kind
  }

  /// What a folder's model does, by the name of its architecture.
  private enum Kind: String {
    case writes = "gpt2"
    case classifies = "distilbert"
  }

  /// The identity of a loaded model; a file that replaced it has another one.
  private struct Key: Equatable {
    var id: String
    var step: Int?
    var file: Files.Identity?
    /// When the recording changed, because its best checkpoint may have changed too.
    var changed: Double?
  }

  private let library: Library
  private let loaded = Mutex<[(key: Key, desk: ModelDesk)]>([])

  /// How many models stay loaded.
  static let most = 2

  init(_ library: Library) { self.library = library }

  // MARK: Names

  /// The available models, the newest recordings first.
  func list() -> [JSON] {
    let recordings = library.entries().all.compactMap { entry -> JSON? in
      guard case .run(let summary) = library.row(of: entry), summary.run.isOfText,
        summary.run.purpose == .train, summary.steps > 0
      else { return nil }
      return [
        "id": .string(entry.id), "name": .string(entry.name), "kind": "recording",
        "about": .string("trained on \(summary.run.world.mapName)"),
      ]
    }
    return recordings
      + folders().map { folder in
        [
          "id": .string(folder.id), "name": .string(Files.name(of: folder.path)),
          "kind": folder.kind == .writes ? "folder" : "classifier",
          "about": .string(folder.kind.rawValue),
        ]
      }
  }

  /// Folders of models in the studio's places: the places themselves, or folders directly in them.
  private func folders() -> [Folder] {
    library.places.filter(Files.isFolder).map(Files.trimmed).flatMap { place in
      let top = Files.resolved(place)
      let inner = Files.visibleNames(in: place).map { "\(place)/\($0)" }
      return ([place] + inner).compactMap { path -> Folder? in
        let resolved = Files.resolved(path)
        // A link may lead elsewhere.
        guard resolved == top || resolved.hasPrefix("\(top)/"),
          Files.isFile("\(path)/config.json"), let model = try? ModelFolder(at: path),
          let kind = Kind(rawValue: model.kind)
        else { return nil }
        return Folder(id: Library.id(of: path), path: path, kind: kind)
      }
    }
  }

  // MARK: Models

  /// The model with an id, from a recording at a step: by default the one with the lowest loss.
  func desk(_ id: String, step: Int?) throws -> ModelDesk {
    let folder = folders().first { $0.id == id }
    let path = try folder?.path ?? recording(id).path
    let weights = folder.map { "\($0.path)/model.safetensors" } ?? path
    let key = Key(
      id: id, step: step, file: Files.identity(weights),
      changed: step == nil ? FileStamp(weights)?.changed : nil)
    return try loaded.withLock { loaded in
      if let place = loaded.firstIndex(where: { $0.key == key }) {
        let known = loaded.remove(at: place)
        loaded.append(known)
        return known.desk
      }
      // The old model is released before memory is allocated for the new one.
      if loaded.count >= Self.most { loaded.removeFirst() }
      let desk: ModelDesk
      if folder?.kind == .classifies {
        desk = ModelDesk(path, .classifier(try TextClassifier(ModelFolder(at: path))))
      } else {
        let named = try named(id, step: step)
        desk = ModelDesk(path, .writer(named.trained, step: named.step))
      }
      loaded.append((key, desk))
      return desk
    }
  }

  /// The same model with the description for recordings of its texts.
  func named(_ id: String, step: Int?) throws -> NamedModel {
    if let folder = folders().first(where: { $0.id == id }) {
      return try NamedModel(folder: folder.path)
    }
    return try NamedModel(recording: recording(id).path, at: step.map(RecordedMoment.step))
  }

  private func recording(_ id: String) throws(Refusal) -> Library.Entry {
    do {
      return try library.entry(id)
    } catch {
      throw Refusal.missing("there is no such model in the studio's folders")
    }
  }
}
