/** What a field of a tracepoint holds, as far as a condition or a table column needs to know. */
export type TracepointFieldKind =
  | 'int'
  | 'uint'
  | 'bool'
  /** `char comm[16]`: text of at most `size` bytes. */
  | 'char-array'
  /** `__data_loc char[]`: text of any length; the field itself holds its place (low 16 bits) and length (high 16 bits). */
  | 'dynamic-string'
  /** `__data_loc u8[]` and the like. */
  | 'dynamic-array'
  | 'pointer'
  | 'array'
  /** A struct by value, or a size that no integer has. */
  | 'other'

export type TracepointField = {
  name: string
  /** C type without the name, as in `const char *`, `char[16]`, `__data_loc char[]`. */
  cType: string
  /** Bytes from the start of the record, and its size in bytes. */
  offset: number
  size: number
  /** The kernel's own word. System calls' arguments are kept as unsigned 64-bit words, whatever their C type. */
  signed: boolean
  kind: TracepointFieldKind
  /** Elements of an array where the format says so, else null. */
  elements: number | null
}

export type TracepointFormat = { name: string; id: number; fields: TracepointField[]; printFmt: string }

const FIELD = /^\tfield:([^;]+);\toffset:(\d+);\tsize:(\d+);\tsigned:([01]);$/
/** C types that are signed integers by themselves. Every other name goes by the kernel's `signed`. */
const SIGNED_TYPE =
  /^(const )?(signed )?(char|short|int|long|long long|long int|s8|s16|s32|s64|__s8|__s16|__s32|__s64|int8_t|int16_t|int32_t|int64_t|pid_t|ssize_t|off_t|loff_t|time64_t)$/
const INTEGER_SIZES = new Set([1, 2, 4, 8])

/**
 * Reads a tracefs `events/<category>/<name>/format` file (kernel: Documentation/trace/events.rst). The four `common_` fields that
 * every event has are left out. Returns null where the text is no such file.
 */
export function parseTracepointFormat(text: string): TracepointFormat | null {
  const name = /^name: (.+)$/m.exec(text)?.[1]
  const id = /^ID: (\d+)$/m.exec(text)?.[1]
  if (name === undefined || id === undefined) return null
  const fields: TracepointField[] = []
  for (const line of text.split('\n')) {
    const match = FIELD.exec(line)
    if (match === null) continue
    const [, declaration = '', offset, size, signed] = match
    const field = describeField(declaration, Number(offset), Number(size), signed === '1')
    if (field !== null && !field.name.startsWith('common_')) fields.push(field)
  }
  return { name, id: Number(id), fields, printFmt: /^print fmt: ([\s\S]*)$/m.exec(text)?.[1]?.trimEnd() ?? '' }
}

function describeField(declaration: string, offset: number, size: number, signed: boolean): TracepointField | null {
  // The name is the last word; only an array's length stands behind it.
  const match = /^(.*?)([A-Za-z_]\w*)\s*((?:\[[^\]]*\])*)$/.exec(declaration)
  if (match === null) return null
  const [, before = '', name = '', brackets = ''] = match
  const base = before.trim()
  if (base === '') return null
  const length = /^\[(\d+)\]$/.exec(brackets)?.[1]
  return {
    name,
    cType: `${base}${brackets}`,
    offset,
    size,
    signed,
    kind: kindOf(base, brackets, size, signed),
    elements: length === undefined ? null : Number(length),
  }
}

function kindOf(base: string, brackets: string, size: number, signed: boolean): TracepointFieldKind {
  const dynamic = /^__(?:data|rel)_loc (.*?)\s*\[\]$/.exec(base)
  if (dynamic) return /^(const )?char$/.test(dynamic[1] ?? '') ? 'dynamic-string' : 'dynamic-array'
  if (brackets !== '') return /^(const )?char$/.test(base) ? 'char-array' : 'array'
  if (/\*( ?const)?$/.test(base)) return 'pointer'
  if (base === 'bool' || base === '_Bool') return 'bool'
  if (!INTEGER_SIZES.has(size) || /^(const )?(struct|union) /.test(base)) return 'other'
  return signed || SIGNED_TYPE.test(base) ? 'int' : 'uint'
}
