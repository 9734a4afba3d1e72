import Platform
import Report
import Rollouts

/// The files of the pages, each under its name; all pages are one document, whose script shows what the
/// address says.
enum PageFiles {
  private static let own: [String: [UInt8]] = [
    "index.html": PackageResources.index_html, "studio.css": PackageResources.studio_css,
    "studio.js": PackageResources.studio_js, "dom.js": PackageResources.dom_js,
    "server.js": PackageResources.server_js, "library.js": PackageResources.library_js,
    "run.js": PackageResources.run_js, "run-stage.js": PackageResources.run_stage_js,
    "run-mind.js": PackageResources.run_mind_js, "run-why.js": PackageResources.run_why_js,
    "run-learning.js": PackageResources.run_learning_js,
    "run-save.js": PackageResources.run_save_js, "compare.js": PackageResources.compare_js,
    "chart.js": PackageResources.chart_js, "bars.js": PackageResources.bars_js,
    "sizes.js": PackageResources.sizes_js, "icon.svg": PackageResources.icon_svg,
    "train.js": PackageResources.train_js, "train-list.js": PackageResources.train_list_js,
    "train.css": PackageResources.train_css, "drive.js": PackageResources.drive_js,
    "drive.css": PackageResources.drive_css, "drive-stage.js": PackageResources.drive_stage_js,
    "write.js": PackageResources.write_js, "write-mind.js": PackageResources.write_mind_js,
    "write.css": PackageResources.write_css, "maps.js": PackageResources.maps_js,
    "maps.css": PackageResources.maps_css, "maps-board.js": PackageResources.maps_board_js,
    "maps-cells.js": PackageResources.maps_cells_js,
    "maps-dialogs.js": PackageResources.maps_dialogs_js,
    "maps-roads.js": PackageResources.maps_roads_js,
    "maps-shapes.js": PackageResources.maps_shapes_js,
    "maps-trial.js": PackageResources.maps_trial_js,
  ]

  /// The first path components of the pages' addresses.
  private static let pages = ["", "run", "compare", "drive", "write", "train", "maps"]

  static func answer(_ request: Request) throws -> Response {
    guard request.method == "GET" else { throw Refusal.missing("nothing is posted here") }
    let words = request.words
    guard words.first == "page", words.count == 2 else {
      guard pages.contains(words.first ?? ""), words.count <= 2 else {
        throw Refusal.missing("there is no page \(request.path)")
      }
      return Response(PackageResources.index_html, type: "text/html; charset=utf-8")
    }
    if words[1] == "colors.css" { return Response(PageColors().style, type: "text/css") }
    guard let bytes = own[words[1]] ?? PageScript.modules[words[1]] else {
      throw Refusal.missing("there is no file \(request.path)")
    }
    let types = ["css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"]
    let type = types[Files.ending(words[1])] ?? "application/octet-stream"
    return Response(bytes, type: type + "; charset=utf-8")
  }
}
