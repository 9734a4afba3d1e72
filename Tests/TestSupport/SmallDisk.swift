import Glibc
import Platform

/// A file system of a few megabytes in memory, like a small disk; nil if nothing can be mounted.
///
/// It is removed with the value, even if a file on it is open, and what a killed process left
/// mounted is removed by the next process that needs one.
package final class SmallDisk {
  /// Where it is mounted.
  package let path: String

  /// Mounts one of a size in kilobytes.
  package init?(kilobytes: Int = 2048) {
    _ = Self.cleared
    var template = Array("\(Self.prefix)\(getpid())-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
      rmdir(path)
      return nil
    }
  }

  deinit { Self.remove(path) }

  /// A file's path on it.
  package func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Removes the disks of processes that are dead.
  package static func removeLeftovers() {
    for name in (try? Files.names(in: "/tmp")) ?? [] where "/tmp/\(name)".hasPrefix(prefix) {
      let process = name.dropFirst(prefix.count - "/tmp/".count).prefix { $0 != "-" }
      guard let process = pid_t(process), kill(process, 0) != 0, errno == ESRCH else { continue }
      remove("/tmp/\(name)")
    }
  }

  private static let prefix = "/tmp/reel-disk-"
  private static let cleared: Void = removeLeftovers()

  /// Lazily, since a plain unmount is refused as long as a file is open.
  private static func remove(_ path: String) {
    umount2(path, Int32(MNT_DETACH))
    rmdir(path)
  }
}
