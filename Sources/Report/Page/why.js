/** Why a step was taken and what was learned from it, in words, and what to type to see more. */
export class Why {
  /** `command` is what stands before a step's number. */
  constructor(section, command) {
    this.command = command;
    this.words = [...section.querySelectorAll(".why")];
    this.more = section.querySelector(".explain");
  }

  open({ explanations, first, stride, steps }) {
    Object.assign(this, { explanations, first, stride, steps });
  }

  show(moment, last) {
    const words = this.explanations?.[moment];
    for (const part of this.words) part.hidden = !words;
    this.words.at(-1).textContent = words ?? "";
    this.more.hidden = !this.command || moment === last;
    this.more.firstChild.textContent = this.command + (this.first + this.steps[moment] * this.stride);
  }
}
