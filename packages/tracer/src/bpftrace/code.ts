/**
 * A piece of a bpftrace program. There are three doors by which text gets into one, all in this file, and no other: literals of this
 * package's own source (`code` as a template tag), numbers (`integer`) and texts of a strict character set (`textLiteral`, `name`,
 * `path`). What a person typed can therefore be a number or a quoted word, never program.
 */
export class Code {
  readonly text: string
  /** What has a `text` is no piece of a program for that. */
  protected readonly door: typeof DOOR

  /** Only for this file. */
  constructor(text: string, door: typeof DOOR) {
    if (door !== DOOR) throw new TypeError('program text comes through the doors of this file only')
    this.text = text
    this.door = door
  }
}
const DOOR = Symbol('door')

/** Program text out of a literal of the source code, with pieces in it: code`@s[tid] = ${value};`. */
export function code(literals: TemplateStringsArray, ...pieces: readonly Code[]): Code {
  // Only the engine makes such an array with such a property: a string that someone assembled does not pass.
  if (!Array.isArray(literals) || !Object.isFrozen(literals) || !Object.hasOwn(literals, 'raw')) throw new TypeError('not a literal')
  let text = literals[0] ?? ''
  for (const [i, piece] of pieces.entries()) {
    if (!(piece instanceof Code)) throw new TypeError('only pieces of program may stand in a program')
    text += piece.text + (literals[i + 1] ?? '')
  }
  return new Code(text, DOOR)
}

export const nothing: Code = code``

export function join(pieces: readonly Code[], separator: Code = nothing): Code {
  return pieces.reduce((all, piece, i) => (i === 0 ? piece : code`${all}${separator}${piece}`), nothing)
}

/** Pieces as lines. */
export const lines = (...pieces: readonly Code[]): Code =>
  join(
    pieces.filter((piece) => piece.text !== ''),
    code`
`,
  )

/** All must hold; nothing where there are none. */
export function and(conditions: readonly Code[]): Code | null {
  const [first, ...rest] = conditions
  if (first === undefined) return null
  return rest.length === 0 ? first : join(conditions, code` && `)
}

/** The door for numbers. */
export function integer(value: number): Code {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a number that a program may hold`)
  return new Code(String(value), DOOR)
}

export function address(value: number): Code {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not an address`)
  return new Code(`0x${value.toString(16)}`, DOOR)
}

/** As in conditions of a spec: no quote, no backslash, no brace, nothing that any tool could take for more than itself. */
const TEXT = /^[A-Za-z0-9_./:@%+=,-]{1,63}$/
export function textLiteral(value: string): Code {
  return new Code(`"${checked(value, TEXT)}"`, DOOR)
}

/** Name of a field of a tracepoint, as tracefs says it. */
const FIELD = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
export const fieldName = (value: string): Code => new Code(checked(value, FIELD), DOOR)

const TRACEPOINT_NAME = /^[A-Za-z0-9_-]{1,64}$/
export const tracepointName = (value: string): Code => new Code(checked(value, TRACEPOINT_NAME), DOOR)

const KERNEL_FUNCTION = /^[A-Za-z0-9_.]{1,128}$/
export const kernelFunctionName = (value: string): Code => new Code(checked(value, KERNEL_FUNCTION), DOOR)

const USDT_WORD = /^[A-Za-z0-9_.-]{1,128}$/
export const usdtWord = (value: string): Code => new Code(checked(value, USDT_WORD), DOOR)

/** A file by the descriptor that holds it. */
const HELD_PATH = /^\/proc\/[1-9]\d{0,9}\/fd\/\d{1,9}$/
export const heldPath = (value: string): Code => new Code(checked(value, HELD_PATH), DOOR)

function checked(value: string, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value))
    throw new RangeError(`${JSON.stringify(value).slice(0, 80)} may not stand in a program`)
  return value
}
