import { readFile } from 'node:fs/promises'
import { type Probe, probeLabel } from '@sonde/contract'
import { BtfFunctions, type KernelSignature, type ValueType } from '../discovery/btf.ts'
import { BtfError } from '../discovery/btf-error.ts'
import { isReshapedCopy, type KernelFunction, listKernelFunctions, nameInSource } from '../discovery/kernel-functions.ts'
import { readText } from '../host/read-text.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { isWildcard, namePattern } from './name-pattern.ts'
import { didYouMean } from './near-matches.ts'
import { POSITIONAL_ARGUMENTS, positionalArguments } from './positional-arguments.ts'
import type { ProbeBudget } from './probe-budget.ts'
import type { ArgumentType, ProbeArgument, ResolvedKprobe } from './resolved-probe.ts'

type KprobeProbe = Extract<Probe, { kind: 'kprobe' }>
type Denied = (name: string) => string | null

const REFUSALS = {
  'kprobe-blacklist': 'the kernel itself refuses probes there: it is part of how probes, traps or entry code work',
  'ambiguous-name': 'several functions have this name, so that a probe by name would hit an unknown one of them',
} as const

/**
 * The kernel functions that a probe names, with their arguments out of BTF. A wildcard stands for those that may be probed; a function
 * that was named by itself and may not be is refused.
 * @throws TraceRefusal probe-missing, probe-denied, too-many-probes
 */
export async function resolveKprobe(probe: KprobeProbe, budget: ProbeBudget, denied: Denied): Promise<ResolvedKprobe[]> {
  const label = probeLabel(probe)
  const btf = await readBtf('/sys/kernel/btf/vmlinux', null)
  const { functions } = listKernelFunctions({
    available: (await readText('/sys/kernel/tracing/available_filter_functions')) || null,
    kallsyms: await readText('/proc/kallsyms'),
    blacklist: (await readText('/sys/kernel/debug/kprobes/blacklist')) || null,
    // Functions of modules stand in BTF of their own: not worth reading to know only that they are there.
    hasType: btf === null ? null : (name, module) => module !== null || btf.has(name),
  })
  const matches = functions.filter(({ name }) => namePattern(probe.function)(name))
  if (matches.length === 0)
    throw new TraceRefusal(
      'probe-missing',
      `This kernel has no function ${probe.function} that can be probed.${didYouMean(
        probe.function,
        functions.map(({ name }) => name),
      )}`,
    )
  const refusals = matches.map((match) => refusalOf(match, denied))
  const allowed = matches.filter((_match, i) => refusals[i] === null)
  const [firstRefusal] = refusals
  if (allowed.length === 0)
    throw new TraceRefusal('probe-denied', `${matches[0]?.name ?? probe.function} must not be probed: ${firstRefusal}.`)
  if (isWildcard(probe.function))
    budget.take(
      label,
      allowed.map(({ name }) => name),
    )
  const modules = new Map<string, BtfFunctions | null>()
  for (const { module } of allowed)
    if (module !== null && !modules.has(module)) modules.set(module, btf && (await readBtf(`/sys/kernel/btf/${module}`, btf)))
  return allowed.map(({ name, module }) => {
    const signature = signatureOf(module === null ? btf : (modules.get(module) ?? null), name)
    return {
      kind: 'kprobe',
      label: `${probe.at === 'return' ? 'kretprobe' : 'kprobe'}:${name}`,
      function: name,
      at: probe.at,
      arguments: probe.at === 'return' ? [] : argumentsOf(name, signature),
      returnType: signature === null ? null : typeOf(signature.returns),
    }
  })
}

function refusalOf({ name, refusal }: KernelFunction, denied: Denied): string | null {
  return refusal === null ? denied(name) : REFUSALS[refusal]
}

async function readBtf(path: string, base: BtfFunctions | null): Promise<BtfFunctions | null> {
  if (!/^\/sys\/kernel\/btf\/[A-Za-z0-9_-]+$/.test(path)) return null
  try {
    return new BtfFunctions(await readFile(path), base)
  } catch (error) {
    if (error instanceof BtfError || (error instanceof Error && 'code' in error)) return null
    throw error
  }
}

function signatureOf(btf: BtfFunctions | null, name: string): KernelSignature | null {
  try {
    return btf?.signature(nameInSource(name)) ?? null
  } catch (error) {
    if (error instanceof BtfError) return null
    throw error
  }
}

/** By name, as far as registers go, and by position. Of a copy that the compiler made, arguments may be dropped or lie elsewhere: by position only. */
function argumentsOf(name: string, signature: KernelSignature | null): ProbeArgument[] {
  const named: ProbeArgument[] = []
  for (const [position, { name: argument, ...type }] of (isReshapedCopy(name) ? [] : (signature?.arguments ?? [])).entries()) {
    // A struct by value takes two registers or none: what comes after it cannot be placed.
    if (type.kind === 'other' || position >= POSITIONAL_ARGUMENTS) break
    if (/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(argument)) named.push({ name: argument, cType: type.cType, type: typeOf(type), position })
  }
  const taken = new Set(named.map((argument) => argument.name))
  return [...named, ...positionalArguments('kernel-text').filter((argument) => !taken.has(argument.name))]
}

function typeOf({ kind, size, cType }: ValueType): ArgumentType {
  if (kind === 'pointer') return { kind: 'pointer', to: /^(const )?char \*$/.test(cType) ? 'kernel-text' : 'other' }
  const isInteger = kind === 'int' || kind === 'uint' || kind === 'bool'
  if (isInteger && (size === 1 || size === 2 || size === 4 || size === 8)) return { kind: 'int', bytes: size, signed: kind === 'int' }
  return { kind: 'other', cType }
}
