/** Writes varints, floats and text into one growing buffer. Numbers are little-endian. */
export class ByteWriter {
  length = 0
  private bytes: Uint8Array<ArrayBuffer>
  private view: DataView
  private readonly encoder = new TextEncoder()

  constructor(capacityBytes = 4096) {
    this.bytes = new Uint8Array(Math.max(64, capacityBytes))
    this.view = new DataView(this.bytes.buffer)
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Unsigned LEB128, for integers in [0, 2^53). */
  varint(value: number): void {
    this.reserve(8)
    let rest = value
    // Bitwise operators work on 32 bits, so the part above them is divided off first.
    while (rest > 0x7fffffff) {
      this.bytes[this.length++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.length++] = rest
  }

  /** Signed varint, small either side of zero: 0, -1, 1, -2 … become 0, 1, 2, 3 … |value| < 2^52. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  float64(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.length, value, true)
    this.length += 8
  }

  /** UTF-8 with its length in bytes before it. */
  text(text: string): void {
    const bytes = this.encoder.encode(text)
    this.varint(bytes.length)
    this.raw(bytes)
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length)
  }

  private reserve(sizeBytes: number): void {
    if (this.length + sizeBytes <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + sizeBytes))
    grown.set(this.bytes)
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }
}
