import Foundation
import Rollouts
import TestSupport

/// A headless Chromium, driven through pipes by the DevTools protocol.
///
/// https://chromedevtools.github.io/devtools-protocol/
final class Browser {
  /// Where Chromium is; nil where there is none.
  static let path: String? = ["chromium", "chromium-browser", "google-chrome"].lazy.compactMap {
    let found = try? Program.shell("command -v \($0)", in: "/").output
    return found?.split(separator: "\n").first.map(String.init)
  }.first

  /// Why it did not answer.
  struct Silent: Error, CustomStringConvertible {
    var method: String
    var reason: String
    var description: String { "\(method): \(reason)" }
  }

  /// The events that the browser sent.
  private(set) var events: [(method: String, parameters: JSON)] = []

  private let process = Process()
  private let input: Int32
  private let output: Int32
  private var session: String?
  private var calls = 0
  private var pending: [UInt8] = []

  /// A browser that keeps its files in a folder.
  init(in folder: String) throws {
    let (to, from) = ("\(folder)/to-browser", "\(folder)/from-browser")
    guard mkfifo(to, 0o600) == 0, mkfifo(from, 0o600) == 0 else {
      throw Silent(method: "mkfifo", reason: String(cString: strerror(errno)))
    }
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      "exec '\(Self.path ?? "")' --headless --no-sandbox --disable-gpu --remote-debugging-pipe"
        + " --user-data-dir='\(folder)/profile' --force-device-scale-factor=1"
        + " 3<'\(to)' 4>'\(from)' 2>'\(folder)/browser.log'",
    ]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    input = open(to, O_WRONLY)
    output = open(from, O_RDONLY)
    let target = try call("Target.createTarget", ["url": "about:blank"])["targetId"]
    let attached = try call(
      "Target.attachToTarget", ["targetId": target ?? .null, "flatten": true])
    session = attached["sessionId"]?.text
    for domain in ["Page", "Runtime", "Log", "Network"] { try call("\(domain).enable") }
  }

  deinit {
    close(input)
    close(output)
    process.terminate()
    process.waitUntilExit()
  }

  /// Calls a method of the protocol and returns its result.
  @discardableResult
  func call(_ method: String, _ parameters: JSON = .object([])) throws -> JSON {
    calls += 1
    var message: [JSON.Member] = [
      .init("id", .integer(calls)), .init("method", .string(method)),
      .init("params", parameters),
    ]
    if let session { message.append(.init("sessionId", .string(session))) }
    let bytes = Array(JSON.object(message).compact.utf8) + [0]
    guard write(input, bytes, bytes.count) == bytes.count else {
      throw Silent(method: method, reason: "the browser is gone")
    }
    while true {
      let answer = try next(within: 120, method)
      if answer["id"]?.int == calls {
        if let error = answer["error"] { throw Silent(method: method, reason: error.compact) }
        return answer["result"] ?? .null
      }
      if let name = answer["method"]?.text {
        events.append((name, answer["params"] ?? .null))
      }
    }
  }

  /// The value of a script.
  @discardableResult
  func value(_ script: String) throws -> JSON {
    let result = try call(
      "Runtime.evaluate",
      ["expression": .string(script), "returnByValue": true, "awaitPromise": true])
    if let failure = result["exceptionDetails"] {
      throw Silent(method: script, reason: failure.compact)
    }
    return result["result"]?["value"] ?? .null
  }

  /// Waits until a script is true.
  func wait(until script: String) throws {
    for _ in 0..<1200 {
      if try value(script) == .bool(true) { return }
      usleep(50_000)
    }
    throw Silent(method: script, reason: "was not true within a minute")
  }

  /// Opens a page and waits for it; `events` are then of this page alone.
  func visit(_ page: String) throws {
    events = []
    try call("Page.navigate", ["url": .string("file://\(page)")])
    try wait(until: "document.readyState === 'complete' && location.protocol === 'file:'")
  }

  /// Opens an address of a server and waits for it; `events` are kept.
  func go(to address: String) throws {
    try call("Page.navigate", ["url": .string(address)])
    try wait(until: "document.readyState === 'complete' && location.protocol === 'http:'")
  }

  /// Forgets what happened until now.
  func forget() { events = [] }

  /// Presses a key, with Shift or without.
  func press(_ key: String, shift: Bool = false) throws {
    let isText = key.count == 1
    for type in ["keyDown", "keyUp"] {
      var parameters: [JSON.Member] = [
        .init("type", .string(type)), .init("key", .string(key)),
        .init("code", .string(key == " " ? "Space" : key)),
        .init("modifiers", .integer(shift ? 8 : 0)),
      ]
      let codes = [
        "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
        " ": 32, "Tab": 9,
        "Enter": 13, "Escape": 27,
      ]
      if let code = codes[key] { parameters.append(.init("windowsVirtualKeyCode", .integer(code))) }
      if isText, type == "keyDown" { parameters.append(.init("text", .string(key))) }
      try call("Input.dispatchKeyEvent", .object(parameters))
    }
  }

  /// Emulates a screen and its user's preferences.
  func become(
    width: Int, height: Int, isPhone: Bool = false, theme: String = "light",
    motion: String = "no-preference"
  ) throws {
    try call(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": .integer(width), "height": .integer(height),
        "deviceScaleFactor": isPhone ? 2 : 1, "mobile": .bool(isPhone),
      ])
    try call(
      "Emulation.setEmulatedMedia",
      [
        "features": [
          ["name": "prefers-color-scheme", "value": .string(theme)],
          ["name": "prefers-reduced-motion", "value": .string(motion)],
        ]
      ])
  }

  /// Writes a picture of the whole page.
  func screenshot(to path: String) throws {
    let result = try call(
      "Page.captureScreenshot", ["format": "png", "captureBeyondViewport": true])
    guard let data = result["data"]?.text.flatMap({ Data(base64Encoded: $0) }) else {
      throw Silent(method: "Page.captureScreenshot", reason: "no picture")
    }
    let file = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  /// The next message, which ends with a zero.
  private func next(within seconds: Int32, _ method: String) throws -> JSON {
    while true {
      if let end = pending.firstIndex(of: 0) {
        let text = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeFirst(end + 1)
        return try JSON(parsing: text)
      }
      var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, seconds * 1000) > 0 else {
        throw Silent(method: method, reason: "no answer")
      }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(output, &buffer, buffer.count)
      guard count > 0 else { throw Silent(method: method, reason: "the browser is gone") }
      pending += buffer[..<count]
    }
  }
}
