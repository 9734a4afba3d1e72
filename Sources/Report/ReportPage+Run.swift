import Analysis
import Experiments
import Raster
import Rollouts

/// The page's part for one run.
extension ReportPage {
  /// A run that is shown in full.
  func article(_ index: Int, _ run: RunReport, color: Int) -> HTML {
    """
    <article class="run s\(color % 8)" aria-labelledby="run-\(index)">
    <h2 id="run-\(index)"><i></i>\(run.name)</h2>
    \(player(index, run))\(texts(run))\(learned(index, run))
    <section class="card"><h3>Run</h3>\(facts(run))
    <details><summary>Settings (\(run.settings.count))</summary>\(list(run.settings))</details>
    </section>
    </article>
    """
  }

  /// What it learned, and when.
  private func learned(_ index: Int, _ run: RunReport) -> HTML {
    run.heat == nil && run.moments.isEmpty
      ? "" : "<div>\(heat(index, run))\n\(moments(index, run))</div>"
  }

  /// A run of which only the facts are shown.
  func member(_ run: RunReport) -> HTML {
    let outcome = run.score.isFinite ? NumberText.short(run.score) : ""
    return """
      <details class="member"><summary><b>\(run.name)</b> <span>\(outcome)</span></summary>\
      \(facts(run))</details>
      """
  }

  private func facts(_ run: RunReport) -> HTML {
    let note: HTML = run.note.isEmpty ? "" : "<p class=\"note\">\(run.note)</p>"
    return """
      \(note)\(list(run.facts))
      <h4>The same again</h4><pre tabindex="0"><code>\(run.command)</code></pre>
      """
  }

  private func list(_ pairs: [(name: String, value: String)]) -> HTML {
    let rows = pairs.map { pair -> HTML in
      "<div><dt>\(pair.name)</dt><dd>\(pair.value)</dd></div>"
    }
    return "<dl>\(HTML.joined(rows))</dl>"
  }

  /// The texts that a language model wrote.
  private func texts(_ run: RunReport) -> HTML {
    guard !run.texts.isEmpty else { return "" }
    let texts = run.texts.map { text -> HTML in
      """
      <h4>\(text.heading)</h4>
      <blockquote tabindex="0"><strong>\(text.prompt)</strong>\(text.text)</blockquote>
      """
    }
    return "<section class=\"card\"><h3>Texts</h3>\(HTML.joined(texts))</section>"
  }

  /// The moments; those in episodes that the player has link to it.
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
    // The part of the theme's colours that the scale uses.
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
      <button type="button" class="on" aria-label="Step forward">▶</button>\
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
