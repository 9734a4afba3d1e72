import Analysis
import Experiments
import Film
import Pictures
import Recordings
import Replay
import Rollouts

/// What a page shows of one run: plain values and painted pictures.
package struct RunReport {
  /// What distinguishes it from the others.
  package let name: String
  /// The world and map that it was run on: returns of others have nothing in common with its own.
  let task: String
  /// The runs that it belongs to: those that differ in their seeds alone.
  let group: String
  /// Whether its episodes, its heat map and its moments are shown as well.
  var isInFull = false
  /// What is to be known first, each with its name.
  var facts: [(name: String, value: String)]
  /// Every setting.
  var settings: [(name: String, value: String)]
  /// What to type to get the same run again.
  var command: String
  /// What the run's author noted.
  var note = ""
  /// Where an episode's values come from, if not from the table at that very step.
  var valueSource = ""
  /// Its returns, or what a language model's loss was; nil where nothing was learned from.
  var curve: Curve?
  /// The losses of a language model.
  var losses: LossCurve?
  /// What a language model wrote.
  var texts: [Text] = []
  /// The actions' names and ways.
  var actions: [ActionMeaning]
  /// What was learned, over the course of training.
  var heat: Heat?
  /// The board that its episodes are played on; nil where they are films.
  var board: GridParts?
  /// The steps that are worth looking at, and what to type to see them.
  var moments: [(moment: Moment, command: String?)] = []
  /// What to type before a step's number to have it explained; empty where nothing does.
  var explainCommand = ""
  /// What the player can play.
  package internal(set) var episodes: [Episode] = []

  /// The mean return of its last hundred episodes, or its last loss; that of nothing is the least.
  var score = -Double.infinity

  /// A text that a language model wrote.
  struct Text {
    /// Which it is, and how long and how sure.
    var heading: String
    var prompt: String
    var text: String
  }

  /// Something for light pages, and the same for dark ones.
  struct Themed<Value> {
    var light: Value
    var dark: Value
  }

  /// Heat maps of one table at some of its steps, all in one colour scale.
  struct Heat {
    var maps: [HeatMap]
    /// The step of each.
    var steps: [Int]
    /// The episode of each.
    var episodes: [Int]
    /// What they are put together from.
    var parts: Themed<HeatMapParts>
    /// What the directions are where they are not those of a map.
    var directions: String

    /// On maps of more cells nobody reads numbers, and a byte is enough for a colour.
    static let mostNumbers = 4096

    /// The last update of each cell by each map, as a place in `updates`; empty where there is no room for them.
    var lastUpdates: [[Int: Int]] = []
    var updates: [QUpdate] = []

    /// The most bytes that a map with `cells` cells takes: values, and greedy actions.
    static func byteCount(cells: Int) -> Int { cells * (cells <= mostNumbers ? 5 : 2) }
  }

  /// An episode, moment by moment: one more than steps, or every n-th of them.
  package struct Episode {
    var number: Int
    /// Why it was chosen, as in "best"; its number speaks for itself otherwise.
    var label: String
    /// How it ended, in a word.
    var ending: String
    /// The steps done at each moment.
    var steps: [Int] = []
    /// The return at each moment.
    var returns: [Double] = []
    /// The state at each moment.
    var states: [Value] = []
    /// What was done next; nil at the end, or where actions are no choice of few.
    var actions: [Int?] = []
    /// The recorded step of its first moment, and how far apart its steps are.
    var firstStep: Int
    var stride: Int
    /// Why each step was taken and what was learned from it, in lines; empty where nobody knows, or where the
    /// page has no room.
    var explanations: [String] = []
    /// About as many bytes as the explanation of a moment takes.
    static let explanationBytes = 420
    /// What each action was thought to be worth, moment after moment; empty where nobody knows.
    var values: [Float] = []
    /// What is seen.
    var view: View
  }

  /// What is seen of an episode.
  enum View {
    /// What lies over the run's board at each moment, and the pieces of trail that there are by then.
    case overlay([GridParts.Frame], trail: [GridParts.Placement], trailCounts: [Int])
    /// What changes from moment to moment.
    case film(Themed<FrameChanges>)
  }
}
