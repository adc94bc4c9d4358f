import { readlink } from 'node:fs/promises'
import type { ProbedFile, ResolvedProbe } from '../probes/resolved-probe.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { refuse } from './check-spec.ts'
import { deniedKernelFunction } from './deny-list.ts'
import { decidePattern, type NamePatterns, type Policy } from './policy.ts'

/**
 * Whether what a spec came down to on this host may be attached. Judged are the names that were found, never those that were asked for.
 * @throws TraceRefusal probe-denied (the deny list), policy (with a sentence that names the rule)
 */
export async function checkProbes(probes: readonly ResolvedProbe[], policy: Policy): Promise<void> {
  for (const probe of probes) {
    switch (probe.kind) {
      case 'tracepoint':
        check(policy, 'probes.tracepoints', policy.tracepoints, [`${probe.category}:${probe.name}`])
        break
      case 'kprobe': {
        const denied = deniedKernelFunction(probe.function)
        if (denied !== null) throw new TraceRefusal('probe-denied', `${probe.function} must not be probed: ${denied}.`)
        check(policy, 'probes.kernelFunctions', policy.kernelFunctions, [probe.function])
        break
      }
      case 'uprobe':
      case 'usdt':
        check(policy, 'probes.binaries', policy.binaries, await namesOf(probe.file))
        break
      case 'pmu':
        break
    }
  }
}

/** All paths that the file is known by; the last one is what the kernel calls the open file, with links resolved. */
async function namesOf(file: ProbedFile): Promise<string[]> {
  const real = await readlink(file.openPath).catch(() => null)
  return [file.shownPath, file.hostPath, ...(real === null ? [] : [real])]
}

function check(policy: Policy, rule: string, patterns: NamePatterns, names: readonly string[]): void {
  const { allowed, pattern } = decidePattern(patterns, names)
  if (allowed) return
  const name = names.at(-1) ?? ''
  if (pattern === null) refuse(policy, `${rule}.allow`, `nothing in the list allows ${name}`)
  refuse(policy, `${rule}.deny`, `${name} is denied by "${pattern}"`)
}
