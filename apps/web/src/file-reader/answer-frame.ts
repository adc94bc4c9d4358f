import { targetQualitySchema } from '@sonde/contract'
import * as z from 'zod'
import type { HostPart } from './host-parts.ts'

/**
 * What the process that reads a file answers, on its standard output: the length of a head (4 bytes, little-endian), the head as JSON,
 * then the bytes of all chunks one after the other.
 */
export type ReadAnswer =
  /** `problem`: what is wrong with the file, to be put after its name. */
  { problem: string } | { format: string; startMs: number; durationMs: number; hosts: HostPart[] }

const MAX_HEAD_BYTES = 16 * 1024 * 1024

const headSchema = z.union([
  z.object({ problem: z.string().max(2_000) }).strict(),
  z
    .object({
      format: z.string(),
      startMs: z.number(),
      durationMs: z.number(),
      hosts: z.array(
        z.object({ id: z.string(), name: z.string(), quality: targetQualitySchema, chunks: z.array(z.number().int().positive()) }),
      ),
    })
    .strict(),
])

export function encodeAnswer(answer: ReadAnswer): Uint8Array[] {
  const head =
    'problem' in answer
      ? answer
      : { ...answer, hosts: answer.hosts.map((host) => ({ ...host, chunks: host.chunks.map((chunk) => chunk.length) })) }
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return [length, json, ...('problem' in answer ? [] : answer.hosts.flatMap((host) => host.chunks))]
}

/** The same back; throws an Error on anything else. */
export function decodeAnswer(bytes: Buffer): ReadAnswer {
  const headLength = bytes.length < 4 ? 0 : bytes.readUInt32LE(0)
  if (headLength === 0 || headLength > MAX_HEAD_BYTES || 4 + headLength > bytes.length) throw new Error('the answer has no head')
  const head = headSchema.parse(JSON.parse(bytes.toString('utf8', 4, 4 + headLength)))
  let at = 4 + headLength
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('the answer is shorter than it says')
    at += length
    return bytes.subarray(at - length, at)
  }
  const answer = 'problem' in head ? head : { ...head, hosts: head.hosts.map((host) => ({ ...host, chunks: host.chunks.map(take) })) }
  if (at !== bytes.length) throw new Error('the answer is longer than it says')
  return answer
}
