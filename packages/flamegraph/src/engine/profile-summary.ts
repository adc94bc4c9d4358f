import type { HostTable, Profile, ProfileMeta } from '@sonde/profile'
import type { SideSummary } from './side-summary.ts'

/** What the page knows of a loaded profile: all but the stacks and the samples, which stay with the engine. */
export type ProfileSummary = {
  meta: ProfileMeta
  hosts: HostTable
  /** Rows as in the profile, which a call tree's `thread` column points at; names in place of string indexes. */
  threads: { length: number; host: Uint32Array; pid: Int32Array; tid: Int32Array; comm: string[] }
  /** Rows of the sample table, 0 for an empty profile. */
  sampleRows: number
  /** Of a profile of two sides: what there is to choose from on each. */
  sides?: { a: SideSummary; b: SideSummary } | undefined
}

export function summarizeProfile({ meta, hosts, threads, strings, samples }: Profile): ProfileSummary {
  return {
    meta,
    hosts,
    threads: {
      length: threads.length,
      host: threads.host,
      pid: threads.pid,
      tid: threads.tid,
      comm: Array.from(threads.comm, (comm) => strings[comm] ?? ''),
    },
    sampleRows: samples.length,
  }
}
