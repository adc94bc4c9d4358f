/** An object of the helper's output whose `type` is text; its other fields are still unchecked. */
export type HelperLine = { type: string } & Record<string, unknown>

const MAX_LINE_BYTES = 4 * 1024 * 1024
const NEWLINE = 0x0a

/** JSON lines as sonde-bpf prints them (native/README.md), cut out of a byte stream. What cannot be read is counted. */
export class HelperLines {
  malformed = 0
  private rest: Buffer[] = []
  private restBytes = 0

  push(chunk: Buffer): HelperLine[] {
    const lines: HelperLine[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.take(Buffer.concat([...this.rest, chunk.subarray(start, end)]))
      if (line !== null) lines.push(line)
      this.rest = []
      this.restBytes = 0
      start = end + 1
    }
    this.keep(chunk.subarray(start))
    return lines
  }

  /** The output is over: half a line at its end is lost. */
  end(): void {
    if (this.restBytes > 0) this.malformed++
    this.rest = []
    this.restBytes = 0
  }

  private keep(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.restBytes += bytes.length
    // Longer than anything the helper prints: keep counting, hold nothing.
    if (this.restBytes > MAX_LINE_BYTES) this.rest = []
    else this.rest.push(bytes)
  }

  private take(bytes: Buffer): HelperLine | null {
    try {
      const value: unknown = JSON.parse(bytes.toString('utf8'))
      if (isLine(value)) return value
    } catch {
      // counted below
    }
    this.malformed++
    return null
  }
}

function isLine(value: unknown): value is HelperLine {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** A whole number from 0 up that JavaScript holds exactly. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** A list of pairs of whole numbers. */
export function isPairs(value: unknown): value is [number, number][] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount))
}
