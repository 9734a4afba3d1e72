import Raster

/// The data of episodes, and their strips, kept while one episode is drawn.
///
/// A class, like `AgentSprites`: it belongs to one thread at a time.
final class ChartCourses {
  private let read: (Int) -> ChartCourse?
  private var course: (episode: Int, course: ChartCourse?)?
  private var drawn: (episode: Int, pictures: (ahead: Canvas, behind: Canvas)?)?
  /// The path in a portrait, up to some point.
  private var way: (episode: Int, point: Int, canvas: Canvas)?

  init(read: @escaping (_ episode: Int) -> ChartCourse?) { self.read = read }

  /// The course of an episode.
  subscript(episode: Int) -> ChartCourse? {
    if let course, course.episode == episode { return course.course }
    let found = read(episode)
    course = (episode, found)
    return found
  }

  /// The pictures of an episode, drawn if they do not exist yet.
  func pictures(
    of episode: Int, draw: () throws -> (ahead: Canvas, behind: Canvas)
  ) -> (ahead: Canvas, behind: Canvas)? {
    if let drawn, drawn.episode == episode { return drawn.pictures }
    let pictures = try? draw()
    drawn = (episode, pictures)
    way = nil
    return pictures
  }

  /// A picture with the path of an episode up to a point, of which only the missing part is drawn.
  func way(
    of episode: Int, upTo point: Int, draw: (_ canvas: Canvas, _ points: Range<Int>) -> Void
  ) -> Canvas? {
    var known = way.flatMap { $0.episode == episode && $0.point <= point ? $0 : nil }
    if known == nil, let ahead = drawn?.pictures?.ahead,
      let canvas = try? Canvas(width: ahead.width, height: ahead.height)
    {
      canvas.copy(ahead)
      known = (episode, -1, canvas)
    }
    guard let known else { return nil }
    if known.point < point { draw(known.canvas, known.point + 1..<point + 1) }
    way = (episode, point, known.canvas)
    return known.canvas
  }
}
