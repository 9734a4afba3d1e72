/** Why a step was taken and what was learned from it, in words, and what to type to see more. */
export class Why {
  /** `explain` is what stands before a step's number, `lines` are all that an explanation can have. */
  constructor(section, { explain, lines }) {
    Object.assign(this, { command: explain, lines });
    this.words = [...section.querySelectorAll(".why")];
    this.more = section.querySelector(".explain");
  }

  open({ explanations, first, stride, steps }) {
    Object.assign(this, { explanations, first, stride, steps });
  }

  /** A moment's explanation; nothing where there is none. */
  text(moment) {
    return this.explanations?.[moment]?.map((line) => this.lines[line]).join("\n");
  }

  show(moment, last) {
    const words = this.text(moment);
    for (const part of this.words) part.hidden = !words;
    this.words.at(-1).textContent = words ?? "";
    this.more.hidden = !this.command || moment === last;
    this.more.firstChild.textContent = this.command + (this.first + this.steps[moment] * this.stride);
  }
}
