extension Canvas {
  /// Replaces rare colours with similar, more frequent ones, so that a picture with many soft edges
  /// leaves space in a film's palette.
  ///
  /// No channel changes by more than the tolerance, and colours in `kept` do not change.
  package func reduceColors(keeping kept: [Color], within tolerance: Int) {
    unsafe withMutablePixels { pixels in
      var counts: [UInt32: Int] = [:]
      var start = 0
      while start < pixels.count {
        let word = unsafe pixels[start]
        var end = start + 1
        while unsafe end < pixels.count && pixels[end] == word { end += 1 }
        counts[word, default: 0] += end - start
        start = end
      }
      var leaders = kept
      var replaced: [UInt32: UInt32] = [:]
      // The most frequent first; equally frequent ones in a fixed order.
      for (word, _) in counts.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) {
        let color = Color(word & 0xFF_FFFF)
        let nearest = leaders.min { $0.distance(to: color) < $1.distance(to: color) }
        if let nearest, nearest.distance(to: color) <= tolerance {
          if nearest != color { replaced[word] = 0xFF00_0000 | nearest.hex }
        } else {
          leaders.append(color)
        }
      }
      var known: (from: UInt32, to: UInt32) = (0, 0)
      for index in pixels.indices {
        let word = unsafe pixels[index]
        if word != known.from { known = (word, replaced[word] ?? word) }
        unsafe pixels[index] = known.to
      }
    }
  }
}
