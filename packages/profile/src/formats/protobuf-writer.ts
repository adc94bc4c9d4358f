import { ByteWriter } from '../byte-writer.ts'
import { WIRE } from './protobuf-reader.ts'

/** Writes the fields of one protobuf message. Zeros, which are the default, are left out. */
export class ProtobufWriter {
  private inner: ProtobufWriter | null = null

  constructor(readonly bytes: ByteWriter) {}

  /** An integer in [0, 2^53). */
  number(field: number, value: number): void {
    if (value === 0) return
    this.bytes.varint(field * 8 + WIRE.varint)
    this.bytes.varint(value)
  }

  /** An integer in [0, 2^64). */
  bigint(field: number, value: bigint): void {
    if (value === 0n) return
    this.bytes.varint(field * 8 + WIRE.varint)
    let rest = value
    for (; rest > 0x7fn; rest >>= 7n) this.bytes.byte(Number(rest & 0x7fn) | 0x80)
    this.bytes.byte(Number(rest))
  }

  text(field: number, text: string): void {
    this.bytes.varint(field * 8 + WIRE.bytes)
    this.bytes.text(text)
  }

  /** Integers in [0, 2^53). */
  packed(field: number, values: readonly number[]): void {
    this.nested(field, ({ bytes }) => {
      for (const value of values) bytes.varint(value)
    })
  }

  message(field: number, write: (message: ProtobufWriter) => void): void {
    this.nested(field, write)
  }

  /** Its length stands before a message, so it is written aside first, always in the same room. */
  private nested(field: number, write: (message: ProtobufWriter) => void): void {
    const inner = this.inner ?? new ProtobufWriter(new ByteWriter(256))
    this.inner = null
    inner.bytes.length = 0
    write(inner)
    const content = inner.bytes.finish()
    this.bytes.varint(field * 8 + WIRE.bytes)
    this.bytes.varint(content.length)
    this.bytes.raw(content)
    this.inner = inner
  }
}
