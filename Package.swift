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
  products: [
    .executable(name: "reel", targets: ["reel"]),
    // For other packages; Examples/Corridor uses both.
    .library(name: "ReelRollouts", targets: ["Rollouts"]),
    .library(name: "ReelRecordings", targets: ["Recordings"]),
  ],
  traits: [
    .default(enabledTraits: ["MuJoCo"]),
    .trait(name: "MuJoCo", description: "Reacher by MuJoCo itself, beside the closed form"),
  ],
  targets: [
    // C libraries, one Swift room each.
    foreign("CSQLite", pkgConfig: "sqlite3", package: "libsqlite3-dev"),
    foreign("CPNG", pkgConfig: "libpng", package: "libpng-dev"),
    foreign("CGIF", package: "libgif-dev"),
    foreign("CCairo", pkgConfig: "cairo-ft", package: "libcairo2-dev"),
    foreign("CCrypto", package: "libssl-dev"),
    foreign("CThreads", package: "libc6-dev"),
    foreign("CMPI", package: "libopenmpi3"),
    foreign("CMuJoCo", package: "libmujoco-dev"),
    foreign("CMicroHTTPD", package: "libmicrohttpd-dev"),
    .target(name: "CKernels", path: "Sources/C/CKernels"),
    .target(name: "CProbe", path: "Sources/C/CProbe"),

    // Rooms; arrows point down only.
    library("Platform", uses: ["CCrypto", "CMPI", "CThreads"], settings: marked),
    library("Rollouts"),
    library("Worlds", uses: ["Rollouts"]),
    library(
      "Physics",
      uses: ["Rollouts", .target(name: "CMuJoCo", condition: .when(traits: ["MuJoCo"]))],
      settings: marked),
    library("Neural", uses: ["Platform", "Rollouts", "CKernels"], settings: marked),
    library("Language", uses: ["Platform", "Rollouts", "Neural"]),
    library("Trainers", uses: ["Platform", "Rollouts", "Neural", "Language"]),
    library("SQLite", uses: ["CSQLite"], settings: marked),
    library("Recordings", uses: ["Platform", "Rollouts", "SQLite"], settings: marked),
    library("Raster", uses: ["Platform", "CCairo"], settings: marked),
    library("Film", uses: ["Platform", "Raster", "CPNG"], settings: marked),
    library(
      "Experiments",
      uses: [
        "Platform", "Rollouts", "Worlds", "Physics", "Neural", "Language", "Trainers", "Recordings",
      ]),
    library("Analysis", uses: ["Platform", "Rollouts", "Recordings", "Raster"]),
    library("Replay", uses: ["Rollouts", "Worlds", "Recordings", "Raster", "Film", "Analysis"]),
    library(
      "Pictures",
      uses: [
        "Platform", "Rollouts", "Worlds", "Neural", "Language", "Trainers", "Recordings",
        "Experiments", "Raster", "Film", "Analysis", "Replay",
      ]),
    .target(
      name: "Report",
      dependencies: [
        "Platform", "Rollouts", "Worlds", "Trainers", "Recordings", "Experiments", "Raster", "Film",
        "Analysis", "Replay", "Pictures",
      ],
      path: "Sources/Report", resources: [.embedInCode("Page")], swiftSettings: strict),
    .target(
      name: "Studio",
      dependencies: [
        "Platform", "Rollouts", "Worlds", "Neural", "Language", "Trainers", "Recordings",
        "Experiments", "Raster", "Film", "Analysis", "Replay", "Pictures", "Report", "CMicroHTTPD",
      ],
      path: "Sources/Studio", resources: [.embedInCode("Page")], swiftSettings: marked),
    library(
      "Benchmarks",
      uses: [
        "Platform", "Rollouts", "Worlds", "Neural", "Language", "Trainers", "Recordings",
        "Experiments", "Raster", "Film", "Replay", "Analysis", "CProbe",
      ],
      path: "Benchmarks", excluding: ["peers"]),
    .executableTarget(
      name: "reel",
      dependencies: [
        "Platform", "Rollouts", "Worlds", "Neural", "Language", "Trainers", "Recordings",
        "Experiments", "Raster", "Film", "Replay", "Analysis", "Pictures", "Report", "Studio",
        "Benchmarks",
      ],
      path: "Sources/reel", swiftSettings: strict),

    // Tests, one folder per room.
    library(
      "TestSupport", uses: ["Platform", "Rollouts", "Raster", "Film", "CGIF"],
      path: "Tests/TestSupport"),
    tests(of: "Platform", uses: ["Platform"]),
    tests(of: "Rollouts", uses: ["Rollouts"]),
    tests(of: "Worlds", uses: ["Rollouts", "Worlds"]),
    tests(of: "Physics", uses: ["Rollouts", "Worlds", "Physics"]),
    tests(of: "Neural", uses: ["Platform", "Rollouts", "Neural", "CKernels"]),
    tests(of: "Language", uses: ["Platform", "Rollouts", "Neural", "Language", "Trainers"]),
    tests(of: "Trainers", uses: ["Platform", "Rollouts", "Worlds", "Neural", "Trainers"]),
    tests(of: "SQLite", uses: ["SQLite"]),
    tests(
      of: "Recordings",
      uses: ["Platform", "Rollouts", "Worlds", "Trainers", "SQLite", "Recordings"],
      excluding: ["Fixtures"]),
    tests(
      of: "Experiments",
      uses: [
        "Platform", "Rollouts", "Worlds", "Language", "Trainers", "SQLite", "Recordings",
        "Experiments",
      ], excluding: ["Fixtures"]),
    tests(of: "Raster", uses: ["Platform", "Raster"], excluding: ["Snapshots"]),
    tests(of: "Film", uses: ["Platform", "Raster", "Film"]),
    tests(
      of: "Replay",
      uses: [
        "Rollouts", "Worlds", "SQLite", "Recordings", "Raster", "Film", "Replay", "Analysis",
      ],
      excluding: ["Snapshots", "Fixtures"]),
    tests(
      of: "Analysis", uses: ["Rollouts", "Worlds", "Recordings", "Raster", "Film", "Analysis"],
      excluding: ["Snapshots"]),
    tests(
      of: "Fuzz",
      uses: [
        "Platform", "Rollouts", "Worlds", "Language", "Trainers", "SQLite", "Recordings",
        "Experiments", "Raster", "Replay", "Pictures",
      ]),
    tests(
      of: "Pictures",
      uses: [
        "Platform", "Rollouts", "Worlds", "Language", "Trainers", "SQLite", "Recordings",
        "Experiments", "Raster", "Film", "Analysis", "Replay", "Pictures",
      ]),
    tests(of: "Report", uses: ["Report"]),
    tests(
      of: "Studio",
      uses: ["Platform", "Rollouts", "Worlds", "Recordings", "Experiments", "Film", "Studio"]),
    tests(
      of: "Extension",
      uses: [
        "Platform", "Rollouts", "Worlds", "Trainers", "Recordings", "Experiments", "Raster", "Film",
        "Analysis", "Replay", "Pictures", "Report",
      ]),
    tests(of: "Browser", uses: ["Platform", "Rollouts", "Recordings", "Raster", "Film"]),
    tests(
      of: "EndToEnd", uses: ["Platform", "Rollouts", "SQLite", "Recordings", "Film", "Raster"],
      excluding: ["Fixtures"]),
  ]
)
