const MILLISECONDS = 1000;

/**
 * Runs through moments in time, numbered from 0.
 *
 * `last()`, `speed()` (moments per second) and `loops()` are called at every tick; `tick(place)` receives
 * the clock's position, between moments too, and `ended()` is called when it stops at the last one.
 */
export class Clock {
  constructor({ last, speed, loops, tick, ended }) {
    Object.assign(this, { last, speed, loops, tick, ended });
    this.timer = 0;
  }

  get isPlaying() {
    return this.timer !== 0;
  }

  play(from) {
    this.stop();
    let place = from >= this.last() ? 0 : from;
    let before = performance.now();
    const step = (now) => {
      place += (now - before) / MILLISECONDS * this.speed();
      before = now;
      if (place >= this.last()) {
        this.tick(this.last());
        if (!this.loops()) {
          this.stop();
          this.ended();
          return;
        }
        // The end stays for a second before it starts again.
        if (place >= this.last() + this.speed()) place = 0;
      } else {
        this.tick(place);
      }
      this.timer = requestAnimationFrame(step);
    };
    this.timer = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.timer);
    this.timer = 0;
  }
}
