// swift-tools-version: 6.0
// The iOS client. `swift test` runs all of SkinScoreCore on Linux and macOS; the other two targets are empty on Linux.
import PackageDescription

let package = Package(
    name: "SkinScore",
    defaultLocalization: "en",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [
        .library(name: "SkinScoreCore", targets: ["SkinScoreCore"]),
        .library(name: "SkinScoreML", targets: ["SkinScoreML"]),
        .library(name: "SkinScoreUI", targets: ["SkinScoreUI"]),
    ],
    targets: [
        .target(name: "SkinScoreCore"),
        .target(name: "SkinScoreML", dependencies: ["SkinScoreCore"]),
        .target(
            name: "SkinScoreUI", dependencies: ["SkinScoreCore", "SkinScoreML"], resources: [.process("Resources")]),
        .testTarget(name: "SkinScoreCoreTests", dependencies: ["SkinScoreCore"]),
        .testTarget(name: "SkinScoreMLTests", dependencies: ["SkinScoreCore", "SkinScoreML"]),
    ]
)
