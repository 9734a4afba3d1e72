import Analysis
import Raster
import Replay
import Testing

@Suite struct WorldColorsTests {
  @Test(arguments: Theme.all)
  func `what is drawn on a floor stands out from it`(theme: Theme) {
    for color in [theme.agent, theme.goal, theme.wall] {
      #expect(OKLab(color).distance(to: OKLab(theme.floor)) > 0.2)
    }
    #expect(OKLab(theme.hole).distance(to: OKLab(theme.ice)) > 0.15)
  }

  @Test(arguments: Theme.all)
  func `a film of a world has room for its colours and the page's`(theme: Theme) {
    let all = Set(theme.worldColors)
    #expect(all.isSuperset(of: theme.declaredColors) && all.contains(theme.hole))
    #expect(all.count < 64)
  }
}
