import { BtfError } from './btf-error.ts'

/** Kinds of BTF types (kernel: include/uapi/linux/btf.h). */
export const BTF_KIND = {
  void: 0,
  int: 1,
  ptr: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  fwd: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func: 12,
  funcProto: 13,
  variable: 14,
  dataSection: 15,
  float: 16,
  declTag: 17,
  typeTag: 18,
  enum64: 19,
} as const

const MAGIC = 0xeb9f
const HEADER_BYTES = 24
const TYPE_BYTES = 12
/** vmlinux of a distribution kernel: 5–12 MB and 130–200 thousand types. */
const MAX_BYTES = 128 * 1024 * 1024
const MAX_TYPES = 4_000_000

/** Bytes that follow the 12 bytes of a type, by kind and number of members. -1: a kind that nobody knows. */
function tailBytes(kind: number, members: number): number {
  switch (kind) {
    case BTF_KIND.int:
    case BTF_KIND.variable:
    case BTF_KIND.declTag:
      return 4
    case BTF_KIND.array:
      return 12
    case BTF_KIND.struct:
    case BTF_KIND.union:
    case BTF_KIND.dataSection:
    case BTF_KIND.enum64:
      return 12 * members
    case BTF_KIND.enum:
    case BTF_KIND.funcProto:
      return 8 * members
    case BTF_KIND.ptr:
    case BTF_KIND.fwd:
    case BTF_KIND.typedef:
    case BTF_KIND.volatile:
    case BTF_KIND.const:
    case BTF_KIND.restrict:
    case BTF_KIND.func:
    case BTF_KIND.float:
    case BTF_KIND.typeTag:
      return 0
    default:
      return -1
  }
}

/** One type as it stands: what `sizeOrType` is depends on the kind, and where the members begin is `tail`. */
export type BtfType = { kind: number; nameOffset: number; members: number; kindFlag: boolean; sizeOrType: number; tail: number }

/**
 * The type table of raw BTF (kernel: Documentation/bpf/btf.rst), as in /sys/kernel/btf/vmlinux. A module's BTF is *split*: its ids go
 * on where those of vmlinux end, and so do its string offsets. Type 0 is void.
 *
 * Throws BtfError where the bytes are no BTF, are cut, or hold a kind that is not known (its length would be a guess).
 */
export class BtfTypes {
  readonly firstId: number
  /** Types here and in the base; ids are below it. */
  readonly count: number
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #base: BtfTypes | null
  readonly #offsets: Uint32Array
  readonly #stringsStart: number
  readonly #stringsEnd: number
  readonly #firstString: number
  static readonly #utf8 = new TextDecoder()

  constructor(bytes: Uint8Array, base: BtfTypes | null = null) {
    if (bytes.length > MAX_BYTES) throw new BtfError(`BTF of ${bytes.length} bytes is over the limit`)
    if (bytes.length < HEADER_BYTES) throw new BtfError('too short for BTF')
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (this.#view.getUint16(0, true) !== MAGIC) throw new BtfError('not little-endian BTF')
    if (bytes[2] !== 1) throw new BtfError(`BTF version ${bytes[2]} is not known`)
    const [headerBytes = 0, typesAt = 0, typesBytes = 0, stringsAt = 0, stringsBytes = 0] = [4, 8, 12, 16, 20].map((at) =>
      this.#view.getUint32(at, true),
    )
    const typesStart = headerBytes + typesAt
    this.#stringsStart = headerBytes + stringsAt
    this.#stringsEnd = this.#stringsStart + stringsBytes
    if (headerBytes < HEADER_BYTES || typesStart + typesBytes > bytes.length || this.#stringsEnd > bytes.length) {
      throw new BtfError('BTF sections lie outside of the data')
    }
    this.#base = base
    this.firstId = base === null ? 1 : base.count
    this.#firstString = base === null ? 0 : base.stringsEndOffset
    this.#offsets = this.#indexTypes(typesStart, typesStart + typesBytes)
    this.count = this.firstId + this.#offsets.length
  }

  /** Offset of the first string that a split BTF on top of this one has. */
  get stringsEndOffset(): number {
    return this.#firstString + this.#stringsEnd - this.#stringsStart
  }

  #indexTypes(start: number, end: number): Uint32Array {
    const offsets = new Uint32Array(Math.min(MAX_TYPES, Math.floor((end - start) / TYPE_BYTES)))
    let count = 0
    for (let at = start; at < end; ) {
      if (at + TYPE_BYTES > end) throw new BtfError('the last type is cut')
      if (count === offsets.length) throw new BtfError('too many types')
      const info = this.#view.getUint32(at + 4, true)
      const tail = tailBytes((info >>> 24) & 0x1f, info & 0xffff)
      if (tail < 0) throw new BtfError(`type kind ${(info >>> 24) & 0x1f} is not known`)
      if (at + TYPE_BYTES + tail > end) throw new BtfError('a type reaches over the end')
      offsets[count++] = at
      at += TYPE_BYTES + tail
    }
    return offsets.subarray(0, count)
  }

  /** Throws BtfError for an id that does not exist. */
  type(id: number): BtfType {
    if (id < this.firstId && this.#base !== null) return this.#base.type(id)
    if (id === 0) return { kind: BTF_KIND.void, nameOffset: 0, members: 0, kindFlag: false, sizeOrType: 0, tail: 0 }
    const at = this.#offsets[id - this.firstId]
    if (at === undefined) throw new BtfError(`there is no type ${id}`)
    const info = this.#view.getUint32(at + 4, true)
    return {
      kind: (info >>> 24) & 0x1f,
      nameOffset: this.#view.getUint32(at, true),
      members: info & 0xffff,
      kindFlag: info >>> 31 === 1,
      sizeOrType: this.#view.getUint32(at + 8, true),
      tail: at + TYPE_BYTES,
    }
  }

  /** 32-bit word `index` behind the type `id` (its members, element type and the like). */
  word(id: number, index: number): number {
    if (id < this.firstId && this.#base !== null) return this.#base.word(id, index)
    const { tail } = this.type(id)
    if (id === 0 || tail + index * 4 + 4 > this.#stringsStart) throw new BtfError(`type ${id} has no word ${index}`)
    return this.#view.getUint32(tail + index * 4, true)
  }

  /** A name of the string table; '' for 0 (no name). */
  string(offset: number): string {
    if (offset < this.#firstString) return this.#base?.string(offset) ?? ''
    const start = this.#stringsStart + offset - this.#firstString
    if (start >= this.#stringsEnd) throw new BtfError(`there is no string at ${offset}`)
    const end = this.#bytes.indexOf(0, start)
    if (end < 0 || end >= this.#stringsEnd) throw new BtfError('a string has no end')
    return BtfTypes.#utf8.decode(this.#bytes.subarray(start, end))
  }

  nameOf(id: number): string {
    return this.string(this.type(id).nameOffset)
  }

  /** Ids of the types of this table alone (not of the base), in order. */
  *ids(): IterableIterator<number> {
    for (let id = this.firstId; id < this.count; id++) yield id
  }
}
