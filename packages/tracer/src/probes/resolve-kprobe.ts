import { type Probe, probeLabel } from '@sonde/contract'
import type { KernelSignature, ValueType } from '../discovery/btf.ts'
import { isReshapedCopy, type KernelFunction } from '../discovery/kernel-functions.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { KernelSymbols } from './kernel-symbols.ts'
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
export async function resolveKprobe(
  probe: KprobeProbe,
  budget: ProbeBudget,
  denied: Denied,
  symbols: KernelSymbols,
): Promise<ResolvedKprobe[]> {
  const label = probeLabel(probe)
  const { functions } = await symbols.functions()
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
  const signatures = await Promise.all(allowed.map(({ name, module }) => symbols.signature(name, module)))
  return allowed.map(({ name }, i) => {
    const signature = signatures[i] ?? null
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
