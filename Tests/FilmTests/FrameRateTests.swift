import Film
import Testing

@Suite struct FrameRateTests {
  @Test(arguments: [
    (1.0, 100), (2.5, 40), (10, 10), (15, 7), (20, 5), (24, 4), (25, 4), (30, 3), (40, 3), (41, 3),
    (42, 2), (50, 2), (60, 2), (1000, 2), (0.001, 65_535), (0, 65_535), (-3, 65_535),
    (.infinity, 2), (.nan, 65_535),
  ])
  func `a rate becomes the nearest that a GIF can have`(asked: Double, delay: Int) {
    #expect(FrameRate(nearestTo: asked).delay == delay)
  }

  @Test(arguments: [
    (2, "50 frames a second"), (3, "33.3 frames a second"), (40, "2.5 frames a second"),
  ])
  func `a rate is described in frames a second`(delay: Int, text: String) {
    #expect(FrameRate(delay: delay).description == text)
  }

  @Test(arguments: [-5, 0, 1]) func `no frame is shorter than viewers can play`(delay: Int) {
    #expect(FrameRate(delay: delay).delay == 2)
  }
}
