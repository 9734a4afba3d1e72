internal import CMicroHTTPD
package import Platform

extension LibraryVersion {
  /// What serves the studio.
  package static var libmicrohttpd: LibraryVersion {
    LibraryVersion("libmicrohttpd", unsafe reel_http_version().map { unsafe String(cString: $0) })
  }
}
