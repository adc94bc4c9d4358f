import { classifyModule } from '../perf-module.ts'
import { FRAME_KIND } from '../profile.ts'

/**
 * How a frame's module is written for formats that have no kinds: as perf would, so that a reader which tells kinds by the module, as
 * perf's and ours do, comes to the same. `pid` names the map of code that was compiled at run time.
 */
export function moduleText(module: string, kind: number, pid: number): string {
  if (kind === FRAME_KIND.unknown || kind === FRAME_KIND.inlined) return module
  if (module !== '' && classifyModule(module).kind === kind) return module === '[kernel]' ? '[kernel.kallsyms]' : module
  if (kind === FRAME_KIND.kernel) return module === '' ? '[kernel.kallsyms]' : `[${module.replaceAll(/[[\]]/g, '')}]`
  if (kind === FRAME_KIND.jit) return `/tmp/perf-${Math.max(0, pid)}.map`
  const bare = module.replaceAll(/[[\]]/g, '')
  return classifyModule(bare).kind === FRAME_KIND.user ? bare : ''
}
