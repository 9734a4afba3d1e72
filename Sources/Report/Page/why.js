/** Why a step was taken and what was learned from it, as text, with the command that shows more. */
export class Why {
  /** `explain` is the command without the step's number, `lines` are all lines of explanations. */
  constructor(section, { explain, lines }) {
    Object.assign(this, { command: explain, lines });
    this.words = [...section.querySelectorAll(".why")];
    this.more = section.querySelector(".explain");
  }

  open({ explanations, first, stride, steps }) {
    Object.assign(this, { explanations, first, stride, steps });
  }

  /** Shows a moment's explanation; nothing if there is none. */
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
