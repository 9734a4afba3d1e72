internal import Glibc

/// How this process was started, by what mpirun and Slurm say in its environment.
package struct Launch: Sendable, Equatable {
  /// How many processes mpirun has started, and how many of them on this machine; nil without mpirun.
  package var processes: Int?
  package var processesHere: Int?
  /// Which of them this is.
  package var rank = 0
  /// How many tasks the Slurm job has; nil outside Slurm.
  package var slurmTasks: Int?
  /// Whether something other than mpirun, such as srun, offers what Open MPI meets others by.
  private var hasManager = false

  /// By an environment.
  package init(_ environment: (String) -> String?) {
    func number(_ name: String) -> Int? { environment(name).flatMap { Int($0) } }
    processes = number("OMPI_COMM_WORLD_SIZE")
    processesHere = number("OMPI_COMM_WORLD_LOCAL_SIZE")
    rank = number("OMPI_COMM_WORLD_RANK") ?? number("PMIX_RANK") ?? number("SLURM_PROCID") ?? 0
    slurmTasks = number("SLURM_NTASKS")
    hasManager = processes == nil && (environment("PMIX_RANK") ?? environment("PMI_RANK")) != nil
  }

  /// How this process was started. Read anew each time: Open MPI itself says more once processes have met.
  package static var here: Launch {
    Launch { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
  }

  /// How many processes will meet; nil where only Open MPI can say.
  var processesToMeet: Int? { hasManager ? nil : processes ?? 1 }

  /// Refuses another number than that of Slurm's tasks. On other machines than the first, mpirun's processes
  /// see the number of its own helpers instead.
  func check(_ count: Int) throws(RanksError) {
    guard let slurmTasks, slurmTasks != count, processes == nil || rank == 0 else { return }
    throw .otherTasks(slurmTasks, processes: count)
  }

  /// Whether mpirun has started several processes, each of which would do all of what one does.
  package var isOneOfSeveral: Bool { (processes ?? 1) > 1 }

  /// How many of a machine's processors each process may use, of those that the system allows it: where
  /// mpirun has not bound processes to their own, they share all evenly.
  package func processors(allowed: Int, all: Int) -> Int {
    max(1, min(allowed, all / max(1, processesHere ?? 1)))
  }
}

/// Why processes cannot share a run.
package enum RanksError: Error, Equatable, CustomStringConvertible {
  /// Open MPI cannot be loaded, though something says that there are several processes.
  case noLibrary(processes: Int)
  /// Slurm has started a number of tasks, and Open MPI knows another number of processes.
  case otherTasks(Int, processes: Int)

  /// The failure as one sentence.
  package var description: String {
    switch self {
    case .noLibrary(let processes):
      "\(processes) processes were started, and Open MPI's "
        + "libmpi.so.40, by which they share a run, cannot be loaded; "
        + "apt-get install libopenmpi3 brings it"
    case .otherTasks(let tasks, let processes):
      "SLURM_NTASKS is \(tasks), and Open MPI knows \(processes) "
        + (processes == 1 ? "process" : "processes")
        + ", so each part would train alone; start it by mpirun or by srun --mpi=pmix with as many "
        + "processes as tasks"
    }
  }
}
