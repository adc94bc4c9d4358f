/** One value that grows beyond this is given up, so that a broken stream cannot fill the memory. */
const MAX_VALUE_CHARS = 64 * 1024 * 1024

/**
 * Cuts a stream of JSON objects out of text that comes in any pieces: one a line, several on a line, or one over many lines, with
 * anything in between. An object that is never closed is given up at the next line that begins a new one.
 */
export class JsonValues {
  private text = ''
  private at = 0
  private start = -1
  private depth = 0
  private inString = false
  private escaped = false
  /** Characters outside of any object, white space not counted, and objects that were given up. */
  strayChars = 0
  brokenValues = 0

  push(piece: string): string[] {
    const values: string[] = []
    this.text += piece
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at)
      if (this.start < 0) {
        if (code === OPEN) this.begin()
        else if (code > 32) this.strayChars++
        continue
      }
      // A raw line break cannot stand in a JSON string: the object was cut, and what follows the break is the next one.
      if (this.inString && code === NEWLINE) {
        this.giveUp()
        continue
      }
      if (this.inString) {
        if (this.escaped) this.escaped = false
        else if (code === BACKSLASH) this.escaped = true
        else if (code === QUOTE) this.inString = false
        continue
      }
      if (code === QUOTE) this.inString = true
      else if (code === OPEN) {
        if (this.cutBefore()) {
          this.giveUp()
          this.begin()
        } else this.depth++
      } else if (code === CLOSE && --this.depth === 0) {
        values.push(this.text.slice(this.start, this.at + 1))
        this.start = -1
      }
    }
    this.forget()
    return values
  }

  /** Whether an object is still open: at the end of the stream, it was cut. */
  get open(): boolean {
    return this.start >= 0
  }

  private begin(): void {
    this.start = this.at
    this.depth = 1
    this.inString = false
    this.escaped = false
  }

  private giveUp(): void {
    this.start = -1
    this.inString = false
    this.brokenValues++
  }

  /** bpftrace begins every message with `{"type"` at the start of a line; inside of one, that never stands there. */
  private cutBefore(): boolean {
    return this.text.charCodeAt(this.at - 1) === NEWLINE && this.text.startsWith('{"type"', this.at)
  }

  private forget(): void {
    if (this.start < 0) {
      this.text = ''
      this.at = 0
      return
    }
    if (this.text.length - this.start > MAX_VALUE_CHARS) {
      this.giveUp()
      this.text = ''
      this.at = 0
      return
    }
    this.text = this.text.slice(this.start)
    this.at -= this.start
    this.start = 0
  }
}

const OPEN = 0x7b
const CLOSE = 0x7d
const QUOTE = 0x22
const BACKSLASH = 0x5c
const NEWLINE = 0x0a
