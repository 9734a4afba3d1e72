import Analysis
import Experiments
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing

@Suite struct HeatMapPicturesTests {
  /// The table that a maze's steps make, by the rule as textbooks have it.
  private struct Folded {
    var values = [Double](repeating: 0, count: 64)
    var visits = [Int](repeating: 0, count: 64)

    init(_ recording: Recording, until end: Int) throws {
      for step in try recording.steps(in: 0..<end) {
        guard case .index(let state) = step.state, case .index(let action) = step.action,
          case .index(let next) = step.next
        else { continue }
        let future = step.ending == .terminated ? 0 : values[next * 4..<next * 4 + 4].max() ?? 0
        let change = step.reward + 0.99 * future - values[state * 4 + action]
        values[state * 4 + action] += 0.1 * change
        visits[state * 4 + action] += 1
      }
    }
  }

  private func options(_ change: (inout HeatMapPictures.Options) -> Void) -> HeatMapPictures.Options
  {
    var options = HeatMapPictures.Options()
    change(&options)
    return options
  }

  @Test(arguments: [RecordedMoment.end, .share(0.5), .step(77), .step(0)])
  func `a map shows the table that the steps before its moment make`(moment: RecordedMoment) throws
  {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.maze.recorded(in: folder)
      let folded = try Folded(recording, until: recording.step(at: moment))
      let map = try HeatMapPictures(of: recording).picture(at: moment).map
      let counts = try HeatMapPictures(of: recording, options { $0.quantity = .visits })
        .picture(at: moment).map
      for state in 0..<16 {
        let (row, column) = (state / 4, state % 4)
        let visits = folded.visits[state * 4..<state * 4 + 4].reduce(0, +)
        #expect(counts.value(row, column) == (visits > 0 ? Double(visits) : nil))
        guard let value = map.value(row, column) else {
          #expect(visits == 0)
          continue
        }
        for action in 0..<4 where folded.visits[state * 4 + action] > 0 {
          let wanted = folded.values[state * 4 + action]
          #expect(abs((map.value(row, column, action: action) ?? .nan) - wanted) < 1e-9)
        }
        #expect(abs(value - (folded.values[state * 4..<state * 4 + 4].max() ?? 0)) < 1e-9)
      }
      #expect(map.cells[5] == .wall && map.cells[15] == .goal && map.start == 0)
    }
  }

  @Test func `a difference is one map minus the other`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.maze.recorded(in: folder)
      let other = try SmallRecording.maze.recorded(in: folder, as: "other", seed: 6)
      let pictures = try HeatMapPictures(of: recording)
      let (end, half) = (try pictures.picture(at: .end), try pictures.picture(at: .share(0.5)))
      let growth = try pictures.picture(at: .end, minus: .moment(.share(0.5)))
      #expect(growth.scale.kind == .diverging)
      let theirs = try HeatMapPictures(of: other).picture(at: .end)
      let apart = try pictures.picture(at: .end, minus: .recording(other.path, .end))
      for (found, taken) in [(growth, half), (apart, theirs)] {
        for place in 0..<16 {
          let (row, column) = (place / 4, place % 4)
          guard let first = end.map.value(row, column), let second = taken.map.value(row, column)
          else {
            #expect(found.map.value(row, column) == nil)
            continue
          }
          #expect(found.map.value(row, column) == first - second)
          let isSame = end.map.greedyActions(row, column) == taken.map.greedyActions(row, column)
          #expect(found.map.greedyActions(row, column).isEmpty == isSame)
        }
        #expect(found.subtitle.contains(", minus "))
      }
      #expect(apart.subtitle.contains("minus other after"))
      let nothing = try pictures.picture(at: .end, minus: .moment(.end)).map
      #expect(nothing.bounds == 0...0 && nothing.greedy.allSatisfy { $0 == 0 })
      let city = try SmallRecording.city.made(in: folder)
      let error = try #require(throws: RunError.self) {
        try pictures.picture(at: .end, minus: .recording(city, .end))
      }
      #expect(error.description.contains("different cells"))
    }
  }

  @Test func `a title says what is shown, unless there is one already`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.maze.recorded(in: folder)
      func title(
        _ quantity: HeatMap.Quantity, minus other: HeatMapPictures.Subtrahend? = nil,
        _ asked: String? = nil
      ) throws -> String {
        let pictures = try HeatMapPictures(
          of: recording, options { ($0.quantity, $0.title) = (quantity, asked) })
        return pictures.title(of: try pictures.picture(at: .end, minus: other))
      }
      let run = try recording.description().chartTitle
      #expect(try title(.values) == run)
      #expect(
        try title(.settled) == "Episode since which the best action stayed the same · \(run)")
      #expect(try title(.values, minus: .moment(.share(0.5))) == "Difference in value · \(run)")
      #expect(try title(.tdError, minus: .moment(.step(9))).hasPrefix("Difference in TD error"))
      #expect(try title(.settled, minus: nil, "Mine") == "Mine")
    }
  }

  @Test func `a film's frames are the maps of its moments with one scale`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.maze.recorded(in: folder)
      let pictures = try HeatMapPictures(of: recording, options { $0.size = 240 })
      let film = try pictures.film(frames: 4)
      #expect(film.frameCount == 4 && film.hold(after: 3) > 0 && film.hold(after: 0) == 0)
      #expect(Set(try pixels(film)).count == 4)
      let last = try recording.stepCount()
      // The same maps, drawn one by one with the film's scale.
      var shown: [HeatMap] = []
      for step in (0..<4).map({ last * $0 / 3 }) {
        shown.append(try pictures.picture(at: .step(step)).map)
      }
      for (frame, map) in shown.enumerated() {
        var picture = try pictures.picture(at: .step(last * frame / 3))
        picture.scale = ColorScale(fitting: shown)
        picture.map = map
        #expect(try pixels(of: pictures.drawing(of: picture)) == pixels(film, [frame])[0])
      }
      let still = try pictures.film(frames: 3, until: .step(0))
      #expect(Set(try pixels(still)).count == 1, "nothing is learned in no steps")
    }
  }

  @Test(arguments: HeatMap.Quantity.allCases)
  func `every quantity and style of a table can be drawn, or says why not`(
    quantity: HeatMap.Quantity
  ) throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.maze.recorded(in: folder)
      var pictures: Set<[UInt32]> = []
      for style in HeatMapChart.Style.allCases {
        let options = options { ($0.quantity, $0.style, $0.size) = (quantity, style, 240) }
        if quantity.needsTrace, style == .triangles {
          let error = #expect(throws: RunError.self) { try HeatMapPictures(of: recording, options) }
          #expect(error?.kind == .request)
          continue
        }
        let maker = try HeatMapPictures(of: recording, options)
        let picture = try maker.picture(at: .end)
        #expect(picture.map.bounds != nil)
        pictures.insert(try pixels(of: maker.drawing(of: picture)))
      }
      #expect(pictures.count == HeatMapChart.Style.allCases.count - (quantity.needsTrace ? 1 : 0))
    }
  }

  @Test func `a network's map is that of the last checkpoint by its moment`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.city.recorded(in: folder)
      let kept = try recording.checkpointSteps()
      #expect(kept == [0, 100, 200, 240])
      let maps = try PictureTables.builtIn.learnedMaps(of: recording)
      #expect(try maps.keptSteps() == kept)
      #expect(try maps.map(at: 199) == maps.map(at: 100))
      #expect(try maps.map(at: 200) != maps.map(at: 100))
      #expect(try maps.subtitle(at: 199).hasPrefix("after 100 steps"))
      let (sample, map) = try maps.maps(at: [0, 150, 240])
      #expect(try sample.count == 3 && map(1) == maps.map(at: 100) && map(2) == maps.map(at: 240))
      let usual = try maps.map(at: 240)
      let target = try #require(PainterTable.builtIn["city"]?.targets.last)
      for request in [PlaceRequest(target: target), PlaceRequest(heading: 90)] {
        let other = try PictureTables.builtIn.learnedMaps(of: recording, at: request)
        #expect(try other.map(at: 240) != usual, "\(request)")
      }
      #expect(throws: PainterError.lacks("city", "like", nil, has: ["target", "heading"])) {
        try PictureTables.builtIn.learnedMaps(of: recording, at: PlaceRequest(like: 7))
      }
      let unknown = #expect(throws: PainterError.self) {
        try PictureTables.builtIn.learnedMaps(of: recording, at: PlaceRequest(target: "nowhere"))
      }
      #expect(unknown?.description.contains(target) == true)
      for quantity in HeatMap.Quantity.allCases where quantity != .values {
        let error = #expect(throws: RunError.self) {
          try PictureTables.builtIn.learnedMaps(of: recording, quantity)
        }
        #expect(error?.kind == .request)
      }
    }
  }

  @Test func `a table has a map at every step, and takes no target`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.lake.recorded(in: folder)
      let maps = try PictureTables.builtIn.learnedMaps(of: recording)
      #expect(try maps.keptSteps() == nil && maps.run == recording.description())
      let (sample, map) = try maps.maps(at: [10, 20, 300])
      for (place, step) in [10, 20, 300].enumerated() {
        let alone = try maps.map(at: step)
        #expect(sample[place].visits == alone.visits && sample[place].greedy == alone.greedy)
        #expect(try map(place).visits.reduce(0, +) == step)
      }
      #expect(throws: PainterError.lacks("lake", "target", nil, has: [])) {
        try PictureTables.builtIn.learnedMaps(of: recording, at: PlaceRequest(target: "goal"))
      }
    }
  }

  @Test func `a map can be drawn for the state of a recorded step, if there is such a step`() throws
  {
    try withTemporaryFolder { folder in
      let snake = try SmallRecording.snake.recorded(in: folder)
      func map(like step: Int) throws -> HeatMap {
        let request = PlaceRequest(like: step)
        return try PictureTables.builtIn.learnedMaps(of: snake, at: request).map(at: 500)
      }
      let later = try #require(try snake.steps(in: 0..<500).last { $0.t > 5 }?.step)
      #expect(try map(like: 0) != map(like: later))
      let error = try #require(throws: RunError.self) { try map(like: 500) }
      #expect(error.description.hasSuffix("has no step 500"))
    }
  }

  @Test func `a recording without places has no map`() throws {
    try withTemporaryFolder { folder in
      let reacher = try SmallRecording.reacher.recorded(in: folder)
      #expect(throws: RunError.self) { try HeatMapPictures(of: reacher) }
      let text = try SmallRecording.text.recorded(in: folder)
      #expect(throws: RunError.self) { try HeatMapPictures(of: text) }
    }
  }
}
