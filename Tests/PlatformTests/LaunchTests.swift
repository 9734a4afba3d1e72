import Platform
import Testing

struct LaunchTests {
  private static func launch(_ variables: [String: String]) -> Launch { Launch { variables[$0] } }

  @Test func `a process that was not started with others is alone`() throws {
    #expect(try Ranks.join(Self.launch([:])) == nil)
    #expect(try Ranks.join(Self.launch(["OMPI_COMM_WORLD_SIZE": "1", "SLURM_NTASKS": "1"])) == nil)
    #expect(!Self.launch(["OMPI_COMM_WORLD_SIZE": "1"]).isOneOfSeveral)
    #expect(Self.launch(["OMPI_COMM_WORLD_SIZE": "2"]).isOneOfSeveral)
  }

  @Test(arguments: [
    ["SLURM_NTASKS": "4"], ["SLURM_NTASKS": "4", "SLURM_PROCID": "3"],
    ["SLURM_NTASKS": "4", "OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"],
    ["SLURM_NTASKS": "4", "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"],
  ])
  func `Slurm tasks that are not one run's processes are refused before Open MPI is loaded`(
    variables: [String: String]
  ) {
    let processes = variables["OMPI_COMM_WORLD_SIZE"].flatMap { Int($0) } ?? 1
    #expect(throws: RanksError.otherTasks(4, processes: processes)) {
      try Ranks.join(Self.launch(variables))
    }
  }

  @Test(
    arguments: [
      // Bound to one of two; bound to none; four on sixteen, unbound and bound to half of them; alone.
      (1, 2, "2", 1), (2, 2, "2", 1), (16, 16, "4", 4), (8, 16, "4", 4), (2, 16, "4", 2),
      (2, 2, "8", 1), (3, 4, nil, 3),
    ] as [(Int, Int, String?, Int)])
  func `processes share a machine's processors`(
    allowed: Int, all: Int, here: String?, threads: Int
  ) {
    let launch = Launch { $0 == "OMPI_COMM_WORLD_LOCAL_SIZE" ? here : nil }
    #expect(launch.processors(allowed: allowed, all: all) == threads)
  }

  @Test func `without others there is nothing to exchange`() {
    let alone: Ranks? = nil
    var numbers = [1, 2, 3]
    alone.gather(&numbers)
    #expect(numbers == [1, 2, 3] && alone.isFirst && alone.count == 1)
    #expect(alone.share(of: 7) == 0..<7 && alone.firstToDiffer(in: [1]) == nil)
    #expect(alone.agree { true } && !alone.agree { false })
  }
}
