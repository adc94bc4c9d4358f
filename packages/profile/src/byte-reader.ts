import { ProfileFormatError } from './profile-format-error.ts'

/** Reads what `ByteWriter` writes, from bytes that may be hostile: never past the end, never a number beyond 2^53. */
export class ByteReader {
  offset = 0
  private readonly view: DataView
  // Names are kept as they came: a leading byte order mark is part of one.
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.bytes.length - this.offset
  }

  fail(what: string): never {
    throw new ProfileFormatError(`profile: ${what} (at byte ${this.offset} of ${this.bytes.length})`)
  }

  byte(): number {
    const value = this.bytes[this.offset]
    if (value === undefined) this.fail('ends too early')
    this.offset++
    return value
  }

  /** The next `sizeBytes` bytes, without a copy. */
  raw(sizeBytes: number): Uint8Array {
    if (sizeBytes > this.remaining) this.fail('ends too early')
    const start = this.offset
    this.offset += sizeBytes
    return this.bytes.subarray(start, this.offset)
  }

  varint(): number {
    const bytes = this.bytes
    let offset = this.offset
    let byte = bytes[offset++]
    if (byte !== undefined && byte < 0x80) {
      this.offset = offset
      return byte
    }
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      if (byte === undefined) this.fail('ends within a number')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) this.fail('has a number beyond 2^53')
        this.offset = offset
        return value
      }
      scale *= 128
      byte = bytes[offset++]
    }
    return this.fail('has a number of more than 8 bytes')
  }

  zigzag(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  float64(): number {
    if (this.remaining < 8) this.fail('ends within a number')
    const value = this.view.getFloat64(this.offset, true)
    this.offset += 8
    return value
  }

  /**
   * A row count. Every row takes at least `bytesPerRow` bytes further on, so a count that the rest of the input
   * cannot hold is refused before anything is allocated for it.
   */
  count(what: string, bytesPerRow: number): number {
    const value = this.varint()
    if (value * bytesPerRow > this.remaining) this.fail(`says it has ${value} ${what}, more than its bytes can hold`)
    return value
  }

  /** A varint below `limit`: an index into a table of that many rows. */
  index(what: string, limit: number): number {
    const value = this.varint()
    if (value >= limit) this.fail(`points at ${what} ${value} of ${limit}`)
    return value
  }

  text(): string {
    return this.utf8(this.raw(this.varint()))
  }

  utf8(bytes: Uint8Array): string {
    try {
      return this.decoder.decode(bytes)
    } catch {
      return this.fail('has text that is not UTF-8')
    }
  }
}
