internal import Glibc

/// How this process was started, as mpirun and Slurm describe it in the environment.
package struct Launch: Sendable, Equatable {
  /// How many processes mpirun started, in total and on this machine; nil without mpirun.
  package var processes: Int?
  package var processesHere: Int?
  /// This process's number among them.
  package var rank = 0
  /// How many tasks the Slurm job has; nil outside Slurm.
  package var slurmTasks: Int?
  /// Whether a launcher other than mpirun, such as srun, provides what Open MPI needs to connect
  /// processes.
  private var hasManager = false

  /// The launch that an environment describes.
  package init(_ environment: (String) -> String?) {
    func number(_ name: String) -> Int? { environment(name).flatMap { Int($0) } }
    processes = number("OMPI_COMM_WORLD_SIZE")
    processesHere = number("OMPI_COMM_WORLD_LOCAL_SIZE")
    rank = number("OMPI_COMM_WORLD_RANK") ?? number("PMIX_RANK") ?? number("SLURM_PROCID") ?? 0
    slurmTasks = number("SLURM_NTASKS")
    hasManager = processes == nil && (environment("PMIX_RANK") ?? environment("PMI_RANK")) != nil
  }

  /// How this process was started. Read again each time, because Open MPI adds variables once it
  /// has connected the processes.
  package static var here: Launch {
    Launch { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
  }

  /// How many processes will share the run; nil where only Open MPI knows.
  var processesToMeet: Int? { hasManager ? nil : processes ?? 1 }

  /// Throws unless the count equals Slurm's number of tasks. On machines other than the first,
  /// mpirun's processes see the number of mpirun's own helper processes instead.
  func check(_ count: Int) throws(RanksError) {
    guard let slurmTasks, slurmTasks != count, processes == nil || rank == 0 else { return }
    throw .otherTasks(slurmTasks, processes: count)
  }

  /// Whether mpirun started several processes, each of which would do all the work of one.
  package var isOneOfSeveral: Bool { (processes ?? 1) > 1 }

  /// How many of a machine's processors each process may use, at most those that the system allows
  /// it. Where mpirun has not bound processes to processors, they share all evenly.
  package func processors(allowed: Int, all: Int) -> Int {
    max(1, min(allowed, all / max(1, processesHere ?? 1)))
  }
}

/// Why processes cannot share a run.
package enum RanksError: Error, Equatable, CustomStringConvertible {
  /// Open MPI cannot be loaded, although the environment describes several processes.
  case noLibrary(processes: Int)
  /// Slurm and Open MPI disagree on the number of processes.
  case otherTasks(Int, processes: Int)

  /// The failure as one sentence.
  package var description: String {
    switch self {
    case .noLibrary(let processes):
      "\(processes) processes were started, and Open MPI's "
        + "libmpi.so.40, with which they share a run, cannot be loaded; "
        + "install it with apt-get install libopenmpi3"
    case .otherTasks(let tasks, let processes):
      "SLURM_NTASKS is \(tasks), but Open MPI knows \(processes) "
        + (processes == 1 ? "process" : "processes")
        + ", so each part would train alone; start it with mpirun or with srun --mpi=pmix and as many "
        + "processes as tasks"
    }
  }
}
