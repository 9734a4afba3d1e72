/// This program's version, as `reel --version` prints it and every session of a recording keeps it.
package let reelVersion = "1.0.0"
