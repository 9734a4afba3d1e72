import Experiments
import Testing

struct SeedsTests {
  @Test(arguments: [
    ("1", [1]), ("5", [1, 2, 3, 4, 5]), ("5-5", [5]), ("6-8", [6, 7, 8]), ("0-1", [0, 1]),
    ("3,7", [3, 7]), ("9,2-3", [9, 2, 3]), (" 4 - 5 ", [4, 5]),
  ])
  func `a number says how many seeds, anything else which ones`(text: String, seeds: [UInt64])
    throws
  {
    #expect(try Seeds.parse(text, most: 10) == seeds)
  }

  @Test(arguments: [
    "", "0", "-1", "11", "5-4", "1-11", "a", "1-2-3", "1,", "3,3", "1-3,2", "1.5", "1-",
    "9007199254740992-9007199254740993", "18446744073709551616",
  ])
  func `an invalid list of seeds is refused with an explanation`(text: String) {
    let error = #expect(throws: RunError.self) { try Seeds.parse(text, most: 10) }
    #expect(error?.kind == .request)
    #expect(error?.description.contains("5 for seeds 1 to 5") == true)
  }
}
