import { describe, expect, it } from 'vitest'
import { BtfFunctions } from './btf.ts'
import { BtfError } from './btf-error.ts'
import { BTF_KIND } from './btf-types.ts'

/** Writes raw BTF: types by their words, strings as they are asked for. `base`: how many types and bytes of strings come before. */
class BtfWriter {
  readonly #words: number[] = []
  readonly #strings: number[]
  readonly #firstString: number
  #next: number

  constructor(base: { types: number; stringBytes: number } | null = null) {
    this.#next = base === null ? 1 : base.types
    this.#firstString = base?.stringBytes ?? 0
    this.#strings = base === null ? [0] : []
  }

  string(text: string): number {
    const at = this.#firstString + this.#strings.length
    this.#strings.push(...Buffer.from(`${text}\0`))
    return at
  }

  /** Returns the type's id. */
  type(name: string | null, kind: number, sizeOrType: number, tail: number[] = [], members = 0): number {
    this.#words.push(name === null ? 0 : this.string(name), (kind << 24) | members, sizeOrType, ...tail)
    return this.#next++
  }

  get size(): { types: number; stringBytes: number } {
    return { types: this.#next, stringBytes: this.#firstString + this.#strings.length }
  }

  bytes(): Uint8Array {
    const types = this.#words.length * 4
    const bytes = Buffer.alloc(24 + types + this.#strings.length)
    bytes.writeUInt16LE(0xeb9f, 0)
    bytes.writeUInt8(1, 2)
    for (const [i, word] of [24, 0, types, types, this.#strings.length].entries()) bytes.writeUInt32LE(word, 4 + i * 4)
    for (const [i, word] of this.#words.entries()) bytes.writeUInt32LE(word >>> 0, 24 + i * 4)
    bytes.set(this.#strings, 24 + types)
    return bytes
  }
}

const INT_SIGNED = 1 << 24
function vmlinux() {
  const writer = new BtfWriter()
  const int = writer.type('int', BTF_KIND.int, 4, [INT_SIGNED | 32])
  const file = writer.type('file', BTF_KIND.struct, 16)
  const pointer = writer.type(null, BTF_KIND.ptr, file)
  const size = writer.type('size_t', BTF_KIND.typedef, writer.type('long unsigned int', BTF_KIND.int, 8, [64]))
  const proto = writer.type(null, BTF_KIND.funcProto, int, [writer.string('file'), pointer, 0, size], 2)
  writer.type('vfs_thing', BTF_KIND.func, proto)
  return { writer, ids: { int, pointer } }
}

describe('BTF', () => {
  it('says what a function takes and returns', () => {
    const kernel = new BtfFunctions(vmlinux().writer.bytes())
    expect(kernel.signature('vfs_thing')).toEqual({
      arguments: [
        { name: 'file', cType: 'struct file *', kind: 'pointer', size: 8 },
        { name: 'arg1', cType: 'size_t', kind: 'uint', size: 8 },
      ],
      returns: { cType: 'int', kind: 'int', size: 4 },
      variadic: false,
    })
  })

  it('of a module goes on where that of the kernel ends, in types and in strings', () => {
    const { writer, ids } = vmlinux()
    const module = new BtfWriter(writer.size)
    const own = module.type('thing', BTF_KIND.struct, 8)
    const proto = module.type(
      null,
      BTF_KIND.funcProto,
      ids.int,
      [module.string('it'), module.type(null, BTF_KIND.ptr, own), module.string('of'), ids.pointer, 0, 0],
      3,
    )
    // The pointer was written first, so the prototype is the last one.
    module.type('module_thing', BTF_KIND.func, proto)
    const kernel = new BtfFunctions(writer.bytes())
    const both = new BtfFunctions(module.bytes(), kernel)
    expect(both.signature('module_thing')).toMatchObject({
      arguments: [
        { name: 'it', cType: 'struct thing *' },
        { name: 'of', cType: 'struct file *' },
      ],
      returns: { cType: 'int' },
      variadic: true,
    })
    expect([...both.names]).toEqual(['module_thing'])
  })

  it.each([
    ['nothing', new Uint8Array(0)],
    ['another format', Buffer.alloc(64, 'x')],
    ['another version', Buffer.from([0x9f, 0xeb, 2, 0, ...new Array(40).fill(0)])],
  ])('is not %s', (_, bytes) => {
    expect(() => new BtfFunctions(bytes)).toThrow(BtfError)
  })

  it('that refers to itself is refused', () => {
    const writer = new BtfWriter()
    const proto = writer.type(null, BTF_KIND.funcProto, 2, [], 0)
    writer.type(null, BTF_KIND.ptr, 2)
    writer.type('loop', BTF_KIND.func, proto)
    expect(() => new BtfFunctions(writer.bytes()).signature('loop')).toThrow(BtfError)
  })

  it('with a kind that is not known is refused, since nothing behind it could be read', () => {
    const writer = new BtfWriter()
    writer.type('x', 30, 0)
    expect(() => new BtfFunctions(writer.bytes())).toThrow('kind 30')
  })
})
