import Analysis
import Raster
import Recordings
import Rollouts

extension Report {
  /// The page: one file that asks for nothing, runs nothing but its own program, and shows what
  /// recordings say as text and never as markup.
  package var page: String {
    let script = String(decoding: PackageResources.report_js, as: UTF8.self)
    let style = Self.colors + String(decoding: PackageResources.report_css, as: UTF8.self)
    let hash = Base64.text(SHA256.hash(Array(script.utf8)))
    // Browsers run the one program whose hash stands here, and fetch nothing at all.
    let policy =
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-\(hash)'"
    // In JSON "<" can be spelled otherwise, so that no text ends the element that it stands in.
    let data = data.compact.replacing("<", with: "\\u003c")
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
      <script type="application/json" id="data">\(HTML(sound: data))</script>
      <script>\(HTML(sound: script))</script>
      </body>
      </html>

      """
    return page.markup
  }

  private static var colors: String {
    func variables(_ theme: Theme) -> String {
      let named: [(String, Color)] = [
        ("background", theme.background), ("surface", theme.surface), ("text", theme.text),
        ("muted", theme.mutedText), ("grid", theme.grid), ("axis", theme.axis),
        ("accent", theme.accent), ("second", theme.secondAccent), ("positive", theme.positive),
        ("negative", theme.negative), ("unknown", theme.unknown), ("floor", theme.floor),
        ("floor-line", theme.floorLine), ("wall", theme.wall), ("wall-edge", theme.wallEdge),
        ("start", theme.start), ("goal", theme.goal), ("agent", theme.agent),
        ("agent-rim", theme.agentRim), ("trail", theme.trail), ("ice", theme.ice),
        ("ice-line", theme.iceLine), ("crack", theme.crack), ("hole", theme.hole),
      ]
      let series = theme.series.enumerated().map { ("s\($0)", $1) }
      return (named + series).map { "--\($0):\($1.css);" }.joined()
    }
    let dark = variables(.dark)
    return ":root{\(variables(.light))color-scheme:light}"
      + "@media (prefers-color-scheme:dark){:root:not([data-theme=light]){\(dark)color-scheme:dark}}"
      + ":root[data-theme=dark]{\(dark)color-scheme:dark}"
  }

  // MARK: Parts

  private var learning: HTML {
    var tasks: [String] = []
    for run in runs where !tasks.contains(run.task) { tasks.append(run.task) }
    let figures = tasks.map { task in
      figure(
        runs.enumerated().filter { $1.task == task }.map { (place: $0, run: $1) },
        heading: tasks.count > 1 ? task : "")
    }
    return """
      <section class="card" aria-labelledby="learning"><h2 id="learning">Learning</h2>
      \(HTML.joined(figures))</section>
      """
  }

  /// The curves of the runs of one world.
  private func figure(_ runs: [(place: Int, run: Run)], heading: String) -> HTML {
    let legend = runs.map { place, run -> HTML in
      "<span class=\"s\(place % 8)\"><i></i>\(run.name)</span>"
    }
    let curve = runs[0].run.curve
    let title: HTML = heading.isEmpty ? "" : "<h3>\(heading)</h3>"
    return """
      <figure>\(title)\(ReportCurves(runs: runs).html)
      <figcaption>\(HTML.joined(legend)) <span>Return per episode, \(curve.smoothing)\
      \(runs.count == 1 && curve.window > 1 ? "; dots: each episode" : "")</span></figcaption>
      </figure>
      """
  }

  private var toolbar: HTML {
    guard runs.count > 1, runs.contains(where: { !$0.episodes.isEmpty }) else { return "" }
    return "<p class=\"all\"><button type=\"button\" id=\"play-all\">Play all</button></p>"
  }

  private func article(_ index: Int, _ run: Run) -> HTML {
    """
    <article class="run s\(index % 8)" aria-labelledby="run-\(index)">
    <h2 id="run-\(index)"><i></i>\(run.name)</h2>
    \(player(index, run))
    \(heat(index, run))
    \(card(run))
    </article>
    """
  }

  private func card(_ run: Run) -> HTML {
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

  private func heat(_ index: Int, _ run: Run) -> HTML {
    guard let heat = run.heat else { return "" }
    let last = heat.maps.count - 1
    return """
      <section class="card heat" data-run="\(index)"><h3>What it knew</h3>
      <figure><canvas role="img" aria-label="Heat map of the learned values" width="600" height="600">\
      </canvas><figcaption class="scale"></figcaption></figure>
      <p class="told" aria-live="polite"></p>
      <label class="slider"><span>Training</span>\
      <input type="range" class="moment" min="0" max="\(last)" value="\(last)"></label>
      <p class="hint">Move over a cell, or touch it, to read its value.</p>
      </section>
      """
  }

  private func player(_ index: Int, _ run: Run) -> HTML {
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
    let judge: HTML = run.judge.isEmpty ? "" : ", \(run.judge)"
    let values: HTML =
      hasValues
      ? "<h4>Value of each action here\(judge)</h4><ul class=\"values\">\(HTML.joined(bars))</ul>"
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
      <canvas class="course" aria-hidden="true" width="600" height="90"></canvas>
      \(values)
      <p class="told" aria-live="polite"></p>
      </section>
      """
  }
}
