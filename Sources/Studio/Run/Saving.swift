import Analysis
import Experiments
import Film
import Pictures
import Platform
import Raster
import Recordings
import Replay
import Rollouts

/// Files saved from a run: `GET /api/run/ID/save?what=frame|episode|map|explanation|curve&as=png|gif|mp4|csv`.
struct Saving {
  let run: OpenRun
  let request: Request

  /// The file.
  func file() throws -> Response {
    let (what, ending) = (try request.text("what"), try request.text("as"))
    let name = Files.stem(run.path)
    switch (what, ending) {
    case ("frame", "png"):
      let (episode, t) = (try request.episode(), try request.t())
      let options = PictureOptions(size: try request.size(usual: 960), theme: try request.theme())
      let png = try run.onStage {
        try $0.png(episode: episode, t: t, options)
      }
      return Response(png, type: "image/png", savedAs: "\(name)-e\(episode)-t\(t).png")
    case ("episode", "csv"):
      let number = try request.episode()
      let csv = try run.read { desk in
        var bytes: [UInt8] = []
        try desk.recording.exportTransitions(of: desk.recording.episode(number)) { bytes += $0 }
        return bytes
      }
      return Response(csv, type: "text/csv", savedAs: "\(name)-e\(number).csv")
    case ("episode", "gif"), ("episode", "mp4"):
      let number = try request.episode()
      return Response(
        try film(of: number, as: ending), type: ending == "gif" ? "image/gif" : "video/mp4",
        savedAs: "\(name)-e\(number).\(ending)")
    case ("map", "png"), ("map", "csv"):
      let step = try request.step()
      var options = HeatMapPictures.Options()
      options.theme = try request.theme()
      let pictures = try HeatMapPictures(of: Recording(run.path), options)
      let picture = try pictures.picture(at: .step(step))
      let bytes =
        ending == "csv"
        ? Array(picture.map.csv.utf8)
        : try pictures.drawing(of: picture).canvas().encodedPNG()
      return Response(
        bytes, type: ending == "csv" ? "text/csv" : "image/png",
        savedAs: "\(name)-map-\(step).\(ending)")
    case ("explanation", "png"):
      let (step, theme) = (try request.step(), try request.theme())
      let png = try run.study { desk in
        try desk.figure(of: step, size: 1280, theme: theme).canvas().encodedPNG()
      }
      return Response(png, type: "image/png", savedAs: "\(name)-step-\(step).png")
    case ("curve", "png"), ("curve", "csv"):
      let wanted = try request.chart(request.theme())
      let bytes = try run.read { desk in
        let (chart, csv) = try desk.chart(wanted, title: desk.run.chartTitle)
        return ending == "csv" ? Array(try csv().utf8) : try chart.canvas().encodedPNG()
      }
      return Response(
        bytes, type: ending == "csv" ? "text/csv" : "image/png", savedAs: "\(name)-curve.\(ending)")
    default: throw Refusal.invalid("a \(what) cannot be saved as \(ending)")
    }
  }

  /// A film of an episode. Encoders write files; this one is deleted as soon as it is read.
  private func film(of number: Int, as ending: String) throws -> [UInt8] {
    let theme = try request.theme()
    let (held, folder) = try Files.makePartialFolder(in: Files.temporaryFolder)
    defer {
      Files.removeFolder(folder)
      Files.closePartial(held)
    }
    let path = "\(folder)/film.\(ending)"
    let stage = try Stage(run.path)
    let film = try stage.film(
      of: stage.recording.episode(number), PictureOptions(size: 480, theme: theme), hold: 1)
    _ = try FilmFile(path, FilmFile.Options()).write(film) { _, _ in }
    return try Files.contents(of: path, limit: 1 << 30)
  }
}
