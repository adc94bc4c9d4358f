import type { ManifestEntry } from '@sonde/contract'
import { expect, it } from 'vitest'
import { compareManifest } from './finish-target.ts'

const entry = (seq: number, sha = 'a'): ManifestEntry => ({ seq, kind: 'profile', sha256: sha.repeat(64), sizeBytes: 10 })

it('names what is not stored, stored as something else, or not known to the host', () => {
  expect(compareManifest([], [])).toEqual({ missing: [], unexpected: [] })
  expect(compareManifest([entry(0), entry(1)], [entry(1), entry(0)])).toEqual({ missing: [], unexpected: [] })
  expect(compareManifest([entry(2), entry(0)], [])).toEqual({ missing: [0, 2], unexpected: [] })
  expect(compareManifest([entry(0)], [entry(0, 'b')])).toEqual({ missing: [0], unexpected: [] })
  expect(compareManifest([entry(0)], [{ ...entry(0), kind: 'syscalls' }]).missing).toEqual([0])
  expect(compareManifest([entry(0)], [{ ...entry(0), sizeBytes: 11 }]).missing).toEqual([0])
  expect(compareManifest([entry(0)], [entry(0), entry(5)])).toEqual({ missing: [], unexpected: [5] })
  // the same number twice with two hashes: at most one of them can be stored
  expect(compareManifest([entry(0), entry(0, 'b')], [entry(0)]).missing).toEqual([0])
})
