import * as z from 'zod'

/**
 * A value that an event has. Builtins: `pid`, `tid`, `uid`, `cpu`, `comm`. `args.NAME`: an argument of the probe, by its name in the
 * tracepoint's format, in BTF or in the catalogue, or by position (`args.arg0`). `start.NAME`: an argument of the probe that began the
 * span. `ret`: what a function returned (return probes). `duration`: ns since the span began.
 */
export const FIELD_BUILTINS = ['pid', 'tid', 'uid', 'cpu', 'comm', 'ret', 'duration'] as const
export const fieldRefSchema = z
  .string()
  .regex(
    /^(pid|tid|uid|cpu|comm|ret|duration|(args|start)\.[A-Za-z_][A-Za-z0-9_]{0,63})$/,
    'a field is pid, tid, uid, cpu, comm, ret, duration, args.NAME or start.NAME',
  )
export type FieldRef = z.infer<typeof fieldRefSchema>

/** `&`: at least one of these bits is set. Text only knows == and !=. */
export const CONDITION_OPS = ['==', '!=', '<', '<=', '>', '>=', '&'] as const
export const conditionOpSchema = z.enum(CONDITION_OPS)
export type ConditionOp = z.infer<typeof conditionOpSchema>

/** No quotes, no backslash, no braces, no control characters: such a text means the same in every tool. */
export const conditionTextSchema = z
  .string()
  .regex(/^[A-Za-z0-9_./:@%+=,-]{1,63}$/, 'text in a condition is 1 to 63 of letters, digits and _ . / : @ % + = , -')

/** One condition, evaluated in the kernel; those of an instrument must all hold. Integers beyond 2^53 cannot be asked for. */
export const conditionSchema = z
  .object({ field: fieldRefSchema, op: conditionOpSchema, value: z.union([z.number().int().safe(), conditionTextSchema]) })
  .strict()
  .refine((c) => typeof c.value === 'number' || c.op === '==' || c.op === '!=', 'text can only be compared with == and !=')
export type Condition = z.infer<typeof conditionSchema>
export const conditionsSchema = z.array(conditionSchema).max(8)

export type ParsedConditions = { ok: true; conditions: Condition[] } | { ok: false; message: string; at: number }

/**
 * What a person types into a filter box → conditions: `args.count > 4096 && ret < 0 && comm == "nginx"`. Joined by `&&` or commas.
 * Numbers may be hex (0x1f) or carry k, M, G (powers of 1024) or us, ms, s (→ ns). `at`: where reading failed, as an index into the text.
 */
export function parseConditions(text: string): ParsedConditions {
  const conditions: Condition[] = []
  let at = 0
  const skip = () => {
    while (/\s/.test(text[at] ?? '')) at++
  }
  const take = (pattern: RegExp): string | null => {
    const match = pattern.exec(text.slice(at))
    if (match === null) return null
    at += match[0].length
    return match[0]
  }
  skip()
  while (at < text.length) {
    const fieldAt = at
    const field = take(/^[A-Za-z_][A-Za-z0-9_.]*/)
    if (field === null || !fieldRefSchema.safeParse(field).success)
      return { ok: false, message: 'expected a field: pid, tid, uid, cpu, comm, ret, duration, args.NAME or start.NAME', at: fieldAt }
    skip()
    const opAt = at
    const op = take(/^(==|!=|<=|>=|<|>|&(?!&)|=)/)
    if (op === null) return { ok: false, message: `expected one of ${CONDITION_OPS.join(' ')}`, at: opAt }
    skip()
    const valueAt = at
    const raw = take(/^("[^"]*"|'[^']*'|[^\s,&]+)/)
    if (raw === null) return { ok: false, message: 'expected a number or a text', at: valueAt }
    // Something like 1.5 is a mistaken number, not a text: a text that begins so is quoted.
    if (/^[-\d]/.test(raw) && typeof readValue(raw) === 'string') return { ok: false, message: 'expected a whole number', at: valueAt }
    const parsed = conditionSchema.safeParse({ field, op: op === '=' ? '==' : op, value: readValue(raw) })
    if (!parsed.success) return { ok: false, message: parsed.error.issues[0]?.message ?? 'this is not a condition', at: valueAt }
    conditions.push(parsed.data)
    if (conditions.length > 8) return { ok: false, message: 'at most 8 conditions', at: fieldAt }
    skip()
    if (at >= text.length) break
    const joint = at
    if (take(/^(&&|,|and\b)/) === null) return { ok: false, message: 'expected && between two conditions', at: joint }
    skip()
    if (at >= text.length) return { ok: false, message: 'expected another condition after &&', at: joint }
  }
  return { ok: true, conditions }
}

const SUFFIXES: Record<string, number> = { k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3, ns: 1, us: 1e3, ms: 1e6, s: 1e9 }

function readValue(raw: string): number | string {
  const quoted = /^(["'])(.*)\1$/.exec(raw)
  if (quoted) return quoted[2] ?? ''
  const number = /^(-?)(0x[0-9a-fA-F]+|\d+)(k|K|M|G|ns|us|ms|s)?$/.exec(raw)
  if (number === null) return raw
  const value = Number(number[2]) * (SUFFIXES[number[3] ?? ''] ?? 1)
  return number[1] === '-' ? -value : value
}
