import Language
import Raster
import Rollouts

/// The folder of another tool's model that a command names.
func modelFolder(_ path: String) throws -> ModelFolder {
  let path = FilePaths.trimmed(path)
  guard FilePaths.isFolder(path) else { throw Failure.failed("there is no folder \(path)") }
  return try ModelFolder(path) { name in
    let file = "\(path)/\(name)"
    return FilePaths.exists(file) ? try FilePaths.contents(of: file, limit: 1 << 34) : nil
  }
}

extension NamedModel {
  /// The model of a folder with GPT-2's files. Its texts' recordings name the folder, and do not hold what
  /// it has learned.
  init(folder path: String) throws {
    trained = try modelFolder(path).gpt2()
    let state: JSON = ["model_folder": .string(path)]
    initial = Checkpoint(
      step: 0, kind: "text", parameters: Safetensors([]).encoded(), trainingState: state.compact)
    parent = { nil }
  }
}
