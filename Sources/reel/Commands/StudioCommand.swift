import Experiments
import Glibc
import Platform
import Rollouts
import Studio

/// Serves the pages that show and control recordings to this machine's browser.
struct StudioCommand: Command {
  static let name = "studio"
  static let summary = "watch, scrub, compare, drive, prompt and train in the browser"
  static let group = CommandGroup.look
  static let examples = [
    "reel studio", "reel studio recordings --open", "reel studio run.sqlite --port 8080",
  ]

  private let places: [String]
  private let port: Int
  private let host: String
  private let opens: Bool

  init(_ arguments: inout Arguments) throws {
    places = arguments.remaining("PLACE", help: "files and folders (default recordings/ and runs/)")
    port =
      try arguments.count("--port", in: 0...65535, help: "default 7335; 0 picks a free port")
      ?? 7335
    host =
      try arguments.option(
        "--host", value: "ADDRESS", help: "listen to other machines too (default 127.0.0.1)")
      ?? "127.0.0.1"
    opens = arguments.flag("--open", help: "open the browser")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    for place in places where !Files.exists(place) {
      throw Failure.failed("there is no file or folder \(place)")
    }
    // What is made in the studio goes to the first folder, which need not exist yet.
    let places =
      places.isEmpty ? ["recordings"] + RunPlaces.usual.filter { $0 != "recordings" } : places
    // A browser that closes its connection is no error of the server.
    signal(SIGPIPE, SIG_IGN)
    Interruption.watch()
    let isLocal = ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host)
    var gate = Gate(port: port)
    let server = try HTTPServer(host: host, port: port) { port in
      gate = Gate(port: port, hosts: isLocal ? [] : [host, Self.hostName])
      return Studio(Library(places), gate: gate, starting: .here)
    }
    if !isLocal {
      console.note(
        "warning: other machines can connect to \(host); what they send and see is not encrypted."
          + " ssh -L \(server.port):127.0.0.1:\(server.port) is safer")
    }
    let address = self.address(server.port, gate)
    if console.isJSON {
      console.print(["address": .string(address), "port": .integer(server.port)])
    } else {
      console.print(address)
    }
    console.note(
      "press Ctrl-C to stop, Enter for another address: each one admits a single browser")
    if opens { open(address, console) }
    wait { console.print(self.address(server.port, gate)) }
    server.stop()
    return .done
  }

  private func address(_ port: Int, _ gate: Gate) -> String {
    let shown = ["0.0.0.0", "::"].contains(host) ? Self.hostName : host
    let name = shown.contains(":") && !shown.hasPrefix("[") ? "[\(shown)]" : shown
    return "http://\(name):\(port)/?token=\(gate.token())"
  }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Waits for Ctrl-C; `another` is called for each line that is entered.
  private func wait(_ another: () -> Void) {
    var isListening = isatty(STDIN_FILENO) == 1
    while !Interruption.isRequested {
      var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard isListening else {
        usleep(50_000)
        continue
      }
      guard poll(&input, 1, 50) > 0 else { continue }
      if readLine() == nil { isListening = false } else { another() }
    }
  }

  private func open(_ address: String, _ console: Console) {
    var process = pid_t()
    let words = ["xdg-open", address].map { (word: String) in strdup(word) }
    defer { words.forEach { free($0) } }
    let status = posix_spawnp(&process, "xdg-open", nil, nil, words + [nil], environ)
    if status != 0 { console.note("no browser could be opened; open the address yourself") }
  }
}
