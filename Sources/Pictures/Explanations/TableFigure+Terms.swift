import Experiments
import Raster
import Rollouts

/// The arithmetic of an update.
extension TableFigure {
  var isTerminal: Bool { explanation.ending == .terminated }

  func targetTerms(_ update: TableExplanation.Update) -> [Equation.Term] {
    let colors = page.colors
    var terms = [
      Equation.Term(text: Self.text(update.target), caption: "target", key: .target),
      Equation.Term(text: "="),
      Equation.Term(
        text: Self.text(explanation.reward), caption: "reward", color: colors.reward, key: .reward),
    ]
    if isTerminal {
      terms += [
        Equation.Term(text: "+"),
        Equation.Term(
          text: "0", caption: "the end: nothing follows", color: colors.next, key: .next),
      ]
    } else {
      terms += [
        Equation.Term(text: "+"),
        Equation.Term(text: Self.text(update.gamma), caption: "γ"), Equation.Term(text: "·"),
        Equation.Term(
          text: Self.text(update.nextBest),
          caption: "best of \(explanation.names.state(explanation.next))", color: colors.next,
          key: .next),
      ]
    }
    return terms
  }

  func resultTerms(_ update: TableExplanation.Update) -> [Equation.Term] {
    let colors = page.colors
    let new = Equation.Term(
      text: Self.text(update.after), caption: "new value", color: colors.new, key: .new)
    let old = Equation.Term(
      text: Self.text(update.before), caption: "old value", color: colors.old, key: .old)
    let alpha = Equation.Term(text: Self.text(update.alpha), caption: "α")
    switch update.form {
    case .blend:
      return [
        new, Equation.Term(text: "="),
        Equation.Term(text: Self.text(1 - update.alpha), caption: "1 − α"),
        Equation.Term(text: "·"),
        old, Equation.Term(text: "+"), alpha, Equation.Term(text: "·"),
        Equation.Term(text: Self.text(update.target), caption: "target", key: .target),
      ]
    case .error:
      return [
        new, Equation.Term(text: "="), old, Equation.Term(text: "+"), alpha,
        Equation.Term(text: "·"),
        Equation.Term(text: Self.text(update.error), caption: "target − old", key: .target),
      ]
    }
  }

  func changeText(_ update: TableExplanation.Update) -> String {
    let names = explanation.names
    func words(_ actions: [Int]) -> String {
      actions.count == update.nextValues.count
        ? "any" : actions.map(names.action).joined(separator: " or ")
    }
    if !update.changesBest, update.bestAfter.count == update.nextValues.count {
      return "All actions in \(names.state(explanation.state)) are still equally good."
    }
    return update.changesBest
      ? "The best action in \(names.state(explanation.state)) was \(words(update.bestBefore)), now it is "
        + "\(words(update.bestAfter))."
      : "The best action in \(names.state(explanation.state)) stays \(words(update.bestAfter))."
  }
}
