import type { ProbeArgument, ResolvedProbe } from '../probes/resolved-probe.ts'
import type { Meaning } from './value.ts'

/**
 * What a number of a probe stands for, by its name and type in the kernel's own words. A guess only where it does no harm: it decides how
 * a value is shown, never what it is.
 */
export function meaningOf(argument: ProbeArgument, probe: ResolvedProbe): Meaning {
  const { name, cType, type } = argument
  if (type.kind === 'pointer') return 'hex'
  if (type.kind !== 'int') return 'number'
  if (probe.kind === 'tracepoint') {
    const isSyscallNumber = name === '__syscall_nr' || (probe.category === 'raw_syscalls' && name === 'id')
    if (isSyscallNumber) return 'syscall'
    if (/syscalls$/.test(probe.category) && name === 'ret') return 'errno'
  }
  if (cType === 'dev_t') return 'device'
  if (type.signed && /^(error|err|errno)$/.test(name)) return 'errno'
  if (/^(runtime|delay|.*_ns)$/.test(name)) return 'duration'
  if (/^(s?size_t)$/.test(cType) || /(^|_)(bytes|len|length|size)(_|$)/.test(name)) return 'bytes'
  if (/(^|_)(flags|mode|addr|address|ptr|ip|call_site|pfn)$/.test(name)) return 'hex'
  return 'number'
}
