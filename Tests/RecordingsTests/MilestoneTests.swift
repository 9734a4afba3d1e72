import Recordings
import Rollouts
import Testing

@Suite struct MilestoneTests {
  private func episode(_ number: Int, from step: Int, steps: Int, _ total: Double) -> Episode {
    Episode(
      number: number, seed: 1, firstStep: step, stride: 1, steps: steps, return: total,
      ending: .terminated)
  }

  private func milestones(of episodes: [Episode]) throws -> [Milestone] {
    // Some at a time, as a recording hands them over.
    try Milestone.all { body in
      for first in stride(from: 0, to: episodes.count, by: 4) {
        try body(Array(episodes[first..<min(first + 4, episodes.count)]))
      }
    }
  }

  @Test func `each third is represented by a typical episode, and the first episode comes first`()
    throws
  {
    // Nine episodes of ten steps each; returns rise, but the fifth was lucky.
    let returns = [0.0, 1, 2, 3, 99, 5, 6, 7, 8]
    let episodes = returns.enumerated().map {
      episode($0.offset + 1, from: $0.offset * 10, steps: 10, $0.element)
    }
    let milestones = try self.milestones(of: episodes)
    #expect(milestones.map(\.name) == ["First try", "Early", "Middle", "Late"])
    #expect(milestones.map(\.episode.number) == [1, 2, 6, 8])
  }

  @Test func `of typical episodes the one nearest to the middle of its part is taken`() throws {
    let episodes = (0..<90).map { episode($0 + 1, from: $0, steps: 1, 7) }
    #expect(try milestones(of: episodes).map(\.episode.number) == [1, 16, 46, 76])
    // Two of three succeed, as on a lake: a typical one does, and is not the earliest that does.
    let mixed = (0..<90).map { episode($0 + 1, from: $0, steps: 1, $0 % 3 == 0 ? 0 : 1) }
    #expect(try milestones(of: mixed).map(\.episode.number) == [1, 15, 45, 75])
  }

  @Test func `few episodes are all shown, and a running one if none is over`() throws {
    let few = (0..<3).map { episode($0 + 1, from: $0 * 5, steps: 5, 1) }
    #expect(try milestones(of: few).map(\.name) == ["Episode 1", "Episode 2", "Episode 3"])
    var open = few[0]
    open.ending = .running
    #expect(try milestones(of: [open]).map(\.episode) == [open])
    #expect(try milestones(of: []).isEmpty)
  }
}
