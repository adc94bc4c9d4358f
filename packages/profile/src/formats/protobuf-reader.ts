import { ProfileFormatError } from '../profile-format-error.ts'

/** How a field is written (protobuf.dev, "Encoding"). */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** An id of 64 bits: a number where that is exact, so that it can be the key of a Map either way. */
export type WideId = number | bigint

/**
 * Reads one protobuf message in place, from bytes that may be hostile: never past its end, no allocation that the input's size does not
 * cover.
 *
 *   while (message.next()) if (message.field === 1) name = message.varint(); else message.skip()
 *
 * Every field that `next` announces must be read or skipped. Errors say the byte, counted in the whole input.
 */
export class ProtobufReader {
  field = 0
  wire = 0
  private low = 0
  private high = 0

  constructor(
    private readonly bytes: Uint8Array,
    public offset = 0,
    private readonly end = bytes.length,
  ) {}

  fail(what: string): never {
    throw new ProfileFormatError(`${what} (at byte ${this.offset.toLocaleString('en-US')} of ${this.bytes.length.toLocaleString('en-US')})`)
  }

  /** Goes to the next field; false at the message's end. */
  next(): boolean {
    if (this.offset >= this.end) return false
    this.readVarint()
    const tag = this.high * 4_294_967_296 + this.low
    this.field = Math.floor(tag / 8)
    this.wire = tag % 8
    if (this.field === 0 || tag > 0xffffffff) this.fail('is broken pprof: a field that cannot be')
    return true
  }

  skip(): void {
    if (this.wire === WIRE.varint) this.readVarint()
    else if (this.wire === WIRE.bytes) this.offset = this.bytesEnd()
    else if (this.wire === WIRE.fixed64) this.forward(8)
    else if (this.wire === WIRE.fixed32) this.forward(4)
    else this.fail('is broken pprof: a field of an unknown form')
  }

  /** int64 as a double: exact up to 2^53, close beyond. */
  varint(): number {
    this.require(WIRE.varint)
    this.readVarint()
    return (this.high | 0) * 4_294_967_296 + this.low
  }

  /** uint64, exact. */
  id(): WideId {
    this.require(WIRE.varint)
    this.readVarint()
    return this.high < 0x200000 ? this.high * 4_294_967_296 + this.low : (BigInt(this.high) << 32n) | BigInt(this.low)
  }

  /** A repeated number, packed or not: `visit` reads one with `varint` or `id`. */
  repeated(visit: (reader: ProtobufReader) => void): void {
    if (this.wire === WIRE.varint) {
      visit(this)
      return
    }
    const values = this.message()
    while (values.offset < values.end) {
      values.wire = WIRE.varint
      visit(values)
    }
  }

  /** A message, or packed numbers, within this one. */
  message(): ProtobufReader {
    const end = this.bytesEnd()
    const inner = new ProtobufReader(this.bytes, this.offset, end)
    this.offset = end
    return inner
  }

  /** The field's bytes, without a copy. */
  raw(): Uint8Array {
    const end = this.bytesEnd()
    const raw = this.bytes.subarray(this.offset, end)
    this.offset = end
    return raw
  }

  private require(wire: number): void {
    if (this.wire !== wire && this.field !== 0) this.fail(`is broken pprof: field ${this.field} has the wrong form`)
  }

  private bytesEnd(): number {
    this.require(WIRE.bytes)
    this.readVarint()
    const length = this.high * 4_294_967_296 + this.low
    if (length > this.end - this.offset) this.fail('is cut or broken pprof: a field is longer than what is left')
    return this.offset + length
  }

  private forward(count: number): void {
    if (count > this.end - this.offset) this.fail('is cut or broken pprof: it ends within a field')
    this.offset += count
  }

  private readVarint(): void {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.offset >= this.end) this.fail('is cut or broken pprof: it ends within a number')
      const byte = this.bytes[this.offset++] ?? 0
      const part = byte & 0x7f
      if (shift < 28) low |= part << shift
      else if (shift === 28) {
        low |= (part & 0xf) << 28
        high |= part >>> 4
      } else high |= part << (shift - 32)
      if (byte < 0x80) {
        this.low = low >>> 0
        this.high = high >>> 0
        return
      }
    }
    this.fail('is broken pprof: a number of more than 10 bytes')
  }
}
