import { cTextOf } from './btf-c-text.ts'
import { BtfError } from './btf-error.ts'
import { BTF_KIND, BtfTypes } from './btf-types.ts'

/** What a value is, as far as a condition on it needs to know. `other`: a struct by value, a float. */
export type ValueKind = 'int' | 'uint' | 'bool' | 'pointer' | 'other' | 'void'
export type ValueType = { cType: string; kind: ValueKind /** Bytes; 0 for void. */; size: number }
export type KernelArgument = ValueType & { name: string }
export type KernelSignature = {
  arguments: KernelArgument[]
  returns: ValueType
  /** Takes more arguments than are named (`...`). */
  variadic: boolean
}

const POINTER_BYTES = 8
const INT_SIGNED = 1
const INT_BOOL = 4
const MAX_DEPTH = 48

/**
 * Signatures of the kernel's functions out of its BTF. Built in one pass over the types; a signature is read when it is asked for,
 * since there are tens of thousands and each type has to be spelt out.
 *
 *   const kernel = new BtfFunctions(readFileSync('/sys/kernel/btf/vmlinux'))
 *   kernel.signature('vfs_read')   // ssize_t (struct file *file, char *buf, size_t count, loff_t *pos)
 *
 * `base`: for a module's split BTF, that of vmlinux. Throws BtfError where the bytes are not BTF.
 */
export class BtfFunctions {
  readonly types: BtfTypes
  /** Name → id of its FUNC. Of static functions of the same name one stands here. */
  readonly #ids = new Map<string, number>()
  readonly #values = new Map<number, ValueType>()

  constructor(bytes: Uint8Array, base: BtfFunctions | null = null) {
    this.types = new BtfTypes(bytes, base?.types ?? null)
    for (const id of this.types.ids()) {
      const type = this.types.type(id)
      if (type.kind === BTF_KIND.func) this.#ids.set(this.types.string(type.nameOffset), id)
    }
  }

  get names(): IterableIterator<string> {
    return this.#ids.keys()
  }

  has(name: string): boolean {
    return this.#ids.has(name)
  }

  /** Null where BTF has no such function. Throws BtfError where its types are broken. */
  signature(name: string): KernelSignature | null {
    const id = this.#ids.get(name)
    if (id === undefined) return null
    const prototypeId = this.types.type(id).sizeOrType
    const prototype = this.types.type(prototypeId)
    if (prototype.kind !== BTF_KIND.funcProto) throw new BtfError(`the type of ${name} is not that of a function`)
    const signature: KernelSignature = { arguments: [], returns: this.#value(prototype.sizeOrType), variadic: false }
    for (let i = 0; i < prototype.members; i++) {
      const nameOffset = this.types.word(prototypeId, i * 2)
      const typeId = this.types.word(prototypeId, i * 2 + 1)
      if (nameOffset === 0 && typeId === 0) signature.variadic = true
      else signature.arguments.push({ name: this.types.string(nameOffset) || `arg${i}`, ...this.#value(typeId) })
    }
    return signature
  }

  #value(id: number): ValueType {
    const known = this.#values.get(id)
    if (known) return known
    const value = { cType: cTextOf(this.types, id), ...this.#layout(id) }
    this.#values.set(id, value)
    return value
  }

  #layout(id: number): { kind: ValueKind; size: number } {
    let current = id
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const type = this.types.type(current)
      switch (type.kind) {
        case BTF_KIND.void:
          return { kind: 'void', size: 0 }
        case BTF_KIND.int: {
          const encoding = (this.types.word(current, 0) >>> 24) & 0xf
          return { kind: encoding & INT_BOOL ? 'bool' : encoding & INT_SIGNED ? 'int' : 'uint', size: type.sizeOrType }
        }
        case BTF_KIND.enum:
        case BTF_KIND.enum64:
          return { kind: type.kindFlag ? 'int' : 'uint', size: type.sizeOrType }
        case BTF_KIND.ptr:
          return { kind: 'pointer', size: POINTER_BYTES }
        case BTF_KIND.struct:
        case BTF_KIND.union:
        case BTF_KIND.float:
          return { kind: 'other', size: type.sizeOrType }
        case BTF_KIND.typedef:
        case BTF_KIND.const:
        case BTF_KIND.volatile:
        case BTF_KIND.restrict:
        case BTF_KIND.typeTag:
          current = type.sizeOrType
          break
        default:
          return { kind: 'other', size: 0 }
      }
    }
    throw new BtfError('types refer to each other in a circle')
  }
}
