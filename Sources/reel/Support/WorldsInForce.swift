import Proofs
import Recordings
import Rollouts

/// The worlds that a recording was made in, able to take steps: one for each session whose settings are
/// not those of the one before.
func worldsInForce(in recording: Recording) throws -> [WorldInForce] {
  var run = try recording.description()
  var worlds: [WorldInForce] = []
  var configuration: JSON?
  for session in try recording.sessions() where session.configuration != configuration {
    configuration = session.configuration
    run.configuration = session.configuration
    // Of two sessions that begin with one step the later one made it.
    if worlds.last?.firstStep == session.firstStep { worlds.removeLast() }
    worlds.append(
      WorldInForce(
        firstStep: session.firstStep, world: try RunPlan(run).world.withPhysics()))
  }
  return worlds
}
