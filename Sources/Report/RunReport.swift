import Analysis
import Experiments
import Film
import Pictures
import Recordings
import Replay
import Rollouts

/// A run on a page: plain values and painted pictures.
package struct RunReport {
  /// Its name beside the others.
  package let name: String
  /// Its world and map: returns of others are not comparable.
  let task: String
  /// Its group: runs that differ only in their seeds.
  let group: String
  /// Whether its episodes, its heat map and its moments are shown as well.
  var isInFull = false
  /// The most important facts, each with its name.
  var facts: [(name: String, value: String)]
  /// Every setting.
  var settings: [(name: String, value: String)]
  /// The command that makes the same run again.
  var command: String
  /// The note of the run's author.
  var note = ""
  /// The source of an episode's values, unless it is the table at that very step.
  var valueSource = ""
  /// Its returns, or a language model's losses; nil if nothing was learned.
  var curve: Curve?
  /// The losses of a language model.
  var losses: LossCurve?
  /// The texts that a language model wrote.
  var texts: [Text] = []
  /// The actions' names and directions.
  var actions: [ActionMeaning]
  /// What was learned, over the course of training.
  var heat: Heat?
  /// The board of its episodes; nil if they are films.
  var board: GridParts?
  /// The moments, with the commands that show them.
  var moments: [(moment: Moment, command: String?)] = []
  /// The command that explains a step, without the number; empty if there is none.
  var explainCommand = ""
  /// The episodes that can be played.
  package internal(set) var episodes: [Episode] = []

  /// The mean return of its last hundred episodes, or its last loss; the lowest possible if there is none.
  var score = -Double.infinity

  /// A text that a language model wrote.
  struct Text {
    /// Which text it is, its length and its perplexity.
    var heading: String
    var prompt: String
    var text: String
  }

  /// A value for light pages, and the same for dark ones.
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
    /// The parts that they are assembled from.
    var parts: Themed<HeatMapParts>
    /// The meaning of the directions if they are not those of a map.
    var directions: String

    /// Maps with more cells show no numbers, so one byte is enough for a colour.
    static let mostNumbers = 4096

    /// The last update of each cell at each map, as an index in `updates`; empty if there is no space.
    var lastUpdates: [[Int: Int]] = []
    var updates: [QUpdate] = []

    /// The most bytes of a map with `cells` cells: values, and greedy actions.
    static func byteCount(cells: Int) -> Int { cells * (cells <= mostNumbers ? 5 : 2) }
  }

  /// An episode, moment by moment: one more than its steps, or every n-th of them.
  package struct Episode {
    var number: Int
    /// Why it was chosen, such as "best"; empty for an episode chosen by number.
    var label: String
    /// Its ending, as a word.
    var ending: String
    /// The steps done at each moment.
    var steps: [Int] = []
    /// The return at each moment.
    var returns: [Double] = []
    /// The state at each moment.
    var states: [Value] = []
    /// The next action; nil at the end, or if there are not a few choices.
    var actions: [Int?] = []
    /// The recorded step of its first moment, and the distance between its steps.
    var firstStep: Int
    var stride: Int
    /// Why each step was taken and what was learned from it, in lines; empty if unknown, or if the
    /// page has no space.
    var explanations: [String] = []
    /// The approximate bytes of a moment's explanation.
    static let explanationBytes = 420
    /// The value of each action, moment after moment; empty if unknown.
    var values: [Float] = []
    /// The pictures.
    var view: View
  }

  /// The pictures of an episode.
  enum View {
    /// The sprites on the run's board at each moment, and the pieces of trail by then.
    case overlay([GridParts.Frame], trail: [GridParts.Placement], trailCounts: [Int])
    /// What changes from moment to moment.
    case film(Themed<FrameChanges>)
  }
}
