/// One verb of the command line. Its initialiser asks for every argument by name; the calls that
/// read the arguments also declare them for parsing and for help, so the three cannot disagree.
protocol Command: SendableMetatype {
  static var name: String { get }
  /// What it does, in a few words.
  static var summary: String { get }
  /// The section of the overview that lists it.
  static var group: CommandGroup { get }
  /// Example commands, which work as they are.
  static var examples: [String] { get }
  /// Whether several processes started by mpirun share its work. Other verbs would do all of it in each.
  static var isShared: Bool { get }

  init(_ arguments: inout Arguments) throws
  func run(_ console: Console) throws -> ExitCode
}

extension Command {
  static var isShared: Bool { false }
}

/// The sections of the overview.
enum CommandGroup: String, CaseIterable {
  case record, look, draw, trust, exchange, study, language, more
}
