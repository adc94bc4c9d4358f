import { ByteWriter } from '../byte-writer.ts'

/** Text of any length as UTF-8: one string of all of it could pass what a string may hold. */
export class TextChunks {
  private readonly out = new ByteWriter(65_536)
  private readonly encoder = new TextEncoder()
  private pieces: string[] = []
  private pending = 0

  add(text: string): void {
    this.pieces.push(text)
    this.pending += text.length
    if (this.pending > 65_536) this.flush()
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.flush()
    return this.out.finish()
  }

  private flush(): void {
    this.out.raw(this.encoder.encode(this.pieces.join('')))
    this.pieces = []
    this.pending = 0
  }
}
