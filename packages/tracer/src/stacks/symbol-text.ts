import { FRAME_KIND, type FrameKind } from '@sonde/profile'

/** A frame as it goes into a profile, and perf's own words for it, `symbol (dso)`. */
export type ResolvedFrame = { name: string; module: string; kind: FrameKind; raw: string }

const UNKNOWN_RAW = '[unknown] ([unknown])'
export const UNKNOWN_USER_FRAME: ResolvedFrame = { name: '[unknown]', module: '[unknown]', kind: FRAME_KIND.unknown, raw: UNKNOWN_RAW }
/** Code made at run time of which no map tells the name. */
export const UNKNOWN_JIT_FRAME: ResolvedFrame = { name: '[unknown]', module: '[jit]', kind: FRAME_KIND.unknown, raw: '[unknown] ([jit])' }

/** `/tmp/perf-123.map` and what perf calls JIT code without a map. */
export const isJitDso = (dso: string): boolean =>
  /(^|\/)perf-\d+\.map$/.test(dso) || dso.startsWith('[JIT]') || /^\/\/anon|^\/anon_hugepage/.test(dso)

/**
 * Splits `symbol (dso)` as `perf script -F sym,dso` prints it. Both parts may hold spaces and parentheses: `operator() (/usr/bin/x)`,
 * `f (/tmp/x (deleted))`. A dso is a path or stands in brackets, so the last ` (/` or ` ([` begins it.
 */
export function splitSymbolText(text: string): { symbol: string; dso: string } {
  const body = text.endsWith(')') ? text.slice(0, -1) : text
  const start = Math.max(body.lastIndexOf(' (/'), body.lastIndexOf(' (['))
  const at = start >= 0 ? start : body.lastIndexOf(' (')
  return at < 0 ? { symbol: body, dso: '[unknown]' } : { symbol: body.slice(0, at), dso: body.slice(at + 2) }
}

/** perf's answer for one address as a frame. `inKernel`: the address was in kernel space. */
export function frameOfSymbolText(text: string, inKernel: boolean): ResolvedFrame {
  const { symbol, dso } = splitSymbolText(text)
  const module = moduleName(dso, inKernel)
  const unknown = symbol === '[unknown]' || symbol === ''
  const kind = unknown ? FRAME_KIND.unknown : inKernel ? FRAME_KIND.kernel : isJitDso(dso) ? FRAME_KIND.jit : FRAME_KIND.user
  return { name: unknown ? '[unknown]' : symbol, module, kind, raw: text }
}

/** Library or executable without its folder; `[kernel]` for the kernel itself, `[jit]` for code made at run time, alike in all processes. */
export function moduleName(dso: string, inKernel: boolean): string {
  if (isJitDso(dso)) return '[jit]'
  if (/^\[(guest\.)?kernel\./.test(dso) || (inKernel && /(^|\/)(vmlinux|vmlinuz|kallsyms|kcore)/.test(dso))) return '[kernel]'
  if (dso.startsWith('[')) return dso
  const path = dso.endsWith(' (deleted)') ? dso.slice(0, -' (deleted)'.length) : dso
  return path.slice(path.lastIndexOf('/') + 1) || '[unknown]'
}
