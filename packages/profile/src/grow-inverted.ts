import type { GrownNodes } from './call-tree-of-nodes.ts'
import { CallTreeTooLargeError, MAX_TREE_NODES } from './call-tree-too-large.ts'
import type { GroupedSamples } from './grouped-samples.ts'
import { Int32Column } from './growable-columns.ts'
import { InternedRows } from './interned-rows.ts'
import type { Profile } from './profile.ts'

/**
 * Nodes of the inverted tree: every stack from its innermost frame outwards, so that functions stand on the top row with their
 * self weight, and below each who calls it. The work is per distinct stack of a group, not per sample.
 *
 * @throws CallTreeTooLargeError
 */
export function growInverted(profile: Profile, { groups, order, groupOf }: GroupedSamples): GrownNodes {
  const { stacks, samples } = profile
  const hasCounts = profile.meta.unit !== 'samples'
  const rows = new InternedRows(stacks.length)
  const ends = new Int32Column()
  const endWeight: Float64Array[] = []
  const endCount: Float64Array[] = []
  const groupWeight = new Float64Array(groups.length)
  const groupCount = new Float64Array(groups.length)

  // Weights of one group by stack; what was touched is handed on and cleared before the next group.
  const weightOf = new Float64Array(stacks.length)
  const countOf = new Float64Array(stacks.length)
  const isTouched = new Uint8Array(stacks.length)
  const touched = new Int32Column()
  const handOn = (group: number): void => {
    const weights = new Float64Array(touched.length)
    const counts = new Float64Array(hasCounts ? touched.length : 0)
    for (let i = 0; i < touched.length; i++) {
      const stack = touched.at(i)
      let node = group
      for (let at = stack; at >= 0; at = stacks.parent[at] ?? -1) node = groups.length + rows.intern(node, stacks.frame[at] ?? 0)
      if (groups.length + rows.length > MAX_TREE_NODES) throw new CallTreeTooLargeError('weight', true)
      ends.push(node)
      weights[i] = weightOf[stack] ?? 0
      if (hasCounts) counts[i] = countOf[stack] ?? 0
      weightOf[stack] = 0
      countOf[stack] = 0
      isTouched[stack] = 0
    }
    endWeight.push(weights)
    endCount.push(counts)
    touched.length = 0
  }

  let group = 0
  for (const sample of order) {
    const stack = samples.stack[sample] ?? -1
    const own = groupOf(sample, stack)
    if (own !== group) {
      handOn(group)
      group = own
    }
    const weight = samples.weight[sample] ?? 0
    const count = samples.count[sample] ?? 1
    if (stack < 0) {
      groupWeight[own] = (groupWeight[own] ?? 0) + weight
      groupCount[own] = (groupCount[own] ?? 0) + count
      continue
    }
    if (isTouched[stack] === 0) {
      isTouched[stack] = 1
      touched.push(stack)
    }
    weightOf[stack] = (weightOf[stack] ?? 0) + weight
    countOf[stack] = (countOf[stack] ?? 0) + count
  }
  handOn(group)

  const length = groups.length + rows.length
  const parent = new Int32Array(length)
  const source = new Int32Array(length)
  const self = new Float64Array(length)
  const selfCount = hasCounts ? new Float64Array(length) : null
  for (let row = 0; row < groups.length; row++) {
    parent[row] = groups.parent[row] ?? -1
    source[row] = -1 - row
    self[row] = groupWeight[row] ?? 0
    if (selfCount) selfCount[row] = groupCount[row] ?? 0
  }
  rows.copyField(0, parent.subarray(groups.length))
  rows.copyField(1, source.subarray(groups.length))
  let end = 0
  for (let run = 0; run < endWeight.length; run++) {
    const weights = endWeight[run] ?? new Float64Array()
    for (let i = 0; i < weights.length; i++, end++) {
      const node = ends.at(end)
      self[node] = (self[node] ?? 0) + (weights[i] ?? 0)
      if (selfCount) selfCount[node] = (selfCount[node] ?? 0) + (endCount[run]?.[i] ?? 0)
    }
  }
  return { length, groups, parent, source, self, selfCount }
}
