import Platform

/// Manual pages, made from what the commands declare: reel(1), and one for each verb.
enum ManualPage {
  /// reel(1): every verb, and the topics of help.
  static var overview: String {
    var page = Page("reel", "record reinforcement-learning runs and draw them")
    page.section("SYNOPSIS")
    page.line(".B reel")
    page.line("\\fIVERB\\fR [\\fIARGUMENT\\fR …] [\\fIOPTION\\fR …]")
    page.section("DESCRIPTION")
    page.paragraph(
      """
      Reel records every transition of a reinforcement-learning run into one SQLite file, and turns such files \
      into pictures: frames, GIFs, videos, reward curves, heat maps, reports. Each verb has a page of its own, \
      such as reel-train(1); reel VERB --help prints the same. Begin with reel demo.
      """)
    for group in CommandGroup.allCases {
      page.subsection(group.rawValue)
      for command in Reel.commands where command.group == group {
        page.item("\\fBreel\\-\(Page.escaped(command.name))\\fR(1)", command.summary)
      }
    }
    for topic in HelpTopic.all {
      page.section(topic.title.uppercased())
      page.literal(topic.text)
    }
    page.section("ENVIRONMENT")
    page.item("\\fBNO_COLOR\\fR", "If set, terminals show maps and curves without colours.")
    page.item(
      "\\fBTMPDIR\\fR", "Where reel studio makes a film before it is saved; /tmp by default.")
    page.section("SEE ALSO")
    page.line(
      Reel.commands.map { "\\fBreel\\-\(Page.escaped($0.name))\\fR(1)" }.joined(separator: ",\n"))
    return page.text
  }

  /// reel-VERB(1).
  static func of(_ type: any Command.Type) -> String { page(type) }

  private static func page<C: Command>(_ type: C.Type) -> String {
    let arguments = Arguments(declaredBy: type)
    var page = Page("reel-\(C.name)", C.summary)
    page.section("SYNOPSIS")
    page.line("\\fBreel \(Page.escaped(C.name))\\fR")
    for argument in arguments.positionals {
      let name = "\\fI\(Page.escaped(argument.names[0]))\\fR"
      page.line(argument.isRepeated ? name + " …" : name)
    }
    page.line("[\\fIOPTION\\fR …]")
    page.section("DESCRIPTION")
    page.paragraph(C.summary.prefix(1).uppercased() + C.summary.dropFirst() + ".")
    for argument in arguments.positionals {
      page.item("\\fI\(Page.escaped(argument.names[0]))\\fR", Help.described(argument))
    }
    page.section("OPTIONS")
    for option in arguments.options {
      let names = option.names.map { "\\fB\(Page.escaped($0))\\fR" }.joined(separator: ", ")
      let value = option.value.map { " \\fI\(Page.escaped($0))\\fR" } ?? ""
      page.item(names + value, Help.described(option))
    }
    if !C.examples.isEmpty {
      page.section("EXAMPLES")
      page.literal(C.examples.joined(separator: "\n"))
    }
    page.section("EXIT STATUS")
    page.literal(HelpTopic.exitCodes.text)
    page.section("SEE ALSO")
    page.line("\\fBreel\\fR(1)")
    return page.text
  }

  /// A page in the macros of man(7).
  private struct Page {
    private(set) var text: String

    init(_ name: String, _ summary: String) {
      let heading = Self.escaped(name.uppercased())
      text = """
        .TH \(heading) 1 "" "reel \(reelVersion)" "Reel"
        .ad l
        .nh
        .SH NAME
        \(Self.escaped(name)) \\- \(Self.escaped(summary))

        """
    }

    mutating func line(_ line: String) { text += line + "\n" }
    mutating func section(_ title: String) { line(".SH \(title)") }
    mutating func subsection(_ title: String) { line(".SS \(title)") }
    mutating func paragraph(_ words: some StringProtocol) { line(Self.escaped(String(words))) }

    /// A term, and what it means.
    mutating func item(_ term: String, _ words: String) {
      line(".TP\n\(term)")
      paragraph(words)
    }

    /// Lines as they are.
    mutating func literal(_ lines: String) {
      line(".nf")
      for line in lines.split(separator: "\n", omittingEmptySubsequences: false) { paragraph(line) }
      line(".fi")
    }

    /// Escapes what roff would read as a command or a hyphen.
    static func escaped(_ text: String) -> String {
      let text = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
      return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
    }
  }
}
