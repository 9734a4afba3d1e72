package import Analysis
package import Rollouts

/// What a map of a network's values is to be about.
package struct MapRequest: Equatable, Sendable {
  /// One of the things that can be asked for.
  package enum Option: String, CaseIterable, Sendable { case target, heading, like }

  /// Where somebody is going, by name.
  package let target: String?
  /// Which way somebody faces, in degrees counter-clockwise from the right.
  package let heading: Double?
  /// A recorded state, like which everything else is.
  package let like: Value?

  /// A request; what is nil is as usual.
  package init(target: String? = nil, heading: Double? = nil, like: Value? = nil) {
    precondition(heading.map { abs($0) <= 360 } ?? true, "a heading is within a turn")
    self.target = target
    self.heading = heading
    self.like = like
  }

  /// What was asked for.
  var given: [Option] {
    [target.map { _ in .target }, heading.map { _ in .heading }, like.map { _ in .like }]
      .compactMap(\.self)
  }
}

/// A map of a world's places that waits for a network's values.
package struct PlaceMap {
  /// Gives the values of all actions, row by row, for rows of observations.
  package typealias Values = (_ observations: [Float]) throws -> [Float]

  /// What it is about, beside the step.
  package let subject: String
  /// Draws up the map.
  package let heatMap: (_ values: Values) throws -> HeatMap

  /// A map of a subject.
  package init(_ subject: String, heatMap: @escaping (_ values: Values) throws -> HeatMap) {
    self.subject = subject
    self.heatMap = heatMap
  }
}

/// How a network is asked about the places of a world.
package struct MapView<W: World>: Sendable {
  /// What it takes of a request.
  package let options: [MapRequest.Option]
  /// Where somebody can be going.
  package let targets: [String]
  let make: @Sendable (W, MapRequest) throws -> PlaceMap

  /// A view that takes some options of a request, and makes a map of it.
  package init(
    takes options: [MapRequest.Option] = [], targets: [String] = [],
    make: @escaping @Sendable (W, MapRequest) throws -> PlaceMap
  ) {
    self.options = options
    self.targets = targets
    self.make = make
  }
}
