package import Rollouts
package import Testing

/// Expects a page to have a row for every setting, with its name and its default.
package func expectSettings<Settings: Configuration>(
  _ defaults: Settings, on page: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let rows = try Repository.text(page).split(separator: "\n")
  for setting in Settings.settings {
    let value = setting.read(defaults)
    var text = value.text ?? value.compact
    if let number = value.double, number == number.rounded() { text = "\(Int(number))" }
    if case .bool(let flag) = value { text = flag ? "yes" : "no" }
    #expect(
      rows.contains { $0.hasPrefix("| `\(setting.name)` |") && $0.contains("| \(text) |") },
      "\(setting.name) is \(text)", sourceLocation: sourceLocation)
  }
}
