import Foundation

/// What ffprobe and ffmpeg find in a film, independent of how it was written.
package enum FFprobe {
  /// Whether both programs are there; tests of films say so if they are not.
  package static let isInstalled: Bool = {
    let found = try? Program.shell("command -v ffmpeg && command -v ffprobe", in: "/tmp")
    if found?.code != 0 { print("ffmpeg is not installed: its tests of films are left out") }
    return found?.code == 0
  }()

  /// What a film's one stream is.
  package struct Stream: Hashable, Sendable {
    /// The codec's name.
    package var codec: String
    /// Pixels from left to right and from top to bottom.
    package var width: Int
    package var height: Int
    /// How pixels are stored.
    package var pixels: String
    /// Frames a second, as a fraction.
    package var rate: String
    /// How many frames were really decoded.
    package var frames: Int
    /// What its colours mean.
    package var colors: String
  }

  /// The stream of a file.
  package static func stream(of path: String) throws -> Stream {
    let keys = ["codec_name", "width", "height", "pix_fmt", "r_frame_rate", "nb_read_frames"]
    let line =
      "ffprobe -v error -count_frames -select_streams v:0 -show_entries stream="
      + (keys + ["color_space"]).joined(separator: ",")
      + " -of default=noprint_wrappers=1 '\(path)'"
    let said = try Program.shell(line, in: "/tmp")
    var values: [String: String] = [:]
    for line in said.output.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    return Stream(
      codec: values["codec_name"] ?? said.errors, width: Int(values["width"] ?? "") ?? 0,
      height: Int(values["height"] ?? "") ?? 0, pixels: values["pix_fmt"] ?? "",
      rate: values["r_frame_rate"] ?? "", frames: Int(values["nb_read_frames"] ?? "") ?? 0,
      colors: values["color_space"] ?? "")
  }

  /// Every frame of a film as ffmpeg decodes it: row after row, `0xRRGGBB`.
  package static func frames(of path: String, width: Int, height: Int) throws -> [[UInt32]] {
    let raw = "\(path).raw"
    // Every picture once, however long it stays.
    let said = try Program.shell(
      "ffmpeg -v error -y -i '\(path)' -vsync 0 -f rawvideo -pix_fmt rgb24 '\(raw)'", in: "/tmp")
    guard said.code == 0 else { throw Program.NotBuilt() }
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: raw)))
    let size = width * height * 3
    return stride(from: 0, to: bytes.count - size + 1, by: size).map { start in
      (0..<width * height).map { pixel in
        let place = start + pixel * 3
        return UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8
          | UInt32(bytes[place + 2])
      }
    }
  }
}
