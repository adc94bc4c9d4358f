import { readFile } from 'node:fs/promises'
import { type Probe, probeLabel } from '@sonde/contract'
import { parseTracepointFormat, type TracepointField } from '../discovery/tracepoint-format.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { isWildcard, namePattern } from './name-pattern.ts'
import { didYouMean } from './near-matches.ts'
import type { ProbeBudget } from './probe-budget.ts'
import type { ArgumentType, ProbeArgument, ResolvedTracepoint } from './resolved-probe.ts'
import { syscallArgumentType } from './syscall-argument-type.ts'
import { eventsFolder, foldersIn } from './tracefs.ts'

type TracepointProbe = Extract<Probe, { kind: 'tracepoint' }>

/** What a name of a tracepoint is made of: nothing else gets into a program, wherever it comes from. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/
/** Formats of ftrace's own records: listed like events, but nothing can be attached to them. */
const INTERNAL_CATEGORY = 'ftrace'
/** Groups in which tools, and captures themselves, define events of their own: they go with those. */
const OWN_CATEGORY = /^(sonde_|uprobes$|kprobes$|eprobes$|synthetic$|probe(_|$)|sdt_)/

/** The tracepoints that a probe names, by tracefs. @throws TraceRefusal probe-missing, probe-denied, too-many-probes, capability-missing */
export async function resolveTracepoint(probe: TracepointProbe, budget: ProbeBudget): Promise<ResolvedTracepoint[]> {
  const folder = await eventsFolder()
  if (folder === null) throw new TraceRefusal('capability-missing', 'tracefs is not mounted on this host, so there are no tracepoints.')
  if (probe.category === INTERNAL_CATEGORY)
    throw new TraceRefusal('probe-denied', `${probeLabel(probe)} is a record of ftrace itself; nothing can be attached to it.`)
  const found = await namesOf(folder, probe)
  if (found.length === 0) throw await missing(folder, probe)
  if (isWildcard(probe.category) || isWildcard(probe.name))
    budget.take(
      probeLabel(probe),
      found.map(({ category, name }) => `${category}:${name}`),
    )
  return await Promise.all(found.map(({ category, name }) => readTracepoint(folder, category, name)))
}

async function namesOf(folder: string, probe: TracepointProbe): Promise<{ category: string; name: string }[]> {
  const isCategory = namePattern(probe.category)
  const isName = namePattern(probe.name)
  const categories = (await categoriesIn(folder)).filter(isCategory)
  const lists = await Promise.all(
    categories.map(async (category) => (await tracepointsIn(folder, category)).filter(isName).map((name) => ({ category, name }))),
  )
  return lists.flat()
}

const categoriesIn = async (folder: string): Promise<string[]> =>
  (await foldersIn(folder)).filter((name) => NAME.test(name) && name !== INTERNAL_CATEGORY && !OWN_CATEGORY.test(name)).sort()

const tracepointsIn = async (folder: string, category: string): Promise<string[]> =>
  (await foldersIn(`${folder}/${category}`)).filter((name) => NAME.test(name)).sort()

async function missing(folder: string, probe: TracepointProbe): Promise<TraceRefusal> {
  const categories = await categoriesIn(folder)
  const lists = await Promise.all(
    categories.map(async (category) => (await tracepointsIn(folder, category)).map((name) => `${category}:${name}`)),
  )
  const hint = didYouMean(`${probe.category}:${probe.name}`, lists.flat()) || didYouMean(probe.name, lists.flat())
  return new TraceRefusal('probe-missing', `This kernel has no ${probeLabel(probe)}.${hint}`)
}

async function readTracepoint(folder: string, category: string, name: string): Promise<ResolvedTracepoint> {
  const label = `tracepoint:${category}:${name}`
  const text = await readFile(`${folder}/${category}/${name}/format`, 'utf8').catch(() => '')
  const format = parseTracepointFormat(text)
  // The module that it belongs to may have been unloaded meanwhile.
  if (format === null) throw new TraceRefusal('probe-missing', `${label} is gone, or its format cannot be read.`)
  return {
    kind: 'tracepoint',
    label,
    category,
    name,
    id: format.id,
    arguments: argumentsOf(format.fields, category),
  }
}

function argumentsOf(fields: readonly TracepointField[], category: string): ProbeArgument[] {
  const end = Math.max(0, ...fields.map(({ offset, size }) => offset + size))
  const [firstDynamic] = fields.filter(({ kind }) => kind === 'dynamic-string' || kind === 'dynamic-array')
  return fields.flatMap((field): ProbeArgument[] => {
    // The name becomes part of a program.
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(field.name)) return []
    const type = typeOf(field, category)
    const isFirst = type.kind === 'data-loc-text' && field === firstDynamic
    return [{ name: field.name, cType: field.cType, type: isFirst ? { ...type, at: end } : type }]
  })
}

function typeOf(field: TracepointField, category: string): ArgumentType {
  switch (field.kind) {
    case 'int':
    case 'uint':
    case 'bool':
      if (category === 'syscalls' && field.size === 8 && field.name !== 'ret') return syscallArgumentType(field.cType)
      return isWidth(field.size) ? { kind: 'int', bytes: field.size, signed: field.kind === 'int' } : { kind: 'other', cType: field.cType }
    case 'pointer':
      // Arguments of system calls point into the caller's memory, those of other events into the kernel's.
      return { kind: 'pointer', to: !isText(field.cType) ? 'other' : category === 'syscalls' ? 'user-text' : 'kernel-text' }
    case 'char-array':
      return { kind: 'char-array', length: field.size }
    case 'dynamic-string':
      return { kind: 'data-loc-text' }
    case 'array':
      return field.elements === field.size && /\b(__u8|u8|unsigned char|uint8_t)\b/.test(field.cType)
        ? { kind: 'byte-array', length: field.size }
        : { kind: 'other', cType: field.cType }
    case 'dynamic-array':
    case 'other':
      return { kind: 'other', cType: field.cType }
  }
}

const isWidth = (bytes: number): bytes is 1 | 2 | 4 | 8 => bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8
/** `const char *`, `char __user *`; not `char **`. */
const isText = (cType: string): boolean => /^(const )?char (const |__user )*\*( ?const)?$/.test(cType)
