import Analysis
import Experiments
import Platform
import Raster
import Recordings
import Replay
import Rollouts

/// A page that shows runs: one file that loads nothing, runs only its own script, and shows
/// text from recordings as text and never as markup.
package struct ReportPage {
  /// The title.
  package var title: String
  /// What made it, as in "reel 1.0.0".
  package var maker: String
  /// The runs, in their order on the page.
  package var runs: [RunReport]

  /// A page of runs.
  package init(title: String, maker: String, runs: [RunReport]) throws {
    precondition(!runs.isEmpty, "a report is of at least one run")
    self.title = title
    self.maker = maker
    self.runs = try runs.inOneScale()
  }

  /// The page's text.
  package func html() throws -> String {
    var colors = PageColors()
    var bytes = PageBytes()
    let figures = try figures()
    let learning = try learning(figures, &colors)
    let data: JSON = [
      "runs": .array(shown.map { $0.json(&bytes) }),
      "figures": .array(figures.map { $0.figure.json(&bytes) }),
    ]
    let script = Self.script
    let sheets = PackageResources.report_css + PackageResources.values_css
    let style = colors.style + String(decoding: sheets, as: UTF8.self)
    let hash = Base64.text(SHA256.hash(Array(script.utf8)))
    // Browsers run only the script with this hash, and load nothing at all.
    let policy =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(hash)'"
    // In JSON "<" can be escaped, so that no text closes the element around it.
    let numbers = data.compact.replacing("<", with: "\\u003c")
    let page: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <title>\(title)</title>
      <style>\(HTML(sound: style))</style>
      </head>
      <body>
      <header><h1>\(title)</h1>\
      <button type="button" id="theme" aria-pressed="false">Dark</button></header>
      <main>
      \(learning)
      \(toolbar)
      \(isGrouped ? grouped : articles(Array(shown.indices)))
      </main>
      <footer>Made by \(maker) from recordings alone. \(keys)</footer>
      <script type="application/json" id="data">\(HTML(sound: numbers))</script>
      <script type="text/plain" id="bytes">\(HTML(sound: bytes.text))</script>
      <script type="module">\(HTML(sound: script))</script>
      </body>
      </html>

      """
    return page.markup
  }

  /// The page's script.
  private static var script: String {
    PageScript(main: "main.js") { name in
      PageScript.modules[name].map { String(decoding: $0, as: UTF8.self) }
    }.text
  }

  // MARK: Parts

  /// The runs that are shown in full; the script refers to them by index.
  var shown: [RunReport] { runs.filter(\.isInFull) }
  /// Whether there are too many to show each in full.
  private var isGrouped: Bool { !runs.allSatisfy(\.isInFull) }

  /// The index of a run among those shown in full; nil for any other.
  private func place(_ index: Int) -> Int? {
    runs[index].isInFull ? runs[..<index].count(where: \.isInFull) : nil
  }

  private func learning(
    _ figures: [(heading: String, figure: CurveFigure)], _ colors: inout PageColors
  ) throws -> HTML {
    guard !figures.isEmpty else { return "" }
    let drawn = try figures.enumerated().map { number, one in
      try one.figure.html(
        number: number, heading: figures.count > 1 ? one.heading : "", &colors)
    }
    return """
      <section class="card" aria-labelledby="learning"><h2 id="learning">Learning</h2>
      \(HTML.joined(drawn))</section>
      """
  }

  /// The curves of each world's runs. All runs of a world are smoothed with the window of the shortest.
  private func figures() throws -> [(heading: String, figure: CurveFigure)] {
    var worlds: [String: [Int]] = [:]
    for (index, run) in runs.enumerated() where run.curve != nil {
      worlds[run.task, default: []].append(index)
    }
    return try worlds.sorted { $0.value[0] < $1.value[0] }.map { task, members in
      let curves = try Curve.alike(members.compactMap { runs[$0].curve })
      guard members.count > 1 else {
        return (task, CurveFigure(runs[members[0]], curves[0], at: place(members[0]) ?? 0))
      }
      guard isGrouped else {
        return (task, CurveFigure(zip(members, curves).map { ($0, runs[$0].name, $1) }))
      }
      let own = Dictionary(uniqueKeysWithValues: zip(members, curves))
      let groups = groups.filter { $0.task == task }.map { group in
        (
          name: group.name, shown: group.members.compactMap(place),
          curves: group.members.compactMap { own[$0] }
        )
      }
      return (task, CurveFigure(groups))
    }
  }

  private var groups: [RunReportGroup] { RunReportGroup.all(of: runs) }

  private var hasPlayers: Bool { shown.contains { !$0.episodes.isEmpty } }

  private var keys: HTML {
    guard hasPlayers else { return "" }
    return """
      Keys, with a player in focus: Space plays, ← → step, Home and End jump, [ ] change the speed, L loops.
      """
  }

  private var toolbar: HTML {
    guard shown.count > 1, hasPlayers else { return "" }
    return "<p class=\"all\"><button type=\"button\" id=\"play-all\">Play all</button></p>"
  }

  /// Runs that are shown in full, side by side.
  private func articles(_ places: [Int], color: Int? = nil) -> HTML {
    let articles = places.map { place in article(place, shown[place], color: color ?? place) }
    return "<div class=\"runs\" data-count=\"\(places.count)\">\(HTML.joined(articles))</div>"
  }

  /// The middle run of each group in full, and only the facts of all others.
  private var grouped: HTML {
    var colors: [String: Int] = [:]
    let sections = groups.map { group -> HTML in
      let color = colors[group.task, default: 0]
      colors[group.task] = color + 1
      let full = group.members.compactMap(place)
      let others = group.members.filter { !runs[$0].isInFull }.map { member(runs[$0]) }
      let heading = groups.contains { $0.task != group.task } ? "\(group.task), " : ""
      let rest: HTML =
        others.isEmpty
        ? ""
        : """
        <section class="card"><h3>\(full.isEmpty ? "Its runs" : "Its other runs")</h3>\
        <p class="hint">With what each came to at its end: the mean of its last returns, or its loss.</p>\
        \(HTML.joined(others))</section>
        """
      return """
        <section class="group s\(color % 8)"><h2><i></i>\(heading + group.name) \
        <span>\(group.members.count == 1 ? "1 run" : "\(group.members.count) runs")</span></h2>
        \(full.isEmpty ? "" : articles(full, color: color))
        \(rest)
        </section>
        """
    }
    return HTML.joined(sections)
  }
}
