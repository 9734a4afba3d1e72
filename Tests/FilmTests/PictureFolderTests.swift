import Film
import Platform
import Raster
import TestSupport
import Testing

@Suite struct PictureFolderTests {
  @Test func `a film of a folder shows the pictures in natural order`() throws {
    try withTemporaryFolder { folder in
      for (index, name) in ["f-1.png", "f-2.PNG", "f-10.png"].enumerated() {
        let shade = UInt8(100 + index * 50)
        let canvas = try Canvas(
          width: 5, height: 4, background: Color(red: shade, green: 0, blue: 0))
        try canvas.writePNG(to: "\(folder)/\(name)", replacing: false)
      }
      try OutputFile.write([1], to: "\(folder)/notes.txt", replacing: false)
      try OutputFile.write([1], to: "\(folder)/.hidden.png", replacing: false)
      var pictures = try PictureFolder(folder + "/")
      #expect(pictures.paths.map(Files.name) == ["f-1.png", "f-2.PNG", "f-10.png"])
      let path = "\(folder)/film.gif"
      let report = try GIFFilm(rate: FrameRate(nearestTo: 10)).write(&pictures, to: path)
      #expect(report.greatestError == 0)
      #expect(try DecodedGIF(path).frames.map { $0.pixels[0] } == [0x640000, 0x960000, 0xC80000])
    }
  }

  @Test func `a folder without pictures, or of several sizes, is refused with one sentence`() throws
  {
    try withTemporaryFolder { folder in
      #expect(throws: FilmError.noFrames(folder: folder)) { try PictureFolder(folder) }
      try Canvas(width: 5, height: 4).writePNG(to: "\(folder)/1.png", replacing: false)
      try Canvas(width: 5, height: 3).writePNG(to: "\(folder)/2.png", replacing: false)
      let error = #expect(
        throws: FilmError.sizesDiffer(path: "\(folder)/2.png", size: "5×3", first: "5×4")
      ) { try PictureFolder(folder) }
      #expect(error?.description.contains("must have the same size") == true)
      #expect(throws: FileError.self) { try PictureFolder("\(folder)/nowhere") }
    }
  }

  @Test func `a broken picture stops the film, which leaves nothing behind`() throws {
    try withTemporaryFolder { folder in
      try Canvas(width: 5, height: 4).writePNG(to: "\(folder)/1.png", replacing: false)
      let whole = try Files.contents(of: "\(folder)/1.png", limit: 9999)
      try OutputFile.write(Array(whole.prefix(40)), to: "\(folder)/2.png", replacing: false)
      var pictures = try PictureFolder(folder)
      #expect(throws: FilmError.self) {
        try GIFFilm(rate: FrameRate(delay: 4)).write(&pictures, to: "\(folder)/film.gif")
      }
      #expect(try Files.names(in: folder).sorted() == ["1.png", "2.png"])
    }
  }

  @Test(arguments: [
    ("frame-9", "frame-10"), ("a2b3", "a2b10"), ("a", "b"), ("a1", "a1b"), ("1", "a"),
    ("x01", "x1"), ("x09", "x10"), ("99999999999999999999998", "99999999999999999999999"),
  ])
  func `names with numbers are in natural order`(first: String, second: String) {
    #expect(NaturalOrder.isAscending(first, second))
    #expect(!NaturalOrder.isAscending(second, first))
    #expect(!NaturalOrder.isAscending(first, first))
  }
}
