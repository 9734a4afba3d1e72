import Platform

/// The pages of help, made from what the commands declare.
enum Help {
  /// The width of a page outside a terminal, and the greatest width in one.
  private static let width = 96

  /// The width of a page here.
  private static var widthHere: Int { min(width, Terminal.width() ?? width) }

  static var overview: String {
    let title =
      "reel \(reelVersion): records reinforcement-learning runs, every transition, and draws them"
    var text = """
      \(title.wrapped(at: widthHere))

      usage: reel VERB …
             reel VERB --help
             reel help VERB | TOPIC

      """
    for group in CommandGroup.allCases {
      let commands = Reel.commands.filter { $0.group == group }
      if commands.isEmpty { continue }
      text += "\n\(group.rawValue)\n"
      text += rows(commands.map { ($0.name, $0.summary) })
    }
    text += "\ntopics\n" + rows(HelpTopic.all.map { ("help \($0.name)", $0.summary) })
    return text + "\nbegin with: reel demo\n"
  }

  /// All pages as one document: docs/cli.md.
  static var manual: String {
    var text = """
      # The command line

      Results go to standard output, progress and messages to standard error. Bars are drawn on a
      terminal only. Existing files are overwritten only with `--force`. Exit codes: 0 done · 1 failed ·
      3 done, with loss · 64 usage · 130 stopped by Ctrl-C, with everything so far on disk.

      `make docs` writes this page from what the commands declare.

      ```
      \(overview)```

      """
    for topic in HelpTopic.all {
      text += "\n## reel help \(topic.name)\n\n```\n\(page(of: topic))```\n"
    }
    for command in Reel.commands {
      text += "\n## reel \(command.name)\n\n```\n\(page(of: command))```\n"
    }
    return text
  }

  static func page(of type: any Command.Type) -> String { page(type) }

  static func page(of topic: HelpTopic) -> String {
    topic.page.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let isCommand = line.hasPrefix("  reel ")
      return String(line).wrapped(
        at: widthHere, indent: isCommand ? "    " : nil, ending: isCommand ? " \\" : "")
    }.joined(separator: "\n")
  }

  private static func page<C: Command>(_ type: C.Type) -> String {
    let arguments = Arguments(declaredBy: type)
    let words = arguments.positionals.map { argument in
      argument.isRepeated ? "\(argument.names[0])…" : argument.names[0]
    }
    let width = widthHere
    let usage = (["usage: reel", C.name] + words + ["[options]"]).joined(separator: " ")
    var text = "reel \(C.name): \(C.summary)".wrapped(at: width) + "\n\n"
    text += usage.wrapped(at: width, indent: "       ") + "\n"
    if !arguments.positionals.isEmpty {
      text += "\n" + rows(arguments.positionals.map { ($0.names[0], described($0)) })
    }
    text += "\noptions\n"
    text += rows(
      arguments.options.map { option in
        let names = option.names.joined(separator: ", ")
        return (option.value.map { "\(names) \($0)" } ?? names, described(option))
      })
    if !C.examples.isEmpty {
      // Broken with backslashes, so that a shell reads them as one line.
      text +=
        "\nexamples\n"
        + C.examples.map { "  \($0)".wrapped(at: width, indent: "    ", ending: " \\") + "\n" }
        .joined()
    }
    return text
  }

  static func described(_ argument: Arguments.Declaration) -> String {
    argument.choices.isEmpty
      ? argument.help : argument.help + ": " + argument.choices.joined(separator: ", ")
  }

  /// Two columns, the second wrapped at the width of a page.
  static func rows(_ rows: [(String, String)]) -> String {
    let width = widthHere
    let first = min(24, (rows.map(\.0.count).max() ?? 0) + 2)
    var text = ""
    for (name, help) in rows {
      var line = "  " + name + String(repeating: " ", count: max(2, first - name.count))
      if name.count + 2 > first {
        text += line.trimmingTrailingSpaces + "\n"
        line = String(repeating: " ", count: first + 2)
      }
      for word in help.split(separator: " ") {
        if line.count + word.count > width {
          text += line.trimmingTrailingSpaces + "\n"
          line = String(repeating: " ", count: first + 2)
        }
        line += word + " "
      }
      text += line.trimmingTrailingSpaces + "\n"
    }
    return text
  }
}
