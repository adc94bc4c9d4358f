import { gzipSync } from 'node:zlib'
import { encodeProfile, type Profile, syntheticProfile } from '@sonde/profile'
import type { GraphPart, PictureRequest, TablePart } from '../picture-request.ts'

/** A picture of a profile as its page shows it at first. */
export function graphRequest(
  profile: Profile = syntheticProfile({ nodes: 3_000, hosts: 3, seed: 5 }),
  over: Partial<GraphPart> = {},
): PictureRequest {
  return {
    theme: 'light',
    title: 'CPU profile of checkout-1 and 2 more',
    byline: '3 hosts · Ada Admin · 30 Nov 2026, 04:11 UTC',
    numbers: [
      { value: '3', label: 'hosts' },
      { value: '30 s', label: 'recorded' },
    ],
    badges: [],
    narrowed: [],
    main: {
      kind: 'graph',
      profile: gzipSync(encodeProfile(profile), { level: 1 }),
      question: { group: 'process', order: 'weight' },
      zoom: '',
      search: { text: '', regex: false },
      orientation: 'icicle',
      colorBy: 'kind',
      events: null,
      isCpu: true,
      nothing: 'No samples in this selection',
      ...over,
    },
    side: null,
  }
}

export const TABLE: TablePart = {
  kind: 'table',
  title: 'Syscalls',
  columns: ['syscall', 'calls', 'errors'],
  rows: [
    { cells: ['write', '412k', { text: '0', tone: 'muted' }], share: 1 },
    { cells: ['connect', '98.2k', { text: '98.2k', tone: 'bad' }], share: 0.24 },
  ],
  left: 3,
}
