import Analysis
import Experiments
import Platform
import Raster
import Recordings
import Replay
import Rollouts

/// A page that shows runs: one file that asks for nothing, runs nothing but its own script, and shows
/// what recordings say as text and never as markup.
package struct ReportPage {
  /// What stands at the top.
  package var title: String
  /// What made it, as in "reel 0.1.0".
  package var maker: String
  /// The runs, in the order in which they stand side by side.
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
    let learning = try learning(&colors)
    let data: JSON = ["runs": .array(runs.map { $0.json(&bytes) })]
    let script = Self.script
    let sheets = PackageResources.report_css + PackageResources.values_css
    let style = colors.style + String(decoding: sheets, as: UTF8.self)
    let hash = Base64.text(SHA256.hash(Array(script.utf8)))
    // Browsers run the one script whose hash stands here, and fetch nothing at all.
    let policy =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(hash)'"
    // In JSON "<" can be spelled otherwise, so that no text ends the element that it stands in.
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
      <div class="runs" data-count="\(runs.count)">\(HTML.joined(runs.enumerated().map(article)))</div>
      </main>
      <footer>Made by \(maker) from recordings alone. Keys, with a player in focus: space plays, ← → step, \
      Home and End jump, [ ] change the speed, L loops.</footer>
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

  private func learning(_ colors: inout PageColors) throws -> HTML {
    var tasks: [String] = []
    for run in runs where !tasks.contains(run.task) { tasks.append(run.task) }
    let figures = try tasks.map { task in
      try figure(
        CurveFigure(
          runs: runs.enumerated().filter { $1.task == task }.map { (place: $0, run: $1) }),
        heading: tasks.count > 1 ? task : "", &colors)
    }
    return """
      <section class="card" aria-labelledby="learning"><h2 id="learning">Learning</h2>
      \(HTML.joined(figures))</section>
      """
  }

  /// The curves of the runs of one world.
  private func figure(
    _ curves: CurveFigure, heading: String, _ colors: inout PageColors
  ) throws -> HTML {
    let curve = curves.runs[0].run.curve
    let isAlone = curves.runs.count == 1
    let title: HTML = heading.isEmpty ? "" : "<h3>\(heading)</h3>"
    let legend = curves.runs.map { place, run -> HTML in
      isAlone
        ? "<span class=\"name\"><i></i>\(run.name)</span>"
        : "<span class=\"name s\(place % 8)\"><i></i>\(run.name)</span>"
    }
    let marks =
      isAlone ? (curve.window > 1 ? "; dots: each episode" : "") + "; dashed: the best" : ""
    return """
      <figure data-runs="\(curves.runs.map { "\($0.place)" }.joined(separator: " "))">\(title)\
      \(try curves.drawings(&colors))
      <figcaption>\(HTML.joined(legend)) <span>Return per episode, \(curve.smoothing)\(marks)</span>\
      <output class="reading"></output></figcaption></figure>
      """
  }

  private var toolbar: HTML {
    guard runs.count > 1, runs.contains(where: { !$0.episodes.isEmpty }) else { return "" }
    return "<p class=\"all\"><button type=\"button\" id=\"play-all\">Play all</button></p>"
  }

  private func article(_ index: Int, _ run: RunReport) -> HTML {
    """
    <article class="run s\(index % 8)" aria-labelledby="run-\(index)">
    <h2 id="run-\(index)"><i></i>\(run.name)</h2>
    \(player(index, run))
    <div>\(heat(index, run))
    \(moments(index, run))</div>
    \(card(run))
    </article>
    """
  }

  private func card(_ run: RunReport) -> HTML {
    let row = { (pair: (name: String, value: String)) -> HTML in
      "<div><dt>\(pair.name)</dt><dd>\(pair.value)</dd></div>"
    }
    let note: HTML = run.note.isEmpty ? "" : "<p class=\"note\">\(run.note)</p>"
    return """
      <section class="card"><h3>Run</h3>\(note)
      <dl>\(HTML.joined(run.facts.map(row)))</dl>
      <h4>The same again</h4><pre tabindex="0"><code>\(run.command)</code></pre>
      <details><summary>Settings (\(run.settings.count))</summary>\
      <dl>\(HTML.joined(run.settings.map(row)))</dl></details>
      </section>
      """
  }

  /// The steps that are worth looking at; those of episodes that the player has lead there.
  private func moments(_ index: Int, _ run: RunReport) -> HTML {
    guard !run.moments.isEmpty else { return "" }
    let rows = run.moments.map { moment, command -> HTML in
      let shown = run.episodes.firstIndex { $0.number == moment.episode }
      let button = shown.map { episode -> HTML in
        """
        <button type="button" data-run="\(index)" data-episode="\(episode)" data-t="\(moment.t)">\
        Show</button>
        """
      }
      let code = command.map { command -> HTML in "<code>\(command)</code>" }
      return "<li><p>\(moment.sentence)\(button ?? "")</p>\(code ?? "")</li>"
    }
    return """
      <section class="card"><h3>Moments</h3><ul class="moments">\(HTML.joined(rows))</ul></section>
      """
  }

  private func heat(_ index: Int, _ run: RunReport) -> HTML {
    guard let heat = run.heat else { return "" }
    let last = heat.maps.count - 1
    let (scale, columns) = (heat.parts.light.scale, heat.maps[0].columns)
    let bar = scale.kind == .diverging ? "diverging" : "sequential"
    // The part of the theme's colours that the scale takes.
    let all = scale.kind == .diverging ? Theme.light.diverging : Theme.light.sequential
    let (count, shown) = (Double(all.colors.count), Double(scale.part.count))
    let start = count > shown ? 100 * Double(scale.part.lowerBound) / (count - shown) : 0
    let place = "\(start)% 0/\(100 * count / shown)% 100%"
    let numbers = heat.parts.light.numbers.map { numbers -> HTML in
      // Sizes as shares of the map's width.
      let share = 100 / Double(columns)
      return """
        <div class="numbers" aria-hidden="true" \
        style="--columns:\(columns);--size:\(share * numbers.size);--line:\(share * numbers.line)">\
        </div>
        """
    }
    return """
      <section class="card heat" data-run="\(index)"><h3>What it knew</h3>
      <figure class="map"><canvas role="img" aria-label="Heat map of the learned values" \
      width="600" height="600"></canvas>\(numbers ?? "")<div class="mark" hidden></div></figure>
      <p class="scale">\(NumberText.short(scale.range.lowerBound))<i style="background:var(--\(bar)) \(place)">\
      </i>\(NumberText.short(scale.range.upperBound))<span>\(heat.directions)</span></p>
      <p class="reading" aria-live="polite"></p>
      <label class="slider"><span>Training</span>\
      <input type="range" class="moment" min="0" max="\(last)" value="\(last)"></label>
      <p class="hint">Move over a cell, or touch it, to read its value and its last update.</p>
      </section>
      """
  }

  private func player(_ index: Int, _ run: RunReport) -> HTML {
    guard !run.episodes.isEmpty else { return "" }
    let options = run.episodes.enumerated().map { number, episode -> HTML in
      """
      <option value="\(number)">\(episode.label), return \
      \(NumberText.trimmed(episode.returns.last ?? 0, decimals: 2))</option>
      """
    }
    let bars = run.actions.map { action -> HTML in
      "<li><span>\(action.name)</span><b><i></i></b><output></output></li>"
    }
    let hasValues = run.episodes.contains { !$0.values.isEmpty }
    let source: HTML = run.valueSource.isEmpty ? "" : ", \(run.valueSource)"
    let values: HTML =
      hasValues
      ? "<h4>Value of each action here\(source)</h4><ul class=\"values\">\(HTML.joined(bars))</ul>"
      : ""
    return """
      <section class="card player" data-run="\(index)" tabindex="0" \
      aria-label="Player of \(run.name)"><h3>Episodes</h3>
      <label class="choice"><span>Episode</span><select class="episode">\(HTML.joined(options))</select>\
      </label>
      <figure><canvas class="board" role="img" aria-label="The episode" width="600" height="600">\
      </canvas></figure>
      <input type="range" class="time" min="0" max="0" value="0" aria-label="Step">
      <div class="controls">\
      <button type="button" class="back" aria-label="Step back">◀</button>\
      <button type="button" class="play" aria-label="Play">Play</button>\
      <button type="button" class="on" aria-label="Step on">▶</button>\
      <label>Speed <select class="speed"><option value="1">1/s</option><option value="2">2/s</option>\
      <option value="5" selected>5/s</option><option value="10">10/s</option>\
      <option value="25">25/s</option><option value="60">60/s</option></select></label>\
      <label><input type="checkbox" class="loop"> Loop</label></div>
      <dl class="now"><div><dt>Step</dt><dd class="step"></dd></div><div><dt>Return</dt>\
      <dd class="return"></dd></div><div><dt>Next</dt><dd class="action"></dd></div></dl>
      <svg class="course" aria-hidden="true"><path class="zero"/><path class="line"/>\
      <svg class="past"><path class="line"/></svg><circle r="4"/></svg>
      \(values)
      <h4 class="why" hidden>Why, and what was learned</h4><p class="why" hidden></p>
      <pre class="explain" tabindex="0" hidden><code></code></pre>
      <p class="reading" aria-live="polite"></p>
      </section>
      """
  }
}
