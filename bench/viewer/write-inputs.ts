import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildCallTree, type CallTree, encodeProfile, type Profile, UNKNOWN_NAME } from '@sonde/profile'
import { Function as Code, Line, Location, Profile as Pprof, Sample, StringTable, ValueType } from 'pprof-format'

/** A frame 10 to 30 % of the picture wide, to be clicked on: where its middle is, and its row from the root's. */
export type Target = { xShare: number; depth: number }

export type Inputs = { target: Target; frames: number; samples: number; maxDepth: number; bytes: Record<string, number> }

/**
 * One profile as each viewer wants it, in `folder`. All of them draw the same frames: those of our tree by process, the rows of the
 * processes included. The nested forms are in the tree's order, so that a sample after the other gives the same picture.
 */
export function writeInputs(profile: Profile, folder: string): Inputs {
  const tree = buildCallTree(profile, { group: 'process', order: 'weight' })
  const bytes: Record<string, number> = {}
  const write = (name: string, data: string | Uint8Array) => {
    writeFileSync(path.join(folder, name), data)
    bytes[name] = data.length
  }
  write('profile.gz', gzipSync(encodeProfile(profile)))
  write(
    'nested.json',
    nestedJson(tree, (node) => `"value":${tree.total[node] ?? 0}`),
  )
  write(
    'chart.json',
    `[${nestedJson(tree, (node) => `"start":${tree.start[node] ?? 0},"duration":${tree.total[node] ?? 0},"type":"${tree.kind[node] ?? 0}"`)}]`,
  )
  write('speedscope.json', speedscopeJson(tree))
  write('profile.pprof', pprof(tree))
  const target = pickTarget(tree)
  write('target.json', JSON.stringify(target))
  return { target, frames: tree.length, samples: tree.total[0] ?? 0, maxDepth: tree.maxDepth, bytes }
}

function pickTarget(tree: CallTree): Target {
  const all = tree.total[0] ?? 0
  for (let node = 1; node < tree.length; node++) {
    const [start, total, depth] = [tree.start[node] ?? 0, tree.total[node] ?? 0, tree.depth[node] ?? 0]
    if (depth >= 3 && depth <= 20 && total > all * 0.1 && total < all * 0.3) return { xShare: (start + total / 2) / all, depth }
  }
  throw new Error('no frame of this profile is 10 to 30 % wide')
}

const nameOf = (tree: CallTree, node: number): string => tree.labels[tree.label[node] ?? 0] || UNKNOWN_NAME

/** `{name, …fields, children}` by hand: one object at a time, whatever the depth. */
function nestedJson(tree: CallTree, fields: (node: number) => string): string {
  const parts: string[] = []
  const ends: number[] = []
  for (let node = 0; node < tree.length; node++) {
    while (ends.length > 0 && node >= (ends.at(-1) ?? 0)) {
      ends.pop()
      parts.push(']}')
    }
    const isFirst = node === 0 || tree.parent[node] === node - 1
    parts.push(`${isFirst ? '' : ','}{"name":${JSON.stringify(nameOf(tree, node))},${fields(node)},"children":[`)
    ends.push(tree.subtreeEnd[node] ?? node + 1)
  }
  for (const _ of ends) parts.push(']}')
  return parts.join('')
}

/** Nodes from the root to `node`, the root left out. */
function pathTo(tree: CallTree, node: number): number[] {
  const nodes: number[] = []
  for (let at = node; at > 0; at = tree.parent[at] ?? -1) nodes.push(at)
  return nodes.reverse()
}

const sampled = (tree: CallTree): number[] => Array.from({ length: tree.length }, (_, i) => i).filter((node) => (tree.self[node] ?? 0) > 0)

function speedscopeJson(tree: CallTree): string {
  const nodes = sampled(tree)
  const samples = nodes.map((node) => `[${pathTo(tree, node).map((at) => tree.label[at] ?? 0)}]`)
  const weights = nodes.map((node) => tree.self[node] ?? 0)
  const frames = JSON.stringify(tree.labels.map((name) => ({ name: name || UNKNOWN_NAME })))
  const schema = 'https://www.speedscope.app/file-format-schema.json'
  const profile = `{"type":"sampled","name":"profile","unit":"none","startValue":0,"endValue":${tree.total[0] ?? 0},"samples":[${samples}],"weights":[${weights}]}`
  return `{"$schema":"${schema}","shared":{"frames":${frames}},"profiles":[${profile}]}`
}

function pprof(tree: CallTree): Uint8Array {
  const stringTable = new StringTable()
  const unit = new ValueType({ type: stringTable.dedup('samples'), unit: stringTable.dedup('count') })
  const code = tree.labels.map((name, i) => new Code({ id: i + 1, name: stringTable.dedup(name || UNKNOWN_NAME), filename: 0 }))
  const location = tree.labels.map((_, i) => new Location({ id: i + 1, line: [new Line({ functionId: i + 1, line: 1 })] }))
  const sample = sampled(tree).map(
    (node) =>
      new Sample({
        locationId: pathTo(tree, node)
          .reverse()
          .map((at) => (tree.label[at] ?? 0) + 1),
        value: [tree.self[node] ?? 0],
      }),
  )
  return new Pprof({ sampleType: [unit], sample, location, function: code, stringTable }).encode()
}
