package import Analysis
package import Rollouts

/// All that a page shows of some runs: plain values, to be written as one file that needs nothing else.
package struct Report: Sendable {
  /// What stands at the top.
  package var title: String
  /// What made it, as in "reel 0.1.0".
  package var maker: String
  /// The runs, in the order in which they stand side by side.
  package var runs: [Run]

  /// A report of runs.
  package init(title: String, maker: String, runs: [Run]) {
    precondition(!runs.isEmpty, "a report is of at least one run")
    self.title = title
    self.maker = maker
    self.runs = runs
  }

  /// One run.
  package struct Run: Sendable {
    /// What tells it from the others.
    package var name: String
    /// The world and map that it was run on: returns of others have nothing in common with its own.
    package var task: String
    /// What is to be known first, each with its name.
    package var facts: [(name: String, value: String)]
    /// Every setting.
    package var settings: [(name: String, value: String)]
    /// What to type to get the same run again.
    package var command: String
    /// What the run's author noted.
    package var note = ""
    /// Whose values an episode shows, where it is not the table at that very step.
    package var judge = ""
    /// Its returns.
    package var curve: Curve
    /// The actions' names and ways.
    package var actions: [ActionMeaning]
    /// The board that its episodes are played on; nil where they are shown as pictures.
    package var board: Board?
    /// What was learned, over the course of training.
    package var heat: Heat?
    /// What the player can play.
    package var episodes: [Episode]

    /// A run without board, heat map and note.
    package init(
      name: String, task: String, facts: [(name: String, value: String)],
      settings: [(name: String, value: String)], command: String, curve: Curve,
      actions: [ActionMeaning], episodes: [Episode]
    ) {
      self.name = name
      self.task = task
      self.facts = facts
      self.settings = settings
      self.command = command
      self.curve = curve
      self.actions = actions
      self.episodes = episodes
    }
  }

  /// A board of cells, which the page draws itself.
  package struct Board: Sendable {
    /// What it is: `maze`, `lake` or `grid`.
    package var kind: String
    package var columns: Int
    /// Row by row from the top: 0 floor, 1 wall, 2 goal, 3 hole, 4 exit.
    package var cells: [UInt8]
    /// The place that episodes start in.
    package var start: Int
    /// What the exits pay, by their places.
    package var exits: [(place: Int, value: Double)]

    /// A board.
    package init(
      kind: String, columns: Int, cells: [UInt8], start: Int,
      exits: [(place: Int, value: Double)] = []
    ) {
      self.kind = kind
      self.columns = columns
      self.cells = cells
      self.start = start
      self.exits = exits
    }
  }

  /// Heat maps of one table at some of its steps, all in one colour scale.
  package struct Heat: Sendable {
    package var maps: [HeatMap]
    /// The step of each.
    package var steps: [Int]
    /// The episode of each.
    package var episodes: [Int]
    package var scale: ColorScale
    /// What the directions are where they are not those of a map.
    package var directions: String

    /// The maps of some steps.
    package init(
      maps: [HeatMap], steps: [Int], episodes: [Int], scale: ColorScale, directions: String = ""
    ) {
      precondition(!maps.isEmpty && maps.count == steps.count && maps.count == episodes.count)
      self.maps = maps
      self.steps = steps
      self.episodes = episodes
      self.scale = scale
      self.directions = directions
    }
  }

  /// An episode, moment by moment: one more than steps, or every so many of them.
  package struct Episode: Sendable {
    package var number: Int
    /// Why it was chosen, as in "best"; its number speaks for itself otherwise.
    package var label: String
    /// How it ended, in a word.
    package var ending: String
    /// The steps done at each moment.
    package var steps: [Int]
    /// The return at each moment.
    package var returns: [Double]
    /// What was done next; nil at the end, or where actions are no choice of few.
    package var actions: [Int?]
    /// Where the agent was, as a place of the board.
    package var places: [Int] = []
    /// What each action was thought to be worth, moment after moment; empty where nobody knows.
    package var values: [Float] = []
    /// The picture of each moment; empty where there is a board.
    package var pictures: [Picture] = []

    /// An episode without places, values and pictures.
    package init(
      number: Int, label: String, ending: String, steps: [Int], returns: [Double], actions: [Int?]
    ) {
      precondition(!steps.isEmpty && steps.count == returns.count && steps.count == actions.count)
      self.number = number
      self.label = label
      self.ending = ending
      self.steps = steps
      self.returns = returns
      self.actions = actions
    }
  }

  /// What changed since the moment before, as a PNG file, and where; the first is the whole picture.
  package struct Picture: Sendable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int
    package var png: [UInt8]

    /// A part of a picture; one without size changes nothing.
    package init(x: Int, y: Int, width: Int, height: Int, png: [UInt8]) {
      self.x = x
      self.y = y
      self.width = width
      self.height = height
      self.png = png
    }
  }
}
