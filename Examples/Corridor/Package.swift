// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Corridor",
  dependencies: [.package(name: "reel", path: "../..")],
  targets: [
    .executableTarget(
      name: "Corridor",
      dependencies: [
        .product(name: "ReelRollouts", package: "reel"),
        .product(name: "ReelRecordings", package: "reel"),
      ],
      path: ".", exclude: ["README.md"], sources: ["Corridor.swift"])
  ]
)
