import Rollouts
import TestSupport
import Testing

/// Commands that work with networks, run as written.
@Suite struct NetworkCommandTests {
  @Test func `a city is trained, filmed, drawn, evaluated and exported`() throws {
    try Tour.use { folder in
      let lines = [
        "train city --map eixample --steps 3000 --seed 1 -o recordings/city.sqlite",
        "film recordings/city.sqlite --episode last -o output/city.gif",
        "film recordings/city.sqlite --episode 1 --camera follow --size 240 -o output/follow.gif",
        "heatmap recordings/city.sqlite --target A2 --at end -o output/city-value.png",
        "heatmap recordings/city.sqlite --heading 90 -o output/city-value.csv",
        "export recordings/city.sqlite --parameters -o output/city.safetensors",
        "explain dqn recordings/city.sqlite",
      ]
      for line in lines {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 0, "reel \(line): \(outcome.errors)")
      }
      let text = try Program.reel("heatmap", "recordings/city.sqlite", in: folder)
      #expect(text.code == 64 && text.errors.contains("such a map does not fit a terminal"))
      let evaluation = try Program.reel(
        line: "evaluate recordings/city.sqlite --steps 2000 --json", in: folder)
      let report = try JSON(parsing: evaluation.output)
      #expect(report["steps"]?.int == 2000)
      for key in ["targets", "laps", "off_road"] { #expect(report[key]?.double != nil, "\(key)") }
      #expect((0...1).contains(report["off_road"]?.double ?? -1))
    }
  }

  @Test func `Snake is trained, filmed and drawn, and its best network is kept`() throws {
    try Tour.use { folder in
      let lines = [
        "train snake --episodes 12 --seed 1 -o recordings/snake.sqlite",
        "film recordings/snake.sqlite --episode best -o output/snake.gif",
        "heatmap recordings/snake.sqlite --at best -o output/snake-q.png",
        "heatmap recordings/snake.sqlite --like 20 -o output/snake-q.csv",
        "evaluate recordings/snake.sqlite --at best --episodes 3 -o recordings/played.sqlite",
      ]
      for line in lines {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 0, "reel \(line): \(outcome.errors)")
      }
      let info = try Program.reel("info", "recordings/played.sqlite", "--json", in: folder)
      #expect(try JSON(parsing: info.output)["purpose"]?.text == "evaluate")
    }
  }

  @Test(arguments: [
    ("maze", 4), ("lake", 4), ("grid", 5), ("crawler", 4), ("snake", 3), ("city", 3),
    ("breakout", 3), ("reacher", 4),
  ])
  func `any world can be explored before it is learned`(world: String, actions: Int) throws {
    try Tour.use { folder in
      let text = try Program.reel(line: "explore \(world) --episodes 3", in: folder)
      #expect(text.code == 0 && text.output.contains("one action, 100 steps"), "\(text.errors)")
      let outcome = try Program.reel(line: "explore \(world) --episodes 3 --json", in: folder)
      let json = try JSON(parsing: outcome.output)
      #expect(json["world"]?.text == world)
      #expect(try json.elements("fixed").count == actions)
    }
  }

  @Test func `the page shows what exploring the maze prints`() throws {
    let outcome = try Program.reel("explore", "maze", in: "/tmp")
    #expect(try Repository.text("docs/worlds.md").contains("```text\n\(outcome.output)```"))
  }

  #if MuJoCo
    @Test func `an arm with MuJoCo's physics is trained, played and drawn`()
      throws
    {
      // No maps: the model is built in.
      try withTemporaryFolder { folder in
        let lines = [
          "train reacher --set physics=mujoco --steps 4096 --seed 1 -o mujoco.sqlite",
          "evaluate mujoco.sqlite --episodes 2 -o played.sqlite",
          "explore reacher --set physics=mujoco --episodes 2",
          "render played.sqlite --episode 1 -o frames",
          "film mujoco.sqlite --episode last -o reacher.gif",
        ]
        for line in lines {
          let outcome = try Program.reel(line: line, in: folder)
          #expect(outcome.code == 0, "reel \(line): \(outcome.errors)")
        }
        let info = try Program.reel("info", "played.sqlite", "--json", in: folder)
        let settings = try JSON(parsing: info.output)["configuration"]
        #expect(settings?["physics"]?.text == "mujoco")
      }
    }
  #else
    @Test func `without MuJoCo its physics is refused with one sentence`() throws {
      let outcome = try Program.reel("train", "reacher", "--set", "physics=mujoco", in: "/tmp")
      #expect(outcome.code == 1)
      #expect(outcome.errors.contains("physics=mujoco needs MuJoCo"), "\(outcome.errors)")
    }
  #endif

  @Test func `long episodes show every nth frame, and say so`() throws {
    try Tour.use { folder in
      let training = "train crawler --episodes 1 -o recordings/c.sqlite"
      #expect(try Program.reel(line: training, in: folder).code == 0)
      let film = try Program.reel(
        line: "film recordings/c.sqlite --size 120 -o output/c.gif --json", in: folder)
      #expect(film.errors.contains("1,001 frames: every 2nd is shown; --most 1001 shows all"))
      #expect(try JSON(parsing: film.output)["frames"]?.int == 501)
    }
  }

  @Test func `a study is the same on one core as on two, and continues where it stopped`() throws {
    try Tour.use { folder in
      let line = "study gamma --values 0.9,0.1 --seeds 2 --steps 1500 -o"
      #expect(try Program.reel(line: "\(line) output/two", in: folder).code == 0)
      let one = try Program.shell(
        "taskset -c 0 \(Program.reel()) \(line) output/one", in: folder)
      #expect(one.code == 0, "\(one.errors)")
      for file in ["runs.csv", "curves.csv", "report.md", "chart.png"] {
        let same = try Program.shell("cmp output/one/\(file) output/two/\(file)", in: folder)
        #expect(same.code == 0, "\(file)")
      }
      let again = try Program.reel(line: "\(line) output/two", in: folder)
      #expect(again.errors.contains("4 of 4 runs are already done"))
      #expect(try Program.shell("grep -c , output/two/runs.csv", in: folder).output == "5\n")
      // A run that was killed between its last step and its last checkpoint is not done.
      let cut = try Program.shell(
        "sqlite3 output/two/runs/gamma0.1-s1.sqlite 'DELETE FROM checkpoints WHERE step = 1500'",
        in: folder)
      #expect(cut.code == 0)
      let repaired = try Program.reel(line: "\(line) output/two", in: folder)
      #expect(repaired.errors.contains("3 of 4 runs are already done"), "\(repaired.errors)")
      #expect(
        try Program.shell("cmp output/one/runs.csv output/two/runs.csv", in: folder).code == 0)
    }
  }

  @Test(arguments: [
    ("q recordings/s.sqlite", "this needs a recording of a Q-table, and dqn made this one", 1),
    ("evaluate recordings/s.sqlite --exact", "--exact is for Q-tables", 64),
    ("heatmap recordings/s.sqlite --target A2", "snake has no target, only like", 64),
    ("heatmap recordings/s.sqlite --of visits", "only Q-tables count visits", 64),
    ("film recordings/s.sqlite --camera follow", "snake has no camera 'follow', only whole", 64),
    ("solve snake", "this is for Q-tables, and snake has none", 1),
    ("train snake --map x.txt", "snake has no maps", 64),
    ("train snake --set double=yes", "double needs a target network", 64),
    ("train city --map nowhere", "there is no map 'nowhere' of city", 64),
  ])
  func `what networks cannot do is refused with one sentence`(line: String, says: String, code: Int)
    throws
  {
    try Tour.use { folder in
      let training = "train snake --episodes 2 -o recordings/s.sqlite"
      #expect(try Program.reel(line: training, in: folder).code == 0)
      let outcome = try Program.reel(line: line, in: folder)
      #expect(outcome.code == Int32(code))
      #expect(outcome.errors.contains(says), "\(outcome.errors)")
    }
  }

  @Test func `a NaN loss stops the run, and the recording says so`() throws {
    try Tour.use { folder in
      let outcome = try Program.reel(
        line: "train city --steps 5000 --set learning_rate=100 --set gamma=2 --set loss=mse "
          + "--set hidden=30,30,30,30,30,30 -o r.sqlite",
        in: folder)
      #expect(outcome.code == 1)
      #expect(outcome.errors.contains("losses/td_loss"), "\(outcome.errors)")
      #expect(outcome.errors.contains("gamma"), "\(outcome.errors)")
      let info = try Program.reel("info", "r.sqlite", in: folder)
      #expect(info.code == 0 && info.output.contains("interrupted"), "\(info.output)")
    }
  }

  @Test func `a GPT is trained, evaluated, played back and filmed with its attention`() throws {
    try Tour.use { folder in
      let small =
        "--set layers=1 --set heads=2 --set width=8 --set inner=8 --set worlds=2 --set rollout=64"
        + " --set minibatch=64 --set evaluate_every=2 --set evaluation_steps=50"
      let lines = [
        "train breakout --policy gpt --steps 512 \(small) --seed 1 -o recordings/gpt.sqlite",
        "evaluate recordings/gpt.sqlite --checkpoint best --steps 60 -o recordings/playback.sqlite",
        "render recordings/playback.sqlite --episode all --every 20 -o output/breakout",
        "film recordings/gpt.sqlite --episode last --overlay attention -o output/mean.gif",
        "film recordings/gpt.sqlite --episode last --overlay attention --head 2 -o output/two.gif",
        "render recordings/playback.sqlite --overlay attention --look ascii --every 30 -o output/o",
      ]
      for line in lines {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 0, "reel \(line): \(outcome.errors)")
      }
      let usual = try Program.reel(line: "evaluate recordings/gpt.sqlite --episodes 1", in: folder)
      let words = "played by the network of the best evaluation (step "
      #expect(usual.errors.contains(words), "\(usual.errors)")
      let last = "evaluate recordings/gpt.sqlite --episodes 1 --checkpoint last"
      #expect(try !Program.reel(line: last, in: folder).errors.contains("best evaluation"))
      let films = try ["mean", "two"].map {
        try Program.shell("cksum < output/\($0).gif", in: folder).output
      }
      #expect(films[0] != films[1], "one head attends differently from the mean of all")
      let info = try Program.reel(line: "info recordings/gpt.sqlite --json", in: folder)
      #expect(try JSON(parsing: info.output)["configuration"]?["policy"]?.text == "gpt")
    }
  }

  @Test(arguments: [
    ("train maze --policy gpt", 64, "no preset whose policy is gpt"),
    ("train breakout --preset default --policy gpt", 64, "does not go with"),
    ("train breakout --policy gpt --set heads=7 -o a.sqlite", 64, "multiple of heads"),
    ("train breakout --set policy=gpt -o a.sqlite", 64, "a GPT reads letters"),
    ("film recordings/b.sqlite --overlay attention", 1, "no policy that reads letters"),
    ("film recordings/b.sqlite --head 2", 64, "--overlay attention"),
  ])
  func `what a GPT cannot do is refused with one sentence`(
    line: String, code: Int32, sentence: String
  ) throws {
    try Tour.use { folder in
      let made = try Program.reel(
        line: "train breakout --steps 2048 --set evaluate_every=0 -o recordings/b.sqlite",
        in: folder)
      #expect(made.code == 0, "\(made.errors)")
      let outcome = try Program.reel(line: line, in: folder)
      #expect(outcome.code == code && outcome.errors.contains(sentence), "\(outcome.errors)")
    }
  }
}
