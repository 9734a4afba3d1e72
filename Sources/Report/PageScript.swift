/// The page's script: modules joined into one, so that the page needs no other file.
///
/// A module has `import … from "./name.js";` lines at its top and `export` before what others
/// use. Joined, all share one scope, so two modules must not use the same top-level name.
package struct PageScript {
  /// The script, each module after those that it imports.
  package let text: String

  /// The script starting from a module; `source` returns the text of a module.
  package init(main: String, source: (String) -> String?) {
    var joined: [String] = []
    var known: Set<String> = []
    func join(_ name: String) {
      guard known.insert(name).inserted else { return }
      guard let text = source(name) else { preconditionFailure("there is no module \(name)") }
      var lines: [Substring] = []
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.hasPrefix("import "), let file = line.split(separator: "\"").dropFirst().first {
          join(String(file.dropFirst("./".count)))
        } else {
          lines.append(line.hasPrefix("export ") ? line.dropFirst("export ".count) : line)
        }
      }
      joined.append(lines.joined(separator: "\n"))
    }
    join(main)
    text = joined.joined(separator: "\n")
  }

  /// The page's modules, and the style sheet of the action values; the studio shares some of them.
  package static let modules: [String: [UInt8]] = [
    "board.js": PackageResources.board_js, "bytes.js": PackageResources.bytes_js,
    "clock.js": PackageResources.clock_js, "course.js": PackageResources.course_js,
    "curves.js": PackageResources.curves_js, "film.js": PackageResources.film_js,
    "heat.js": PackageResources.heat_js, "keys.js": PackageResources.keys_js,
    "knowledge.js": PackageResources.knowledge_js, "main.js": PackageResources.main_js,
    "numbers.js": PackageResources.numbers_js, "player.js": PackageResources.player_js,
    "scale.js": PackageResources.scale_js, "theme.js": PackageResources.theme_js,
    "values.css": PackageResources.values_css, "values.js": PackageResources.values_js,
    "why.js": PackageResources.why_js,
  ]
}
