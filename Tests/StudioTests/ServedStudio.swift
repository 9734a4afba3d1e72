import Experiments
import Recordings
import Rollouts
import Studio
import TestSupport

/// A studio that serves a folder while a test runs.
struct ServedStudio {
  let server: HTTPServer
  let gate: Gate
  /// The cookie of a browser that is signed in.
  let cookie: String

  var port: Int { server.port }
  var host: String { "127.0.0.1:\(port)" }

  /// Serves a folder, and signs a browser in.
  init(_ folder: String, requestSeconds: Double = 15) throws {
    var known: Gate?
    server = try HTTPServer(host: "127.0.0.1", port: 0, requestSeconds: requestSeconds) { port in
      let gate = Gate(port: port)
      known = gate
      return Studio(Library([folder]), gate: gate)
    }
    guard let known else { preconditionFailure("a server asks for what answers") }
    gate = known
    var request = Request(method: "GET", path: "/")
    request.query = ["token": gate.token()]
    request.headers = ["host": "127.0.0.1:\(server.port)"]
    let header = gate.response(to: request)?.headers.first { $0.name == "Set-Cookie" }
    cookie = String((header?.value ?? "").prefix { $0 != ";" })
  }

  /// A request of the browser that is signed in.
  func get(_ path: String, host: String? = nil, cookie: String? = nil) -> String {
    "GET \(path) HTTP/1.1\r\nHost: \(host ?? self.host)\r\nCookie: \(cookie ?? self.cookie)\r\n"
      + "Connection: close\r\n\r\n"
  }

  /// The status of an answer to a request of that browser.
  func status(_ path: String) -> Int? { RawConnection.status(get(path), port: port) }
}

/// A small recording, made in a moment.
func smallRun(
  _ world: String = "maze", in folder: String, as name: String = "run", seed: UInt64 = 1,
  episodes: Int = 30, tags: [String] = [], note: String = ""
) throws -> String {
  let plan = try Catalog.builtIn.plan(
    PlanRequest(world, overrides: [(name: "episodes", value: "\(episodes)")]))
  var run = TrainingRun(plan, seed: seed, path: "\(folder)/\(name).sqlite")
  (run.tags, run.note) = (tags, note)
  _ = try run.run { _ in true }
  return run.path
}
