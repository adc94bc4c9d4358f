import { ByteWriter } from './byte-writer.ts'
import { writeNumbers } from './number-column.ts'
import type { Profile, ProfileMeta } from './profile.ts'

/** "SONDEPRF" and the version: how a file is recognised. The format is described in docs/formats/profile.md. */
export const PROFILE_MAGIC = Uint8Array.from([0x53, 0x4f, 0x4e, 0x44, 0x45, 0x50, 0x52, 0x46])
/**
 * Versions that are read. 2 is 1 with a column of counts, 3 is 2 with a column of cgroups; each is written only where there is something
 * to say in it: other profiles stay readable for older programs.
 */
export const PROFILE_VERSIONS = { plain: 1, counted: 2, grouped: 3 } as const
export const PROFILE_CONTENT_TYPE = 'application/vnd.sonde.profile'
/** A unit's place here is its number on the wire: append only. */
export const PROFILE_UNITS = ['samples', 'ns', 'bytes', 'count'] as const satisfies readonly ProfileMeta['unit'][]

/** A profile as bytes, "sonde profile". Not compressed: gzip takes another third to half off. */
export function encodeProfile(profile: Profile): Uint8Array<ArrayBuffer> {
  const { meta, strings, hosts, threads, frames, stacks, samples } = profile
  const out = new ByteWriter(4096 + strings.length * 16 + stacks.length * 4 + samples.length * 6)
  out.raw(PROFILE_MAGIC)
  const isCounted = samples.count.some((count) => count !== 1)
  const isGrouped = threads.cgroup.some((cgroup) => cgroup !== 0)
  const version = isGrouped ? PROFILE_VERSIONS.grouped : isCounted ? PROFILE_VERSIONS.counted : PROFILE_VERSIONS.plain
  out.varint(version)

  out.text(meta.event)
  out.byte(PROFILE_UNITS.indexOf(meta.unit))
  out.byte(meta.timed ? 1 : 0)
  out.float64(meta.periodNs)
  out.float64(meta.startMs)
  out.float64(meta.durationMs)

  writeStrings(out, strings)

  out.varint(hosts.length)
  for (let i = 0; i < hosts.length; i++) {
    out.text(hosts.id[i] ?? '')
    out.text(hosts.name[i] ?? '')
  }

  out.varint(threads.length)
  for (const host of threads.host) out.varint(host)
  writeDeltas(out, threads.pid)
  writeDeltas(out, threads.tid)
  for (const comm of threads.comm) out.varint(comm)

  out.varint(frames.length)
  writeDeltas(out, frames.name)
  for (const module of frames.module) out.varint(module)
  out.raw(frames.kind)

  out.varint(stacks.length)
  // The distance to the parent: mostly 1, since a stack's rows are added one after another. 0 marks a root.
  for (let i = 0; i < stacks.length; i++) {
    const parent = stacks.parent[i] ?? -1
    out.varint(parent < 0 ? 0 : i - parent)
  }
  for (const frame of stacks.frame) out.varint(frame)

  out.varint(samples.length)
  for (const stack of samples.stack) out.varint(stack + 1)
  for (const thread of samples.thread) out.varint(thread)
  writeNumbers(out, samples.timeUs)
  writeNumbers(out, samples.weight)
  if (version >= PROFILE_VERSIONS.counted) writeNumbers(out, samples.count)
  if (version >= PROFILE_VERSIONS.grouped) for (const cgroup of threads.cgroup) out.varint(cgroup)
  return out.finish()
}

/** Lengths first, then all text in one piece: one decoder call for the whole table. */
function writeStrings(out: ByteWriter, strings: readonly string[]): void {
  const encoder = new TextEncoder()
  const encoded = strings.map((text) => encoder.encode(text))
  out.varint(strings.length)
  for (const bytes of encoded) out.varint(bytes.length)
  for (const bytes of encoded) out.raw(bytes)
}

function writeDeltas(out: ByteWriter, column: Int32Array | Uint32Array): void {
  let previous = 0
  for (const value of column) {
    out.zigzag(value - previous)
    previous = value
  }
}
