/// One verb of the command line. Its initialiser asks for every argument by name; the same calls
/// that read them also declare them for parsing and for help, so the three cannot disagree.
protocol Command: SendableMetatype {
  static var name: String { get }
  /// What it does, in a few words.
  static var summary: String { get }
  /// Which part of the overview it stands in.
  static var group: CommandGroup { get }
  /// Commands that work as they stand.
  static var examples: [String] { get }
  /// Whether several processes that mpirun starts share its work. Others would do all of it at once.
  static var isShared: Bool { get }

  init(_ arguments: inout Arguments) throws
  func run(_ console: Console) throws -> ExitCode
}

extension Command {
  static var isShared: Bool { false }
}

/// The parts of the overview.
enum CommandGroup: String, CaseIterable {
  case record, look, draw, trust, exchange, study, language, more
}
