import { assertNever } from '@sonde/contract'
import type { ResolvedProbe } from '../probes/resolved-probe.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { address, type Code, code, heldPath, kernelFunctionName, tracepointName, usdtWord } from './code.ts'

/**
 * A probe as bpftrace names it. User-space functions go by address, in a file that is named by the descriptor that holds it: neither
 * symbol nor path of anyone's gets into the program, and no link that is swapped meanwhile leads elsewhere. (bpftrace 0.17 finds the
 * symbol that begins at the address by itself, and refuses an address where none does.)
 *
 * @throws TraceRefusal capability-missing where bpftrace cannot find the function: it looks for a symbol of some length, in the file itself
 */
export function probePoint(probe: ResolvedProbe): Code {
  switch (probe.kind) {
    case 'tracepoint':
      return code`tracepoint:${tracepointName(probe.category)}:${tracepointName(probe.name)}`
    case 'kprobe':
      return probe.at === 'return'
        ? code`kretprobe:${kernelFunctionName(probe.function)}`
        : code`kprobe:${kernelFunctionName(probe.function)}`
    case 'uprobe': {
      if (probe.fromDebugFile || probe.sizeBytes === 0)
        throw new TraceRefusal(
          'capability-missing',
          `bpftrace cannot find ${probe.symbol} in ${probe.file.shownPath}: ${
            probe.fromDebugFile ? 'only its debug file names the function' : 'its symbol has no length'
          }. Stacks can be taken there.`,
        )
      const place = code`${heldPath(probe.file.openPath)}:${address(probe.address)}`
      return probe.at === 'return' ? code`uretprobe:${place}` : code`uprobe:${place}`
    }
    case 'usdt':
      return code`usdt:${heldPath(probe.file.openPath)}:${usdtWord(probe.provider)}:${usdtWord(probe.name)}`
    case 'pmu':
      // Counters fire for perf, not for programs: no instrument that comes here may have one.
      throw new TypeError('a counter is no event probe')
    default:
      return assertNever(probe)
  }
}
