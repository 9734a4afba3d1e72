/** An error with the server's own sentence. */
export class ServerError extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function answered(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(0, "the studio does not answer; was it stopped?");
  }
  if (response.ok) return response;
  const text = await response.text();
  let sentence = text.trim();
  try {
    sentence = JSON.parse(text).error;
  } catch {
    // A sentence from the gate.
  }
  throw new ServerError(response.status, sentence);
}

/** A path with query parameters; those without a value are left out. */
export function path(base, query = {}) {
  const known = Object.entries(query).filter(([, value]) => value != null && value !== "");
  return known.length ? `${base}?${new URLSearchParams(known)}` : base;
}

/** Gets a value; what a recording does not have is an error with status 204. */
function present(value) {
  if (value.absent) throw new ServerError(204, value.absent);
  return value;
}

/** The options of a POST request. */
function posting(body, signal) {
  return {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal,
  };
}

/** Gets a value. */
export async function get(address, { signal } = {}) {
  return present(await (await answered(address, { signal })).json());
}

/** Posts a value, and returns the answer's value. */
export async function post(address, body, { signal } = {}) {
  return present(await (await answered(address, posting(body, signal))).json());
}

/** Posts a value, and yields the JSON lines of the answer as they come. */
export async function* lines(address, body, { signal } = {}) {
  const response = await answered(address, posting(body, signal));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const found = (rest + (value ?? "")).split("\n");
    rest = done ? "" : found.pop();
    yield* found.filter(Boolean).map((line) => present(JSON.parse(line)));
    if (done) return;
  }
}

/** Gets a picture, decoded, and its response headers. */
export async function picture(address, { signal } = {}) {
  const response = await answered(address, { signal });
  if (response.status === 204) throw new ServerError(204, decodeURIComponent(response.headers.get("X-Reel-Absent")));
  return { image: await createImageBitmap(await response.blob()), headers: response.headers };
}

/** Gets a file and its suggested name. */
export async function download(address, { signal } = {}) {
  const response = await answered(address, { signal });
  const [, name] = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition")) ?? [];
  return { blob: await response.blob(), name };
}

/**
 * The messages of one streamed answer, in groups as they arrive. `length(view)` says how long a message is,
 * from its first `head` bytes.
 */
export async function* messages(address, head, length, { signal } = {}) {
  const reader = (await answered(address, { signal })).body.getReader();
  let rest = new Uint8Array();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const joined = new Uint8Array(rest.length + value.length);
    joined.set(rest);
    joined.set(value, rest.length);
    rest = joined;
    const come = [];
    while (rest.length >= head) {
      const size = length(new DataView(rest.buffer, rest.byteOffset, head));
      if (rest.length < size) break;
      come.push(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
    if (come.length) yield come;
  }
}

/** Decodes a picture from the bytes of its file. */
export function decoded(bytes) {
  return createImageBitmap(new Blob([bytes], { type: "image/png" }));
}

/** Streams pictures: `shown({ image, numbers })` is called with each, and the numbers that precede it. */
export async function pictures(address, count, shown, { signal } = {}) {
  const head = 4 * (1 + count);
  for await (const come of messages(address, head, (view) => head + view.getUint32(0, true), { signal })) {
    for (const message of come) {
      const view = new DataView(message.buffer, message.byteOffset, head);
      const numbers = Array.from({ length: count }, (_, index) => view.getUint32(4 + 4 * index, true));
      await shown({ image: await decoded(message.subarray(head)), numbers });
    }
  }
}

/**
 * Listens for changes while the page is visible: `handlers` by event names, and `open` whenever something may
 * have been missed. Returns a function that ends it.
 */
export function events(run, handlers) {
  let source;
  const listen = () => {
    source?.close();
    source = null;
    if (document.hidden) return;
    source = new EventSource(path("/api/events", { run }));
    for (const [name, handler] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handler(event.data && JSON.parse(event.data)));
    }
  };
  document.addEventListener("visibilitychange", listen);
  listen();
  return () => {
    document.removeEventListener("visibilitychange", listen);
    source?.close();
  };
}

/**
 * Loads what is wanted now: the newest request first, at most two at a time; loaded values are kept, and what may be
 * wanted next is loaded when there is nothing else to do.
 */
export class Latest {
  /** `load(key, signal)` loads a key's value, `show(key, value)` shows it, `fail(error)` receives errors. */
  constructor({ load, show, fail = () => {}, kept = 64 }) {
    Object.assign(this, { load, show, fail, kept });
    this.known = new Map();
    this.loading = new Map();
    this.next = [];
  }

  /** Asks for a key, and for `next` keys that may be wanted soon. */
  want(key, next = []) {
    this.wanted = key;
    this.next = next;
    if (this.known.has(key)) this.show(key, this.known.get(key));
    this.pump();
  }

  /** Drops everything that was loaded. */
  forget() {
    this.known.clear();
    for (const abort of this.loading.values()) abort.abort();
    this.loading.clear();
  }

  pump() {
    const missing = (key) => key != null && !this.known.has(key) && !this.loading.has(key);
    while (this.loading.size < 2) {
      // What may be wanted next waits until what is wanted now has come.
      const key = missing(this.wanted) ? this.wanted
        : this.loading.has(this.wanted) ? undefined : this.next.find(missing);
      if (key === undefined) return;
      this.start(key);
    }
    // Requests that nobody waits for are cancelled.
    if (!missing(this.wanted)) return;
    for (const [key, abort] of this.loading) {
      if (this.next.includes(key)) {
        abort.abort();
        this.loading.delete(key);
        this.start(this.wanted);
        return;
      }
    }
  }

  async start(key) {
    const abort = new AbortController();
    this.loading.set(key, abort);
    try {
      const value = await this.load(key, abort.signal);
      if (abort.signal.aborted) return;
      this.known.set(key, value);
      if (this.known.size > this.kept) this.known.delete(this.known.keys().next().value);
      if (key === this.wanted) this.show(key, value);
    } catch (error) {
      if (error.name !== "AbortError" && key === this.wanted) {
        this.fail(error);
        this.wanted = null;
      }
    } finally {
      if (this.loading.get(key) === abort) this.loading.delete(key);
    }
    this.pump();
  }
}
