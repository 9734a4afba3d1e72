package import Analysis
package import Rollouts

/// The options of a map of a network's values.
package struct MapRequest: Equatable, Sendable {
  /// One of the options.
  package enum Option: String, CaseIterable, Sendable { case target, heading, like }

  /// The target, by name.
  package let target: String?
  /// The heading, in degrees counter-clockwise from the right.
  package let heading: Double?
  /// A recorded state that sets everything else.
  package let like: Value?

  /// The options; nil is the default.
  package init(target: String? = nil, heading: Double? = nil, like: Value? = nil) {
    precondition(heading.map { abs($0) <= 360 } ?? true, "a heading is within a turn")
    self.target = target
    self.heading = heading
    self.like = like
  }

  /// The options that were given.
  var given: [Option] {
    [target.map { _ in .target }, heading.map { _ in .heading }, like.map { _ in .like }]
      .compactMap(\.self)
  }
}

/// A map of a world's places, before the network's values are known.
package struct PlaceMap {
  /// Returns the values of all actions, row by row, for rows of observations.
  package typealias Values = (_ observations: [Float]) throws -> [Float]

  /// Its subject, without the step.
  package let subject: String
  /// Makes the map.
  package let heatMap: (_ values: Values) throws -> HeatMap

  /// A map with a subject.
  package init(_ subject: String, heatMap: @escaping (_ values: Values) throws -> HeatMap) {
    self.subject = subject
    self.heatMap = heatMap
  }
}

/// How to evaluate a network at the places of a world.
package struct MapView<W: World>: Sendable {
  /// The options that it uses.
  package let options: [MapRequest.Option]
  /// The possible targets.
  package let targets: [String]
  let make: @Sendable (W, MapRequest) throws -> PlaceMap

  /// A view that uses some options, and makes a map from them.
  package init(
    takes options: [MapRequest.Option] = [], targets: [String] = [],
    make: @escaping @Sendable (W, MapRequest) throws -> PlaceMap
  ) {
    self.options = options
    self.targets = targets
    self.make = make
  }
}
