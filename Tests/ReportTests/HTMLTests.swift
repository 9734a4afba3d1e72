import Report
import Testing

@Suite struct HTMLTests {
  @Test func `text can never become markup`() {
    let text = "</script><img src=x onerror=\"alert('1')\">&amp;\u{0}"
    let html: HTML = "<p title=\"\(text)\">\(text)</p>"
    let escaped =
      "&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;\u{FFFD}"
    #expect(html.markup == "<p title=\"\(escaped)\">\(escaped)</p>")
    let twice: HTML = "<div>\(html)</div>"
    #expect(twice.markup == "<div>\(html.markup)</div>", "markup is escaped once")
  }

  /// RFC 4648's own examples.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `bytes are encoded as Base64`(text: String, letters: String) {
    #expect(Base64.text(Array(text.utf8)) == letters)
  }
}
