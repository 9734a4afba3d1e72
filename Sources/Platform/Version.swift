/// This program's version, as `reel --version` prints it and every session of a recording keeps it.
package let reelVersion = "0.1.0"
