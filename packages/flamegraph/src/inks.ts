import { type CallTree, FRAME_KIND, GROUP_KIND } from '@sonde/profile'
import { diffGrade, diffSign } from './flame-diff.ts'
import { FAMILY, FIRST_MODULE_FAMILY, MODULE_FAMILIES, VARIANTS } from './palette.ts'

/** diff: for trees that compare two sides; of any other tree every frame is grey then. */
export type ColorBy = 'kind' | 'module' | 'self' | 'diff'

/** Which ink a node is drawn with. Names are looked up once per distinct label and module, never per node. */
export type Inks = {
  family(node: number): number
  variant(node: number): number
  /** A mark before the label, for who cannot tell the colours: '' for most. */
  sign(node: number): string
}

/** Shares of all weight from which on a frame's own weight is drawn a shade stronger. */
export const SELF_GRADES = [0, 0.0005, 0.002, 0.01, 0.03, 0.1] as const

export function buildInks(tree: CallTree, colorBy: ColorBy): Inks {
  const variants = Uint8Array.from(tree.labels, (label) => hashText(label) % VARIANTS)
  const byKind = (node: number): number => kindFamily(tree.kind[node] ?? FRAME_KIND.unknown)
  const plain: Inks = { family: byKind, variant: (node) => variants[tree.label[node] ?? 0] ?? 0, sign: () => '' }
  if (colorBy === 'module') {
    const byModule = Uint8Array.from(tree.modules, moduleFamily)
    const family = (node: number): number => {
      const kind = byKind(node)
      return kind === FAMILY.group || kind === FAMILY.unknown || kind === FAMILY.kernel
        ? kind
        : (byModule[tree.module[node] ?? 0] ?? FAMILY.unknown)
    }
    return { ...plain, family }
  }
  if (colorBy === 'self') {
    const all = tree.total[0] ?? 0
    const family = (node: number): number => (byKind(node) === FAMILY.group ? FAMILY.group : FAMILY.self)
    return { ...plain, family, variant: (node) => selfGrade(all > 0 ? (tree.self[node] ?? 0) / all : 0) }
  }
  if (colorBy === 'diff') {
    const family = (node: number): number => {
      const { sign } = diffGrade(tree, node)
      return sign === 0 ? FAMILY.same : sign > 0 ? FAMILY.more : FAMILY.less
    }
    return { family, variant: (node) => diffGrade(tree, node).grade, sign: (node) => diffSign(diffGrade(tree, node).sign) }
  }
  return plain
}

/** @param share own weight as a share of all, 0..1 @returns an index into SELF_GRADES */
export function selfGrade(share: number): number {
  let grade = 0
  while (grade + 1 < SELF_GRADES.length && share >= (SELF_GRADES[grade + 1] ?? 1)) grade++
  return grade
}

export function kindFamily(kind: number): number {
  if (kind === FRAME_KIND.user) return FAMILY.user
  if (kind === FRAME_KIND.kernel) return FAMILY.kernel
  if (kind === FRAME_KIND.jit) return FAMILY.jit
  if (kind === FRAME_KIND.inlined) return FAMILY.inlined
  return kind >= GROUP_KIND.root ? FAMILY.group : FAMILY.unknown
}

/** The same module has the same colour in every capture. */
export function moduleFamily(module: string): number {
  if (module === '') return FAMILY.unknown
  if (module.startsWith('[kernel')) return FAMILY.kernel
  return FIRST_MODULE_FAMILY + (hashText(module) % MODULE_FAMILIES)
}

/** FNV-1a over the first 64 UTF-16 units: enough to vary a colour, cheap for a hostile 64 KB name. */
function hashText(text: string): number {
  let hash = 2166136261
  const end = Math.min(64, text.length)
  for (let i = 0; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
  return (hash ^ (hash >>> 15)) >>> 0
}
