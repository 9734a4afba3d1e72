import Experiments
import Glibc
import Language
import Platform
import Recordings
import Rollouts
import TestSupport
import Testing

/// Texts that are paused and continued, inspected and forked.
@Suite struct TextDraftTests {
  private func generation(
    _ folder: String, prompt: String = "The cat", tokens: Int = 60,
    sampler: Sampler = Sampler(temperature: 1, topCount: nil)
  ) throws -> TextGeneration {
    let path = "\(folder)/run.sqlite"
    if !Files.exists(path) { try SmallRun.text.recorded(in: folder) }
    return try TextGeneration(
      by: NamedModel(recording: path, at: .end), prompt: prompt, tokens: tokens, sampler: sampler,
      seed: 3)
  }

  private func rest(_ draft: TextDraft) -> [Int] {
    var draft = draft
    while draft.next() != nil {}
    return draft.tokens
  }

  // The context is 16 tokens, so the window moves several times, also within a prompt.
  @Test(arguments: ["The cat", "", "The cat sat on the mat; the dog lay"])
  func `a text that is paused anywhere continues as if it had not been`(prompt: String) throws {
    try withTemporaryFolder { folder in
      let generation = try generation(folder, prompt: prompt)
      let opening = try generation.draft().tokens.count
      let whole = try rest(generation.draft())
      #expect(whole.count == opening + 60)
      for count in [0, 1, 8, 9, 10, 17, 33, 59, 60] {
        let written = Array(whole[opening..<opening + count])
        #expect(try rest(generation.draft(written: written)) == whole, "paused after \(count)")
        // Its kept writer gives the same text as one that reads it again.
        var draft = try generation.draft()
        for _ in 0..<count { _ = draft.next() }
        let known = try generation.draft(written: written, known: draft.writer)
        #expect(rest(known) == whole)
        let other = try generation.draft(written: written, known: generation.draft().writer)
        #expect(rest(other) == whole)
      }
    }
  }

  @Test func `a text has the length asked for, and a longer one begins the same`() throws {
    try withTemporaryFolder { folder in
      let short = try rest(generation(folder, tokens: 20).draft())
      let long = try rest(generation(folder, tokens: 60).draft())
      #expect(Array(long.prefix(short.count)) == short)
      var over = try generation(folder, tokens: 20).draft(written: Array(short.suffix(20)))
      #expect(over.isOver && !over.hasEnded && over.next() == nil && over.count == 20)
    }
  }

  @Test func `a model that ended its text writes nothing more`() throws {
    let model = try NamedModel(folder: "\(Repository.root)/Tests/Reference/tiny-gpt2")
    let end = try #require(model.trained.tokenizer.end)
    let generation = try TextGeneration(
      by: model, prompt: "a", tokens: 9, sampler: Sampler(), seed: 1)
    var draft = try generation.draft(written: [end])
    #expect(draft.isOver && draft.hasEnded && draft.next() == nil)
    // A text that begins with that token is not over.
    #expect(
      try !TextGeneration(by: model, prompt: "", tokens: 9, sampler: Sampler(), seed: 1).draft()
        .isOver)
  }

  @Test
  func `a look shows the model's probabilities, and the chances after the sampler's settings`()
    throws
  {
    try withTemporaryFolder { folder in
      let sampler = Sampler(temperature: 0.7, topCount: 5)
      let generation = try generation(folder, sampler: sampler)
      let model = try NamedModel(recording: "\(folder)/run.sqlite", at: .end).trained
      var draft = try generation.draft()
      let opening = draft.tokens.count
      for place in opening..<opening + 40 {
        let next = draft.next()
        let addition = try #require(next)
        let look = TextLook(by: model, draft.tokens, prompt: opening, at: place, sampler)
        let came = try #require(look.candidates.first { $0.isChosen })
        #expect(came.token == addition.token)
        #expect(abs(came.share - exp(addition.logProbability)) < 1e-4)
        #expect(came.chance > 0 && look.candidates.count { $0.chance > 0 } <= 5)
        #expect((look.likelier ?? 9) < 5)
        let shares = look.candidates.map(\.share)
        #expect(shares == shares.sorted(by: >) && look.bits > 0)
        // It saw what the writer saw before it added the symbol.
        let seen = place - look.first
        #expect(seen <= 16 && look.attention.allSatisfy { $0.allSatisfy { $0.count == seen } })
        for head in look.attention.joined() { #expect(abs(head.reduce(0, +) - 1) < 1e-4) }
      }
      let next = TextLook(by: model, draft.tokens, prompt: opening, at: draft.tokens.count, sampler)
      #expect(next.likelier == nil && !next.candidates.contains(where: \.isChosen))
    }
  }

  @Test func `a chosen symbol that is unlikely comes after the likeliest ones`() throws {
    try withTemporaryFolder { folder in
      _ = try generation(folder)
      let model = try NamedModel(recording: "\(folder)/run.sqlite", at: .end).trained
      let logits = (0..<model.tokenizer.count).map { -Float($0) }
      let last = model.tokenizer.count - 1
      let found = model.candidates(logits, choosing: last, by: Sampler(topCount: 3))
      #expect(found.map(\.token) == Array(0..<TextLook.usualCount - 1) + [last])
      #expect(found.last?.isChosen == true && found.last?.chance == 0)
    }
  }

  @Test func `a fork is the text before it and another symbol, in whole characters`() throws {
    try withTemporaryFolder { folder in
      let generation = try generation(folder)
      let model = try NamedModel(recording: "\(folder)/run.sqlite", at: .end).trained
      let whole = try rest(generation.draft())
      let other = try model.tokenizer.tokens(of: "d")[0]
      let prompt = try model.fork(behind: whole[..<20], choosing: other)
      #expect(prompt == model.tokenizer.text(of: whole[..<20]) + "d")
      #expect(try model.opening(of: prompt) == Array(whole[..<20]) + [other])
    }
    let model = try NamedModel(folder: "\(Repository.root)/Tests/Reference/tiny-gpt2").trained
    let end = try #require(model.tokenizer.end)
    let broken = try #require(
      (0..<model.tokenizer.count).first { model.tokenizer.bytes(of: $0) == [0xc3] })
    for token in [end, -1, .max, broken] {
      #expect(throws: RunError.self) { try model.fork(behind: [], choosing: token) }
    }
  }
}
