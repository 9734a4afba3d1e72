import Glibc
import Platform

/// Runs a test with a folder of its own, which is removed afterwards.
@discardableResult
package func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  var template = Array("/tmp/reel-tests-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw Repository.Missing(path: "/tmp") }
  let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer { removeTree(folder) }
  return try body(folder)
}

/// Removes a folder with everything in it.
private func removeTree(_ path: String) {
  for name in (try? Files.names(in: path)) ?? [] {
    let inner = "\(path)/\(name)"
    // A link to a folder is removed, not followed.
    if remove(inner) != 0 { removeTree(inner) }
  }
  remove(path)
}
