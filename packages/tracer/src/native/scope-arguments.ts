import type { TraceScope } from '../capture-plan.ts'

/**
 * A scope as arguments of sonde-bpf: numbers only. Of a cgroup its own directory is enough: the helper looks at ancestors, so cgroups
 * made later count too.
 */
export function scopeArguments(scope: TraceScope): string[] {
  const args: string[] = []
  if (scope.kind === 'processes') args.push('--tgid', list(scope.pids))
  if (scope.kind === 'cgroup') args.push('--cgroup', list(scope.ids.slice(0, 1)))
  if (scope.uid !== undefined) args.push('--uid', list([scope.uid]))
  if (scope.cpus !== undefined) args.push('--cpu', list(scope.cpus))
  return args
}

function list(values: readonly number[]): string {
  for (const value of values) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a number that the helper takes`)
  }
  return values.join(',')
}
