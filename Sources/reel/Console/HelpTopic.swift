import Experiments
import Recordings

/// A page of help about something other than a verb: `reel help TOPIC`, and a section of the manual.
struct HelpTopic {
  let name: String
  let summary: String
  let text: String

  /// The name as a heading.
  var title: String { name.replacing("-", with: " ") }
  /// The page of help: a paragraph is one line, which fits any terminal, and indented lines stay.
  var page: String {
    var lines: [String] = []
    var isInParagraph = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let flows = !line.isEmpty && line.first != " "
      if flows, isInParagraph {
        lines[lines.count - 1] += " " + line
      } else {
        lines.append(String(line))
      }
      isInParagraph = flows
    }
    return "\(title): \(summary)\n\n\(lines.joined(separator: "\n"))\n"
  }

  static let all = [recording, episodes, conditions, settings, exitCodes]

  private static let recording = HelpTopic(
    name: "recording", summary: "what a recording is, and how its file behaves",
    text: """
      A recording is one run in one SQLite file: every state, action and reward, the settings,
      the map, and what was learned. Any SQLite tool reads it, while it is written and after:

        sqlite3 recordings/maze.sqlite "SELECT * FROM rollout LIMIT 5"

      A run is on disk within a quarter of a second. A program that is killed loses what came
      after the last commit, and reel train --resume FILE continues exactly from there.

      While a recording is written, there are two files beside it, ending in -wal and -shm. They
      belong to it: copy a running recording with reel copy, not with cp. A recording needs a
      local disk, because SQLite's write-ahead log does not work on network file systems; on a
      cluster, use reel run-task --scratch.

      reel verify proves that nothing changed since it was written. reel digest prints a hash
      of what was played and learned: the same seed and settings give the same one. reel recover
      saves the intact part of a damaged file. docs/format.md describes the tables.
      """)

  private static let episodes = HelpTopic(
    name: "episodes", summary: "how to choose episodes: --episode",
    text: """
      --episode WHICH takes

        first, last         by number
        best, worst         by return; the first of equals
        best 3, worst 3     several of them
        median              the one with the middle return
        all                 every one
        7                   episode 7; they count from 1
        10-20               episodes 10 to 20
        first,7,best        several, in this order

      --where CONDITION keeps those that meet a condition (reel help where), --first-success is
      the first that succeeds, --failures are those that do not succeed. reel episodes FILE lists
      them all.

      A moment of a recording, as --at and --checkpoint take it, is a step's number, a share
      such as 50%, or end; for networks also best, the checkpoint of the best evaluation.
      """)

  private static let conditions = HelpTopic(
    name: "where", summary: "conditions on episodes: --where",
    text: """
      --where 'CONDITION' keeps the episodes that meet it:

        --where 'return > 0 and steps < 20'
        --where 'success or ending = truncated'
        --where 'not success and episode >= 500'

      Quote it, because a shell interprets > and ( itself. It can use:

        return     the sum of the rewards
        steps      how many the episode has
        episode    its number, from 1
        step       the number of its first step in the run
        ending     terminated, truncated, interrupted or running
        success    whether the world counts it as one
        < <= = != >= >, and, or, not, ( )

      With reel episodes it lists them, with film, render and report it shows them.
      """)

  private static let settings = HelpTopic(
    name: "settings", summary: "settings and presets: --set, --preset, --seeds",
    text: """
      reel train WORLD --settings lists every setting with its value and meaning, and the
      presets. --preset NAME begins with other values, --set NAME=VALUE changes one:

        reel train lake --preset original --set alpha=0.05 --set epsilon='linear(1,0.1)'

      Learning rate and exploration of tables may change from episode to episode:

        0.1                      always the same
        linear(1,0.1)            in a straight line from the first to the last episode
        cosine(1,0.1)            slow, fast, slow
        exponential(1,.99,.01)   times .99 after each episode, never below .01
        ramp(1,0.1,80)           in a straight line over 80 episodes, then .1

      --seed N trains one run. --seeds trains several: \(Seeds.help).
      reel sweep trains every combination of values: --set alpha=0.05,0.1,0.2.

      Settings are kept with the run: reel info FILE prints them, and reel fork FILE --at STEP
      --set NAME=VALUE continues from any moment with others.
      """)

  static let exitCodes = HelpTopic(
    name: "exit-codes", summary: "what the program's exit codes mean",
    text: """
        0    done
        1    failed; one line on standard error says why
        3    done, but something was lost: reel recover found damage, for example
        64   the command line is wrong
        130  stopped by Ctrl-C or SIGTERM; everything until then is on disk, and reel train
             --resume continues

      Results go to standard output, progress and messages to standard error. --json prints
      results as JSON, whose keys stay as they are; --quiet prints errors only.
      """)
}
