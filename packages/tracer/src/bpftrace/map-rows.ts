import type { MapSet } from './bpftrace-collector.ts'
import { log2Bucket } from './bpftrace-json.ts'
import { hostText } from './host-text.ts'

/** The numbers of a map, by key, keys that are printed alike added up; a map that is not there is empty. `''`: the key of a map without one. */
export function numbersByKey(maps: MapSet, name: string): Map<string, number> {
  const map = maps.get(name)
  const numbers = new Map<string, number>()
  for (const { key, value } of map?.type === 'map' ? map.entries : [])
    if (typeof value === 'number') numbers.set(key ?? '', (numbers.get(key ?? '') ?? 0) + value)
  return numbers
}

/** The only value of a map without a key. */
export const scalar = (maps: MapSet, name: string): number => numbersByKey(maps, name).get('') ?? 0

/** Names of processes that ended since the last set. */
export function endedNames(maps: MapSet): [pid: number, comm: string][] {
  const map = maps.get('@d')
  const names: [number, string][] = []
  for (const { key, value } of map?.type === 'map' ? map.entries : [])
    if (key !== null && typeof value === 'string' && value !== '') names.push([Number(key), hostText(value, Number.POSITIVE_INFINITY)])
  return names
}

/** log2 histograms by key: [power of two, count], as in the results; 0 ns and 1 ns share bucket 0. */
export function histogramsByKey(maps: MapSet, name: string): Map<string, Map<number, number>> {
  const map = maps.get(name)
  const histograms = new Map<string, Map<number, number>>()
  for (const { key, value } of map?.type === 'hist' ? map.entries : []) {
    const buckets = histograms.get(key ?? '') ?? new Map<number, number>()
    for (const bucket of value) {
      const power = log2Bucket(bucket)
      if (power !== null && bucket.count > 0) buckets.set(power, (buckets.get(power) ?? 0) + bucket.count)
    }
    histograms.set(key ?? '', buckets)
  }
  return histograms
}

/**
 * A key's parts as text: numbers first, then whatever is left, which may hold commas itself.
 *
 *   keyParts('4242,0,a,b', 2)   → ['4242', '0', 'a,b']
 */
export function keyParts(key: string, numbers: number): string[] | null {
  const parts: string[] = []
  let at = 0
  for (let i = 0; i < numbers; i++) {
    const comma = key.indexOf(',', at)
    const end = comma < 0 ? key.length : comma
    const part = key.slice(at, end)
    if (!/^-?\d+$/.test(part)) return null
    parts.push(part)
    if (comma < 0) return parts.length === numbers ? parts : null
    at = comma + 1
  }
  parts.push(key.slice(at))
  return parts
}

/** The largest number of each key over several maps. */
export function maximaByKey(maps: MapSet, names: readonly string[]): Map<string, number> {
  const maxima = new Map<string, number>()
  for (const name of names) {
    const map = maps.get(name)
    for (const { key, value } of map?.type === 'map' ? map.entries : [])
      if (typeof value === 'number') maxima.set(key ?? '', Math.max(maxima.get(key ?? '') ?? 0, value))
  }
  return maxima
}
