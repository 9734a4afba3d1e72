import Glibc
import Platform
import TestSupport
import Testing

@Suite struct OutputFileTests {
  @Test func `a file appears with its folders when it is finished, and not before`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a/b/file.txt"
      var file = try OutputFile(path, replacing: false)
      try file.write(Array("hello ".utf8))
      #expect(!Files.exists(path))
      try file.write(Array("world".utf8))
      #expect(file.byteCount == 11)
      try file.finish(durable: true)
      #expect(try Files.contents(of: path, limit: 100) == Array("hello world".utf8))
      #expect(try Files.names(in: "\(folder)/a/b") == ["file.txt"])
    }
  }

  @Test func `an abandoned file leaves nothing behind, not even its folders`() throws {
    try withTemporaryFolder { folder in
      do {
        var file = try OutputFile("\(folder)/a/b/file.txt", replacing: false)
        try file.write(Array("half".utf8))
      }
      #expect(try Files.names(in: folder).isEmpty)
    }
  }

  @Test func `an existing file is replaced only when asked to`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file.txt"
      try OutputFile.write([1], to: path, replacing: false)
      #expect(throws: FileError.exists(path)) {
        try OutputFile.write([2], to: path, replacing: false)
      }
      #expect(try Files.contents(of: path, limit: 9) == [1])
      try OutputFile.write([3], to: path, replacing: true)
      #expect(try Files.contents(of: path, limit: 9) == [3])
      #expect(try Files.names(in: folder) == ["file.txt"])
    }
  }

  @Test func `what another program wrote in the meantime is not replaced`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file.txt"
      let file = try OutputFile(path, replacing: false)
      try Files.write([7], toNewFile: path)
      var failure: FileError?
      do throws(FileError) { try file.finish() } catch { failure = error }
      #expect(failure == .exists(path))
      #expect(try Files.contents(of: path, limit: 9) == [7])
      #expect(try Files.names(in: folder) == ["file.txt"])
    }
  }

  @Test func `what a killed process left is removed, and what another writes is not`() throws {
    try withTemporaryFolder { folder in
      let left = "\(folder)/.reel-0123456789abcdef.partial"
      try Files.write([1], toNewFile: left)
      let other = try OutputFile("\(folder)/other", replacing: false)
      #expect(!Files.exists(left))
      try OutputFile.write([2], to: "\(folder)/one", replacing: false)
      #expect(Files.exists(other.partialPath))
      try other.finish()
      #expect(try Files.names(in: folder).sorted() == ["one", "other"])
    }
  }

  @Test func `folders and devices are never replaced`() throws {
    try withTemporaryFolder { folder in
      #expect(throws: FileError.notAFile(folder)) {
        try OutputFile.write([1], to: folder, replacing: true)
      }
    }
    #expect(throws: FileError.notAFile("/dev/null")) {
      try OutputFile.write([1], to: "/dev/null", replacing: true)
    }
  }

  @Test func `a failed write and a full disk are reported in one sentence`() throws {
    let error = #expect(throws: FileError.self) {
      try Files.write([1, 2, 3], toNewFile: "/proc/nothing-can-be-written-here")
    }
    #expect(error?.description.hasPrefix("cannot write /proc/nothing") == true)
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(throws: FileError.failed("write", "/dev/full", ENOSPC)) {
      try Files.write([1, 2, 3], to: full, path: "/dev/full")
    }
  }

  @Test func `a symbolic link stays one, and the file that it leads to is replaced`() throws {
    try withTemporaryFolder { folder in
      try OutputFile.write([1], to: "\(folder)/real", replacing: false)
      symlink("\(folder)/real", "\(folder)/link")
      try OutputFile.write([2], to: "\(folder)/link", replacing: true)
      #expect(try Files.contents(of: "\(folder)/real", limit: 9) == [2])
    }
  }
}
