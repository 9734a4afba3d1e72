package import Analysis
import Experiments
package import Raster
package import Recordings

/// A language model's loss over its training, on training and on validation text.
package struct LossCurve {
  private let training: MetricSeries
  private let validation: MetricSeries
  private let batches: MetricSeries

  /// The losses of a recording.
  package init(of recording: Recording) throws {
    training = try recording.metric("losses/train")
    validation = try recording.metric("losses/validation")
    batches = try recording.metric("losses/batch")
    guard !validation.steps.isEmpty else {
      throw RunError.run("\(recording.path) has no loss to draw yet")
    }
  }

  /// Draws both losses strong, and those of single batches faint. The lowest validation loss is labelled with
  /// its number.
  package func chart(title: String, theme: Theme) -> Chart {
    func numbers(_ series: MetricSeries) -> [Double] { series.steps.map(Double.init) }
    let last = Double(validation.steps.last ?? 0)
    var chart = Chart(
      title: title,
      subtitle: "loss in nats a token; training and validation part tried every "
        + "\(validation.steps.dropFirst().first ?? 0) batches",
      x: Axis("Batches", 0...max(1, last)),
      y: .covering("Loss", [training.values, validation.values, batches.values]), theme: theme)
    let faint = theme.accent.mixed(with: theme.background, 0.64)
    let dense = theme.accent.mixed(with: theme.background, 0.42)
    let strong = Stroke(width: 2.75)
    chart.layers = [
      .dots(x: numbers(batches), y: batches.values, faint, dense: dense),
      .line(x: numbers(training), y: training.values, theme.accent, strong),
      .line(x: numbers(validation), y: validation.values, theme.secondAccent, strong),
    ]
    if let best = validation.values.indices.min(by: {
      validation.values[$0] < validation.values[$1]
    }) {
      chart.layers.append(
        .note(
          x: Double(validation.steps[best]), y: validation.values[best],
          NumberText.fixed(validation.values[best], decimals: 3), theme.secondAccent))
    }
    chart.legend = [
      .init("training", theme.accent, strong), .init("validation", theme.secondAccent, strong),
      .init("single batches", faint, nil),
    ]
    return chart
  }

  /// Losses, and the number of batches before each.
  package var rows: [(batches: Int, training: Double, validation: Double)] {
    validation.steps.indices.map {
      (validation.steps[$0], training.values[$0], validation.values[$0])
    }
  }

  /// The losses as JSON.
  package var csv: String {
    "step,train,validation\n"
      + rows.map { "\($0.batches),\($0.training),\($0.validation)\n" }.joined()
  }
}
