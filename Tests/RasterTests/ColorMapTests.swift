import Raster
import Testing

@Suite struct ColorMapTests {
  @Test(arguments: [ColorMap.dusk, ColorMap.mist])
  func `a sequential map's lightness only ever rises or falls`(map: ColorMap) {
    let lightness = map.colors.map { OKLab($0).lightness }
    let rises = lightness[0] < lightness[lightness.count - 1]
    for (before, after) in zip(lightness, lightness.dropFirst()) {
      #expect(rises ? before < after : before > after)
    }
  }

  @Test(arguments: ColorMap.all)
  func `neighbouring steps look equally far apart`(map: ColorMap) {
    let steps = zip(map.colors, map.colors.dropFirst()).map { OKLab($0).distance(to: OKLab($1)) }
    let mean = steps.reduce(0, +) / Double(steps.count)
    for step in steps { #expect(step > mean * 0.6 && step < mean * 1.4) }
  }

  @Test(arguments: ColorMap.all, ColorVision.allCases)
  func `steps a quarter of a map apart differ for every reader`(
    map: ColorMap, vision: ColorVision
  ) {
    for (first, second) in zip(map.colors, map.colors.dropFirst(map.colors.count / 4)) {
      #expect(vision.seen(first).distance(to: vision.seen(second)) > 0.08)
    }
  }

  @Test(arguments: [ColorMap.tide, ColorMap.ember], ColorVision.allCases)
  func `a diverging map's ends differ for every reader`(map: ColorMap, vision: ColorVision) {
    let (low, high) = (vision.seen(map.color(at: 0)), vision.seen(map.color(at: 1)))
    #expect(low.distance(to: high) > 0.12)
  }

  @Test(arguments: [ColorMap.tide, ColorMap.ember])
  func `zero has the colour in the middle and opposite values are equally strong`(map: ColorMap) {
    let chroma = map.colors.map { color -> Double in
      let lab = OKLab(color)
      return (lab.a * lab.a + lab.b * lab.b).squareRoot()
    }
    let middle = map.color(for: 0, limit: 5)
    #expect(map.colors.firstIndex(of: middle) == map.colors.count / 2)
    #expect(chroma[map.colors.count / 2] < 0.03)
    for distance in [0.25, 0.5, 1.0] {
      let lightness = [-distance, distance].map {
        OKLab(map.color(for: $0 * 5, limit: 5)).lightness
      }
      #expect(abs(lightness[0] - lightness[1]) < 0.07)
    }
  }

  @Test(arguments: [(-1.0, 0), (0.0, 0), (0.5, 16), (0.999, 31), (1.0, 31), (7.0, 31)])
  func `a share falls into its step, and beyond the ends into the last`(share: Double, step: Int) {
    #expect(ColorMap.dusk.colors.count == 32)
    #expect(ColorMap.dusk.color(at: share) == ColorMap.dusk.colors[step])
  }

  @Test func `NaN and empty ranges have a colour too`() {
    #expect(ColorMap.dusk.color(at: .nan) == ColorMap.dusk.colors[0])
    #expect(ColorMap.dusk.color(for: 3, in: 3...3) == ColorMap.dusk.colors[16])
    #expect(ColorMap.tide.color(for: 3, limit: 0) == ColorMap.tide.colors[16])
  }

  @Test func `maps are found by their names`() {
    for map in ColorMap.all { #expect(ColorMap.named(map.name) == map) }
    #expect(ColorMap.named("jet") == nil)
    #expect(ColorMap.dusk.reversed.colors.first == ColorMap.dusk.colors.last)
  }
}
