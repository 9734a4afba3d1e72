import Rollouts

/// A city being drawn: its features in pixels of the map, each with its OpenStreetMap tags, and the
/// box on the globe that contains them.
enum CityDraft {
  /// How cities are drawn.
  static let editing = MapEditing(
    tools: tools, blank: { try blank(width: $0, height: $1) }, read: { try draft(of: $0) },
    text: { try text(of: $0) },
    // Without the satnav, which takes time and is not visible at the start.
    scenery: { CityWorld(try CityMap(parsing: $0, isDraft: true), rules: .course) })

  /// What can be drawn, with the tags that define it.
  private static var tools: JSON {
    func tool(_ kind: String, _ name: String, _ tags: JSON, width: Double = 0) -> JSON {
      ["kind": .string(kind), "name": .string(name), "tags": tags, "metres": .number(width)]
    }
    return [
      "form": "roads", "usual_width": 1400, "usual_height": 1000,
      "least_side": 200, "most_side": 4000,
      "markers": .array((["start"] + CityMap.targetNames).map(JSON.string)),
      "least_road": .number(CityMap.roadWidths.lowerBound),
      "most_road": .number(CityMap.roadWidths.upperBound),
      "roads": .array(
        RoadClass.allCases.map { kind in
          let name = kind.rawValue.replacing("_", with: " ")
          return tool("road", name, ["highway": .string(kind.rawValue)], width: kind.width)
        }),
      "ways": [
        tool("water", "river", ["waterway": "river"], width: 40),
        tool("water", "canal", ["waterway": "canal"], width: 20),
        tool("path", "path", ["highway": "footway"], width: 3),
        tool("rail", "railway", ["railway": "rail"], width: 4),
      ],
      "areas": [
        tool("water", "water", ["natural": "water"]), tool("park", "park", ["leisure": "park"]),
        tool("grass", "grass", ["landuse": "grass"]), tool("wood", "wood", ["natural": "wood"]),
        tool("sand", "sand", ["natural": "sand"]), tool("square", "square", ["place": "square"]),
        tool("block", "block", ["landuse": "residential"]),
        tool("building", "building", ["building": "yes"]),
      ],
    ]
  }

  /// A ring road with a target on each side: enough to drive on, and to replace by drawing.
  private static func blank(width: Int, height: Int) throws -> JSON {
    guard (200...4000).contains(width), (200...4000).contains(height) else {
      throw SettingError("a city drawn by hand must have sides of 200 to 4000 metres")
    }
    let degree = CityProjection.radius * .pi / 180
    let (east, north) = (Double(width) / degree / 2, Double(height) / degree / 2)
    // At the equator, where degrees of longitude and latitude have the same length, so that a metre
    // is the same both ways.
    let box: JSON = [.number(-east), .number(-north), .number(east), .number(north)]
    let view = try CityProjection(.object([.init("bbox", box)]), around: .nowhere)
    let size = CityPoint(Double(view.width), Double(view.height))
    func place(_ x: Double, _ y: Double) -> JSON { pair(CityPoint(x, y) * size) }
    let ring = [
      (0.25, 0.15), (0.75, 0.15), (0.88, 0.32), (0.88, 0.68), (0.75, 0.85), (0.25, 0.85),
      (0.12, 0.68), (0.12, 0.32), (0.25, 0.15),
    ].map(place)
    let road = feature("line", "road", [.array(ring)], ["highway": "secondary"])
    let spots = [(0.5, 0.15), (0.88, 0.5), (0.5, 0.85)]
    let targets = zip(CityMap.targetNames, spots).map { name, spot in
      feature("point", name, [place(spot.0, spot.1)], ["name": .string(name)])
    }
    let start = feature("point", "start", [place(0.12, 0.5)], ["name": "start", "heading": 0])
    return draft(
      title: "", view, box, pixel: nil, roadScale: 1.7, features: [start] + targets + [road])
  }

  // MARK: Reading

  private static func draft(of text: String) throws -> JSON {
    let file = try GeoJSON(parsing: text)
    var reader = CityReader(file)
    try reader.read(isDraft: true)
    let view = try CityProjection(file.collection, around: reader.frame)
    let corners = [
      view.place(CityPoint(0, Double(view.height))), view.place(CityPoint(Double(view.width), 0)),
    ]
    let box = file.collection["bbox"] ?? .array(corners.flatMap { $0.numbers(upTo: 1e9) })
    var features = file.features.map { json(of: $0, on: view) }
    // A user who imports a town moves the points to their places.
    for (index, name) in (["start"] + CityMap.targetNames).enumerated()
    where reader.named[name] == nil {
      let share = CityPoint(0.35 + 0.1 * Double(index), 0.5)
      let spot = pair(share * CityPoint(Double(view.width), Double(view.height)))
      features.append(feature("point", name, [spot], ["name": .string(name)]))
    }
    return draft(
      title: file.collection["name"]?.text ?? "", view, box,
      pixel: file.collection["metresPerPixel"], roadScale: file.collection["roadScale"] ?? 1,
      features: features)
  }

  private static func draft(
    title: String, _ view: CityProjection, _ box: JSON, pixel: JSON?, roadScale: JSON,
    features: [JSON]
  ) -> JSON {
    [
      "form": "roads", "title": .string(title), "width": .integer(view.width),
      "height": .integer(view.height), "metres_per_pixel": .number(view.metresPerPixel),
      "bbox": box, "stated_pixel": pixel ?? .null, "road_scale": roadScale,
      "features": .array(features),
    ]
  }

  private static func json(of shape: GeoJSON.Feature, on view: CityProjection) -> JSON {
    func points(_ places: some Sequence<Coordinate>) -> JSON {
      .array(places.map { pair(view.point($0)) })
    }
    switch shape.geometry {
    case .points(let places):
      let name = shape.tag("name") ?? ""
      let isMarker = CityMap.targetNames.contains(name) || name == "start"
      let kind = isMarker ? name : shape.tag("place") == nil ? "other" : "label"
      return feature("point", kind, places.map { pair(view.point($0)) }, shape.tags)
    case .lines(let lines):
      let isRoad = shape.tag("highway").flatMap(RoadClass.init(highway:)) != nil
      let kind =
        isRoad
        ? "road"
        : CityWay.Kind.of(shape)?.kind.rawValue ?? CityArea.Kind(shape)?.rawValue ?? "other"
      return feature("line", kind, lines.map(points), shape.tags)
    case .polygons(let polygons):
      // A ring's last point repeats its first; a page moves them as one.
      let rings = polygons.map { polygon in
        JSON.array(
          polygon.map { points($0.count > 1 && $0.first == $0.last ? $0.dropLast() : $0[...]) })
      }
      return feature("area", CityArea.Kind(shape)?.rawValue ?? "other", rings, shape.tags)
    }
  }

  private static func feature(
    _ shape: String, _ kind: String, _ parts: [JSON], _ tags: JSON
  ) -> JSON {
    ["shape": .string(shape), "kind": .string(kind), "parts": .array(parts), "tags": tags]
  }

  private static func pair(_ point: CityPoint) -> JSON { [.number(point.x), .number(point.y)] }
}
