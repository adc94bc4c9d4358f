import { FRAME_KIND, type FrameKind } from './profile.ts'
import { UNKNOWN_NAME } from './profile-builder.ts'

/** Mappings in brackets that are user memory; any other name in brackets is the kernel or one of its modules. */
const USER_MAPPING = /^\[(?:unknown|vdso|vdso32|vsyscall|heap|stack|uprobes|anon)\b/
const KERNEL_IMAGE = /^\[(?:guest\.)?kernel[.\]]|(?:^|\/)vmlinux(?:[-.][^/]*)?$/
const KERNEL_MODULE = /\.ko(?:\.(?:gz|xz|zst))?$/
const JIT_MAP = /(?:^|\/)(?:perf-\d+\.map|jitted-\d+-\d+\.so)$/

/** What perf prints in parentheses after a symbol → the module's name in a profile and the frame's kind. */
export function classifyModule(dso: string): { module: string; kind: FrameKind } {
  if (dso === UNKNOWN_NAME || dso === '') return { module: '', kind: FRAME_KIND.user }
  if (dso === 'inlined') return { module: '', kind: FRAME_KIND.inlined }
  if (KERNEL_IMAGE.test(dso)) return { module: '[kernel]', kind: FRAME_KIND.kernel }
  if (KERNEL_MODULE.test(dso) || (dso.startsWith('[') && !USER_MAPPING.test(dso))) return { module: dso, kind: FRAME_KIND.kernel }
  if (JIT_MAP.test(dso)) return { module: dso, kind: FRAME_KIND.jit }
  return { module: dso, kind: FRAME_KIND.user }
}
