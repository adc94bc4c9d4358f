import { BtfError } from './btf-error.ts'
import { BTF_KIND, type BtfTypes } from './btf-types.ts'

/** Types nest this deep at most; a loop in hostile or broken BTF ends here. */
const MAX_DEPTH = 48

/** GCC's words for integers in the order that people and the kernel's sources use; clang writes them so anyway. */
const INTEGER_NAMES: Readonly<Record<string, string>> = {
  'short int': 'short',
  'short unsigned int': 'unsigned short',
  'long int': 'long',
  'long unsigned int': 'unsigned long',
  'long long int': 'long long',
  'long long unsigned int': 'unsigned long long',
}

/**
 * A type as C text without a name: `const char *`, `struct file *`, `int (*)(struct sk_buff *, int)`, `u8[6]`. Throws BtfError where
 * types refer to each other in a circle without a name in between.
 *
 * C writes a type around its name: what points or calls stands on both sides of it. So the text is grown from the inside, from the
 * (empty) name outwards: pointers to the left, arrays and parameters to the right, brackets where a pointer meets either.
 */
export function cTextOf(btf: BtfTypes, id: number): string {
  return around(btf, id, '', 0)
}

function around(btf: BtfTypes, id: number, inner: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new BtfError('types refer to each other in a circle')
  const type = btf.type(id)
  const name = btf.string(type.nameOffset)
  const next = (text: string) => around(btf, type.sizeOrType, text, depth + 1)
  switch (type.kind) {
    case BTF_KIND.void:
      return joined('void', inner)
    case BTF_KIND.int:
      return joined(INTEGER_NAMES[name] ?? name, inner)
    case BTF_KIND.float:
    case BTF_KIND.typedef:
      return joined(name, inner)
    case BTF_KIND.struct:
      return joined(`struct ${name || '{…}'}`, inner)
    case BTF_KIND.union:
      return joined(`union ${name || '{…}'}`, inner)
    case BTF_KIND.fwd:
      return joined(`${type.kindFlag ? 'union' : 'struct'} ${name}`, inner)
    case BTF_KIND.enum:
    case BTF_KIND.enum64:
      return joined(`enum ${name || '{…}'}`, inner)
    case BTF_KIND.ptr: {
      const target = skipTags(btf, type.sizeOrType)
      const text = inner.startsWith('[') ? `(*)${inner}` : `*${/^\w/.test(inner) ? ' ' : ''}${inner}`
      const { kind } = btf.type(target)
      return around(btf, target, kind === BTF_KIND.array || kind === BTF_KIND.funcProto ? `(${text})` : text, depth + 1)
    }
    case BTF_KIND.const:
    case BTF_KIND.volatile:
    case BTF_KIND.restrict: {
      const word = type.kind === BTF_KIND.const ? 'const' : type.kind === BTF_KIND.volatile ? 'volatile' : 'restrict'
      // A qualifier of a pointer stands right of the star, that of anything else in front.
      const target = skipTags(btf, type.sizeOrType)
      if (btf.type(target).kind === BTF_KIND.ptr)
        return around(btf, target, ` ${word}${inner && !inner.startsWith(' ') ? ` ${inner}` : inner}`, depth + 1)
      const text = around(btf, target, inner, depth + 1)
      return text.startsWith(`${word} `) ? text : `${word} ${text}`
    }
    case BTF_KIND.typeTag:
      return next(inner)
    case BTF_KIND.array: {
      const elementId = btf.word(id, 0)
      return around(btf, elementId, `${inner}[${btf.word(id, 2)}]`, depth + 1)
    }
    case BTF_KIND.funcProto: {
      const params = Array.from({ length: type.members }, (_, i) => {
        const paramType = btf.word(id, i * 2 + 1)
        return paramType === 0 && btf.word(id, i * 2) === 0 ? '...' : around(btf, paramType, '', depth + 1)
      })
      return next(`${inner}(${params.join(', ') || 'void'})`)
    }
    default:
      throw new BtfError(`type ${id} is not one that a value can have`)
  }
}

/** Type tags (`__user`, `__rcu`) say nothing about the layout. */
function skipTags(btf: BtfTypes, id: number): number {
  let current = id
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = btf.type(current)
    if (type.kind !== BTF_KIND.typeTag) return current
    current = type.sizeOrType
  }
  throw new BtfError('types refer to each other in a circle')
}

/** `struct file` + `*` → `struct file *`; `u8` + `[6]` → `u8[6]`. */
function joined(base: string, inner: string): string {
  return inner === '' ? base : inner.startsWith('[') || inner.startsWith(' ') ? `${base}${inner}` : `${base} ${inner}`
}
