import Raster
import Testing

@Suite struct ColorTests {
  @Test func `a hexadecimal number gives its channels and comes back`() {
    let color = Color(0x2F6DB5)
    #expect(color == Color(red: 0x2F, green: 0x6D, blue: 0xB5))
    #expect(color.hex == 0x2F6DB5)
    #expect("\(Color(0x0AFF00)) \(Color(0x0AFF00).opacity(0.5))" == "#0AFF00 #0AFF0080")
  }

  @Test func `every grey and every corner of the cube survives the round trip through OKLab`() {
    for level in 0...255 {
      let grey = Color(red: UInt8(level), green: UInt8(level), blue: UInt8(level))
      #expect(OKLab(grey).color == grey)
    }
    for corner in 0..<8 as Range<UInt32> {
      let hex = (corner & 1) * 0xFF + (corner >> 1 & 1) * 0xFF00 + (corner >> 2 & 1) * 0xFF0000
      #expect(OKLab(Color(hex)).color.distance(to: Color(hex)) <= 1)
    }
  }

  @Test func `a mixture is perceptually halfway`() {
    let mixture = Color(0x0000FF).mixed(with: Color(0xFFFF00), 0.5)
    let (blue, yellow) = (OKLab(Color(0x0000FF)), OKLab(Color(0xFFFF00)))
    let toBlue = OKLab(mixture).distance(to: blue)
    let toYellow = OKLab(mixture).distance(to: yellow)
    #expect(abs(toBlue - toYellow) < 0.05)
  }

  @Test(arguments: [(0.0, 0x102030), (0.5, 0x585860), (1.0, 0xA09090)] as [(Double, UInt32)])
  func `a colour covers another by a share, as an edge does`(share: Double, expected: UInt32) {
    #expect(Color(0xA09090).covering(Color(0x102030), by: share).hex == expected)
  }

  @Test func `text on a colour has the colour that stands out more`() {
    let (dark, light) = (Color(0x111111), Color(0xFAFAFA))
    #expect(Color(0xFFE070).moreLegible(of: dark, or: light) == dark)
    #expect(Color(0x203060).moreLegible(of: dark, or: light) == light)
  }
}

/// What a reader with a missing kind of cone sees.
///
/// Machado, Oliveira, Fernandes: "A Physiologically-based Model for Simulation of Color Vision
/// Deficiency", 2009; the matrices for the full deficiency.
enum ColorVision: String, CaseIterable, Sendable {
  case full, protanopia, deuteranopia, tritanopia

  private var matrix: [[Double]] {
    switch self {
    case .full: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    case .protanopia:
      [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
      ]
    case .deuteranopia:
      [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
      ]
    case .tritanopia:
      [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
      ]
    }
  }

  /// A colour as this reader sees it.
  func seen(_ color: Color) -> OKLab {
    let light = [color.red, color.green, color.blue].map(OKLab.linear)
    let channels = matrix.map { row in
      OKLab.encoded(zip(row, light).reduce(0) { $0 + $1.0 * $1.1 })
    }
    return OKLab(Color(red: channels[0], green: channels[1], blue: channels[2]))
  }
}
