import Recordings
import Replay
import Rollouts
import Testing
import Worlds

@Suite struct CaptionTests {
  private func scene(
    _ map: GridMap, state: Int, action: Int, executed: Int? = nil, reward: Double = 0,
    total: Double = 0, ending: Ending = .running
  ) -> GridScene {
    GridScene(
      episode: 12, t: 3, steps: 9, state: state, previous: state, action: action, reward: reward,
      totalReturn: total, ending: ending, details: GridDetails(executed: executed ?? action))
  }

  @Test func `a caption shows episode, step, return, reward and action`() throws {
    let map = try Maps.maze()
    let caption = Caption(scene(map, state: 4, action: 3, reward: -5, total: -6.5), on: map)
    #expect(caption.episode == "12")
    #expect(caption.step == "3/9")
    #expect(caption.totalReturn == "−6.5")
    #expect(caption.reward == "−5")
    #expect(caption.action == "→ right")
    #expect(caption.slip == nil && caption.ending == nil)
  }

  @Test func `a slip shows the executed action beside the chosen one`() throws {
    let map = try Maps.lake()
    let caption = Caption(scene(map, state: 4, action: 1, executed: 0), on: map)
    #expect(caption.action == "↓ down")
    #expect(caption.slip == "slipped ← left")
    #expect(caption.reward == "", "a reward of zero is not shown")
  }

  @Test func `every action's arrow in a caption points where the action does`() throws {
    let arrows = [[0, -1]: "↑", [1, 0]: "→", [0, 1]: "↓", [-1, 0]: "←"]
    for kind in GridKind.allCases {
      for action in kind.actions {
        let arrow = arrows[[action.dx, action.dy]]
        #expect(Caption.name(action) == (arrow.map { $0 + " " } ?? "") + action.name)
      }
    }
  }

  @Test func `an ending says how the episode ended`() throws {
    let cases: [(GridMap, Int, Ending, String?, EndingWord.Tone?)] = [
      (try Maps.maze(), 15, .terminated, "goal reached", .good),
      (try Maps.lake(), 5, .terminated, "fell in", .bad),
      (try Maps.lake(), 1, .truncated, "time limit", .neutral),
      (try Maps.maze(), 1, .interrupted, "interrupted", .neutral),
      (try Maps.maze(), 1, .running, nil, nil),
      // CS188 counts y from the bottom: state 11 is the upper right corner, 7 the one below.
      (try Maps.book(), 11, .terminated, "exit +1", .good),
      (try Maps.book(), 7, .terminated, "exit −1", .bad),
    ]
    for (map, state, ending, text, tone) in cases {
      let caption = Caption(scene(map, state: state, action: 0, ending: ending), on: map)
      #expect(caption.ending?.text == text)
      #expect(caption.ending?.tone == tone)
    }
  }

  @Test func `the first frame has no action yet`() throws {
    let map = try Maps.maze()
    let scene = GridScene(episode: 1, steps: 9, state: 0, details: GridDetails())
    #expect(Caption(scene, on: map).action == "–")
  }

  @Test func `a crawler's return is the distance, and its actions have no arrows`() throws {
    let crawler = Crawler()
    let played = Played(crawler, limit: 30)
    var stage = try ScenePlayer(
      CrawlerScenes(crawler), played.episode, played.transitions.first)
    let sum = played.transitions.reduce(0) { $0 + $1.reward }
    for transition in played.transitions { try stage.advance(transition) }
    #expect(stage.scene.totalReturn == sum)
    let caption = Caption(stage.scene, actions: crawler.description.actions)
    #expect(caption.ending == .timeLimit)
    #expect(["arm up", "arm down", "hand up", "hand down"].contains(caption.action))
  }
}
