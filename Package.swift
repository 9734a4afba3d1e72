// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
/// For the rooms that touch C: every unsafe expression is marked.
let marked = strict + [.strictMemorySafety()]

func library(
  _ name: String, uses rooms: [Target.Dependency] = [], settings: [SwiftSetting] = strict,
  path: String? = nil, excluding: [String] = []
) -> Target {
  .target(
    name: name, dependencies: rooms, path: path ?? "Sources/\(name)", exclude: excluding,
    swiftSettings: settings)
}

func foreign(_ name: String, pkgConfig: String? = nil, package: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

func tests(
  of room: String, uses rooms: [Target.Dependency] = [], excluding: [String] = []
) -> Target {
  .testTarget(
    name: "\(room)Tests", dependencies: rooms + ["TestSupport"], path: "Tests/\(room)Tests",
    exclude: excluding, swiftSettings: strict)
}

let package = Package(
  name: "reel",
  products: [.executable(name: "reel", targets: ["reel"])],
  traits: [
    .default(enabledTraits: ["MuJoCo"]),
    .trait(name: "MuJoCo", description: "Reacher by MuJoCo itself, beside the closed form"),
  ],
  targets: [
    // C libraries, one Swift room each.
    foreign("CSQLite", pkgConfig: "sqlite3", package: "libsqlite3-dev"),
    foreign("CPNG", pkgConfig: "libpng", package: "libpng-dev"),
    foreign("CGIF", package: "libgif-dev"),
    foreign("CCairo", pkgConfig: "cairo", package: "libcairo2-dev"),
    foreign("COpenBLAS", package: "libopenblas0"),
    foreign("CMuJoCo", package: "libmujoco-dev"),
    .target(name: "CKernels", path: "Sources/C/CKernels"),

    // Rooms; arrows point down only.
    library("Rollouts"),
    library("Worlds", uses: ["Rollouts"]),
    library(
      "Physics",
      uses: ["Rollouts", .target(name: "CMuJoCo", condition: .when(traits: ["MuJoCo"]))],
      settings: marked),
    library("Neural", uses: ["Rollouts", "CKernels", "COpenBLAS"], settings: marked),
    library("Language", uses: ["Rollouts", "Neural"]),
    library("Trainers", uses: ["Rollouts", "Neural", "Language"]),
    library("SQLite", uses: ["CSQLite"], settings: marked),
    library("Recordings", uses: ["Rollouts", "SQLite"], settings: marked),
    library("Proofs", uses: ["Rollouts", "Worlds", "Recordings"]),
    library("Raster", uses: ["CCairo"], settings: marked),
    library("Film", uses: ["Raster", "CPNG"], settings: marked),
    library("Replay", uses: ["Rollouts", "Worlds", "Recordings", "Raster"]),
    library("Analysis", uses: ["Rollouts", "Recordings", "Raster"]),
    .target(
      name: "Report", dependencies: ["Rollouts", "Recordings", "Raster", "Analysis"],
      path: "Sources/Report", resources: [.embedInCode("Page")], swiftSettings: strict),
    library(
      "Benchmarks",
      uses: [
        "Rollouts", "Worlds", "Neural", "Language", "Trainers", "Recordings", "Raster", "Film",
        "Replay", "Analysis",
      ],
      path: "Benchmarks", excluding: ["peers"]),
    .executableTarget(
      name: "reel",
      dependencies: [
        "Rollouts", "Worlds", "Physics", "Neural", "Language", "Trainers", "SQLite", "Recordings",
        "Proofs", "Raster", "Film", "Replay", "Analysis", "Report", "Benchmarks",
      ],
      path: "Sources/reel", swiftSettings: strict),

    // Tests, one folder per room.
    library(
      "TestSupport", uses: ["Rollouts", "Raster", "Film", "CGIF"], path: "Tests/TestSupport"),
    tests(of: "Rollouts", uses: ["Rollouts"]),
    tests(of: "Worlds", uses: ["Rollouts", "Worlds"]),
    tests(of: "Physics", uses: ["Rollouts", "Worlds", "Physics"]),
    tests(of: "Neural", uses: ["Rollouts", "Neural"]),
    tests(of: "Language", uses: ["Rollouts", "Neural", "Language", "Trainers"]),
    tests(of: "Trainers", uses: ["Rollouts", "Worlds", "Neural", "Trainers"]),
    tests(of: "SQLite", uses: ["SQLite"]),
    tests(
      of: "Recordings", uses: ["Rollouts", "Worlds", "Trainers", "SQLite", "Recordings"],
      excluding: ["Fixtures"]),
    tests(
      of: "Proofs", uses: ["Rollouts", "Worlds", "Trainers", "SQLite", "Recordings", "Proofs"]),
    tests(of: "Raster", uses: ["Raster"], excluding: ["Snapshots"]),
    tests(of: "Film", uses: ["Raster", "Film"]),
    tests(
      of: "Replay", uses: ["Rollouts", "Worlds", "Recordings", "Raster", "Film", "Replay"],
      excluding: ["Snapshots"]),
    tests(
      of: "Analysis", uses: ["Rollouts", "Worlds", "Recordings", "Raster", "Film", "Analysis"],
      excluding: ["Snapshots"]),
    tests(of: "Fuzz", uses: ["Rollouts", "Worlds", "Trainers", "SQLite", "Recordings"]),
    tests(of: "Report", uses: ["Rollouts", "Raster", "Analysis", "Report"]),
    tests(of: "Browser", uses: ["Rollouts"]),
    tests(of: "EndToEnd", uses: ["Rollouts", "SQLite", "Film", "Raster"]),
  ]
)
