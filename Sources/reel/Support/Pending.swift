import Analysis

struct TerminalHeatMap { var text = "soon"; init(_ m: HeatMap, isColored: Bool) {} }
