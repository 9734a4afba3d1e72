/// The version of this program, which `reel --version` prints and every session of a recording stores.
package let reelVersion = "1.0.0"
