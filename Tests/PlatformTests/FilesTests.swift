import Glibc
import Platform
import TestSupport
import Testing

@Suite struct FilesTests {
  @Test(arguments: [
    ("a", ".", "a"), ("a/b", "a", "b"), ("/a", "/", "a"), ("/a/b.c", "/a", "b.c"), ("a/", "a", ""),
  ]) func `a path is split into a folder and a name`(path: String, folder: String, name: String) {
    #expect(Files.folder(of: path) == folder)
    #expect(Files.name(of: path) == name)
  }

  @Test func `slashes at the end are cut off, but the root stays`() {
    #expect(["a//", "a", "/", "//"].map(Files.trimmed) == ["a", "a", "/", "/"])
  }

  @Test func `the kind of file at a path is found without opening it`() throws {
    try withTemporaryFolder { folder in
      try Files.write([1, 2, 3], toNewFile: "\(folder)/file")
      symlink("\(folder)/file", "\(folder)/link")
      symlink("nowhere", "\(folder)/broken")
      mkfifo("\(folder)/pipe", 0o600)
      let names = ["", "file", "link", "broken", "pipe", "nothing"].map { "\(folder)/\($0)" }
      #expect(names.map(Files.exists) == [true, true, true, false, true, false])
      #expect(names.map(Files.isTaken) == [true, true, true, true, true, false])
      #expect(names.map(Files.isFolder) == [true, false, false, false, false, false])
      #expect(names.map(Files.isFile) == [false, true, true, false, false, false])
      #expect(names[1...].map(Files.size) == [3, 3, nil, 0, nil])
      #expect(Files.isSame(names[1], names[2]) && !Files.isSame(names[1], names[4]))
      #expect(Files.resolved(names[2]) == Files.resolved(folder) + "/file")
      #expect(Files.resolved(names[3]) == names[3], "a link to nothing stays what it is")
    }
  }

  @Test func `folders are made with their parents, and the new ones are returned`() throws {
    try withTemporaryFolder { folder in
      let made = try Files.makeFolders("\(folder)/a/b")
      #expect(made == ["\(folder)/a", "\(folder)/a/b"])
      let again = try Files.makeFolders("\(folder)/a/b")
      #expect(again.isEmpty)
      Files.removeFolders(made)
      let left = try Files.names(in: folder)
      #expect(left.isEmpty)
    }
    #expect(throws: FileError.failed("make the folder", "/proc/reel", ENOENT)) {
      try Files.makeFolders("/proc/reel/a")
    }
  }

  @Test func `a pipe, a device and a folder are not read, and never block`() throws {
    try withTemporaryFolder { folder in
      let pipe = "\(folder)/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      for path in [pipe, "/dev/zero"] {
        for read in [
          { try Files.contents(of: path, limit: 1 << 20) }, { try Files.start(of: path, count: 8) },
          { try Files.part(0..<8, of: path) },
        ] as [() throws -> [UInt8]] {
          let error = #expect(throws: FileError.self) { try read() }
          #expect(error?.description == "cannot read \(path): it is not a regular file")
        }
      }
      #expect(throws: FileError.failed("read", folder, EISDIR)) {
        try Files.contents(of: folder, limit: 1)
      }
    }
  }

  @Test func `a file is read whole or in part, and never above its limit`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
      try Files.write(bytes, toNewFile: path)
      #expect(try Files.contents(of: path, limit: 100_000) == bytes)
      #expect(try Files.start(of: path, count: 10) == Array(bytes[..<10]))
      #expect(try Files.start(of: path, count: 200_000) == bytes)
      #expect(try Files.part(10..<20, of: path) == Array(bytes[10..<20]))
      #expect(try Files.part(99_998..<(.max), of: path) == Array(bytes[99_998...]))
      #expect(try Files.part(200_000..<200_001, of: path) == [])
      #expect(throws: FileError.failed("read", path, EFBIG)) {
        try Files.contents(of: path, limit: 99_999)
      }
      #expect(throws: FileError.failed("write", path, EEXIST)) {
        try Files.write([1], toNewFile: path)
      }
      try Files.rename(path, to: path + "2")
      #expect(try Files.names(in: folder) == ["file2"])
      try Files.removeFile(path + "2")
      #expect(throws: FileError.failed("remove", path, ENOENT)) { try Files.removeFile(path) }
    }
  }
}
