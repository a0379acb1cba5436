// What was painted before. Layers copy their bytes before a stroke changes them, so that keeping a state costs nothing more
// than to remember it.

const DEPTH = 60;

export class History {
  #states = [];
  #now = -1;

  get undoable() {
    return this.#now > 0;
  }

  get redoable() {
    return this.#now < this.#states.length - 1;
  }

  /** Adds the state that an action led to. What had been undone is forgotten. */
  push(state) {
    this.#states.splice(this.#now + 1, Infinity, state);
    if (this.#states.length > DEPTH) this.#states.shift();
    this.#now = this.#states.length - 1;
  }

  undo() {
    return this.#states[--this.#now];
  }

  redo() {
    return this.#states[++this.#now];
  }

  clear() {
    this.#states = [];
    this.#now = -1;
  }
}
