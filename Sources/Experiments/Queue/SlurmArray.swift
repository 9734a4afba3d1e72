import Platform

/// The lines of a manifest as one array job of Slurm. The script is complete, so that it can be
/// changed by hand, or used with another scheduler.
package struct SlurmArray: Sendable {
  /// The folder of the sweep, the manifest in it, and the program, as every node sees them.
  package let manifest: String
  package let program: String
  /// Options from the user, word by word: `--partition=cpu`.
  package var options: [String]
  /// The lines to run, in order, and how many each task of the array runs.
  private let lines: [Int]
  private let each: Int
  /// How many tasks may run at once, in the array's notation.
  private let limit: String

  /// A script for lines, in no more tasks than a site allows in an array.
  package init(
    _ lines: [Int], of manifest: String, program: String, options: [String], mostTasks: Int = 1001,
    atOnce most: Int? = nil
  ) {
    (self.lines, self.manifest, self.program, self.options) = (lines, manifest, program, options)
    limit = most.map { "%\($0)" } ?? ""
    // The largest array index is one less than the limit.
    each = max(1, ((lines.last ?? 1) + max(2, mostTasks) - 2) / (max(2, mostTasks) - 1))
  }

  /// How many tasks the array has.
  package var count: Int { numbers.count }

  /// The indices of the array's tasks: task n runs the lines (n − 1) · each + 1 to n · each.
  private var numbers: [Int] {
    var numbers: [Int] = []
    for line in lines where numbers.last != (line - 1) / each + 1 {
      numbers.append((line - 1) / each + 1)
    }
    return numbers
  }

  /// Numbers in an array's notation: 1-3,7.
  static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound == number - 1 {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }.joined(separator: ",")
  }

  /// The job's script. A task that is preempted, or whose time is nearly over, stops, copies its recording, and
  /// returns to the queue, where it continues from there.
  package var script: String {
    let stem = Files.stem(Files.folder(of: manifest))
    let line = each == 1 ? "$task" : "$(((task - 1) * \(each) + 1))-$((task * \(each)))"
    // The user's options come last: Slurm uses the later of two conflicting options.
    let header =
      [
        "--job-name=reel-\(stem)", "--array=\(Self.ranges(numbers))\(limit)", "--requeue",
        "--signal=B:USR1@90", "--open-mode=append",
        "--output=\("\(manifest).slurm-%A_%a.log".quotedForShell)",
      ] + options
    return """
      #!/bin/bash
      \(header.map { "#SBATCH \($0)" }.joined(separator: "\n"))

      # One task of the array, or of any scheduler that passes its index as the first argument.
      task=${SLURM_ARRAY_TASK_ID:-$1}
      # Recordings are made on the node's own disk, and copied every three minutes and at the end.
      scratch=${SLURM_TMPDIR:-${TMPDIR:-/tmp}}

      # Slurm sends USR1 before the time limit, and TERM before a preemption: the run stops and can continue.
      again=
      trap 'again=yes; kill -TERM $run 2>/dev/null' USR1
      trap 'kill -TERM $run 2>/dev/null' TERM
      \(program.quotedForShell) run-task \(manifest.quotedForShell) "\(line)" \\
        --scratch "$scratch" --threads "${SLURM_CPUS_PER_TASK:-1}" &
      run=$!
      # A signal ends the first wait, not the run.
      wait $run; code=$?
      while kill -0 $run 2>/dev/null; do wait $run; code=$?; done

      if [ -n "$again" ] && [ $code = 130 ]; then
        echo "the time is nearly over: task $task goes back into the queue" >&2
        # By its index in the array: the job number of the last task is that of the whole array.
        scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
      fi
      exit $code

      """
  }
}
