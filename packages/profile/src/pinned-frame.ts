import { type CallTree, GROUP_KIND } from './call-tree.ts'
import { formatKey, type Hash, hashText, ROOT_HASH, stepHigh, stepLow } from './label-hash.ts'
import { stackPathKey } from './target-keys.ts'

const GROUPS = {
  host: GROUP_KIND.host,
  process: GROUP_KIND.process,
  thread: GROUP_KIND.thread,
  module: GROUP_KIND.module,
  cgroup: GROUP_KIND.cgroup,
} as const
export type PinnedGroupKind = keyof typeof GROUPS

/**
 * A frame by what it is called, so that somebody can come back to it after more data was merged: the rows above the functions, the
 * functions, and a key of them. What the key says decides; labels lead there, and are what people read where the frame is not found.
 */
export type PinnedFrame = {
  /** Rows of hosts, processes and the like, outermost first. */
  groups: { kind: PinnedGroupKind; label: string }[]
  /** The host, where no row says which; '' where that is not known. */
  host: string
  /** Functions below the groups, from the root's side; the first `leftOut` of them are left out. */
  labels: string[]
  leftOut: number
  /** stackPathKey of the functions; '' where the frame is one of the groups. */
  path: string
}

export type PinLimits = {
  /** Functions, characters of each name, and of all of them. */
  labels: number
  label: number
  path: number
}

/** @param host name of the host that everything is of, where there is only one @returns null for the root */
export function pinFrame(tree: CallTree, node: number, host: string, limits: PinLimits): PinnedFrame | null {
  const groups: PinnedFrame['groups'] = []
  const labels: string[] = []
  let room = limits.path
  let leftOut = 0
  for (let at = node; at > 0; at = tree.parent[at] ?? 0) {
    const label = pinLabel(tree.labels[tree.label[at] ?? 0] ?? '', limits.label)
    const kind = groupKind(tree.kind[at] ?? 0)
    room -= label.length
    if (kind !== null) groups.push({ kind, label })
    else if (labels.length < limits.labels && room >= 0 && leftOut === 0) labels.push(label)
    else leftOut++
  }
  if (groups.length + labels.length === 0) return null
  return { groups: groups.reverse(), host: pinLabel(host, limits.label), labels: labels.reverse(), leftOut, path: stackPathKey(tree, node) }
}

/**
 * The frame in this tree, -1 where it is not there (yet, or not in this arrangement). A process is the same under another name (exec,
 * a name that was learned late) and when a row of its host is above it since more hosts came. Goes down along the
 * labels: as much work as the path is long.
 */
export function findPinnedFrame(tree: CallTree, pin: PinnedFrame): number {
  for (const top of groupNodes(tree, 0, pin, 0)) {
    const found = pin.path === '' ? top : pin.leftOut > 0 ? searchBelow(tree, top, pin.path) : followLabels(tree, top, pin, 0, ROOT_HASH)
    if (found >= 0) return found
  }
  return -1
}

/** What a database can keep of a name: no NUL, no half of a surrogate pair; a longer one than `longest` ends in an ellipsis. */
function pinLabel(label: string, longest: number): string {
  return label.length <= longest ? storable(label) : `${cut(label, longest - 1)}…`
}

const storable = (label: string): string => label.replace(/\0|\p{Surrogate}/gu, '\ufffd')

/** Never in the middle of a surrogate pair. */
function cut(label: string, length: number): string {
  const unit = label.charCodeAt(length - 1)
  return storable(label.slice(0, unit >= 0xd800 && unit <= 0xdbff ? length - 1 : length))
}

/** Whether a name is the one that was pinned, as far as that was kept. */
function isLabel(label: string, pinned: string): boolean {
  if (label === pinned || (label.length === pinned.length && storable(label) === pinned)) return true
  const kept = pinned.length - 1
  return pinned.endsWith('…') && label.length > pinned.length && storable(label.slice(0, kept)) === pinned.slice(0, kept)
}

function groupKind(kind: number): PinnedGroupKind | null {
  for (const [name, value] of Object.entries(GROUPS)) if (value === kind) return name as PinnedGroupKind
  return null
}

function* childrenOf(tree: CallTree, node: number): Generator<number> {
  const end = tree.subtreeEnd[node] ?? 0
  for (let at = node + 1; at < end; at = tree.subtreeEnd[at] ?? end) yield at
}

const labelOf = (tree: CallTree, node: number): string => tree.labels[tree.label[node] ?? 0] ?? ''

/** Nodes that the groups of a pin from `next` on lead to, below `node`; the likeliest first. */
function* groupNodes(tree: CallTree, node: number, pin: PinnedFrame, next: number): Generator<number> {
  const wanted = pin.groups[next]
  const children = [...childrenOf(tree, node)]
  const hosts = children.filter((child) => tree.kind[child] === GROUP_KIND.host)
  if (wanted?.kind !== 'host' && hosts.length > 0) {
    // More hosts came since: below the one that it was of, where that is known.
    for (const child of hosts) if (pin.host === '' || isLabel(labelOf(tree, child), pin.host)) yield* groupNodes(tree, child, pin, next)
    return
  }
  if (!wanted) return yield node
  const named = children.filter((child) => groupKind(tree.kind[child] ?? 0) === wanted.kind)
  const same = named.filter((child) => isLabel(labelOf(tree, child), wanted.label))
  const renamed = named.filter((child) => !same.includes(child) && isSameNumber(labelOf(tree, child), wanted))
  for (const child of [...same, ...renamed]) yield* groupNodes(tree, child, pin, next + 1)
}

/** Processes and threads are known by their number at the end of the label: `nginx (42)`, `worker 43`. */
function isSameNumber(label: string, { kind, label: pinned }: PinnedFrame['groups'][number]): boolean {
  if (kind !== 'process' && kind !== 'thread') return false
  const numberOf = (text: string) => /(?:\((\d+)\)|\s(\d+))$/.exec(text)
  const [a, b] = [numberOf(label), numberOf(pinned)]
  return a !== null && b !== null && (a[1] ?? a[2]) === (b[1] ?? b[2])
}

function followLabels(tree: CallTree, node: number, pin: PinnedFrame, next: number, hash: Hash): number {
  const wanted = pin.labels[next]
  if (wanted === undefined) return formatKey(hash.high, hash.low) === pin.path ? node : -1
  for (const child of childrenOf(tree, node)) {
    if (groupKind(tree.kind[child] ?? 0) !== null || !isLabel(labelOf(tree, child), wanted)) continue
    const found = followLabels(tree, child, pin, next + 1, stepTo(tree, child, hash))
    if (found >= 0) return found
  }
  return -1
}

/** For a path whose beginning was not kept: every function below `top`. */
function searchBelow(tree: CallTree, top: number, path: string): number {
  const hashes = new Map<number, Hash>([[top, ROOT_HASH]])
  for (let node = top + 1; node < (tree.subtreeEnd[top] ?? 0); node++) {
    const above = hashes.get(tree.parent[node] ?? 0)
    if (!above || groupKind(tree.kind[node] ?? 0) !== null) continue
    const hash = stepTo(tree, node, above)
    if (formatKey(hash.high, hash.low) === path) return node
    hashes.set(node, hash)
  }
  return -1
}

function stepTo(tree: CallTree, node: number, { high, low }: Hash): Hash {
  const label = hashText(labelOf(tree, node))
  const module = hashText(tree.modules[tree.module[node] ?? 0] ?? '')
  const kind = tree.kind[node] ?? 0
  return { high: stepHigh(high, label.high, module.high, kind), low: stepLow(low, label.low, module.low, kind) }
}
