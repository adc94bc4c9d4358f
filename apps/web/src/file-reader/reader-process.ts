/**
 * The process that reads one uploaded file: the file on its standard input, the answer (answer-frame.ts) on its standard output. It is
 * started by read-in-process.ts under limits, without environment, and ends with the file. Bundled to dist/file-reader.mjs.
 *
 *   node file-reader.mjs <prefix of host ids> <file name> <limits as JSON>
 */
import { once } from 'node:events'
import { ProfileFormatError } from '@sonde/profile'
import { importProfile } from '@sonde/profile/formats'
import { encodeAnswer, type ReadAnswer } from './answer-frame.ts'
import { withFileTimes } from './file-times.ts'
import { hostParts } from './host-parts.ts'
import type { ReadLimits } from './read-limits.ts'

const [hostPrefix = '', fileName = '', limitsJson = '{}'] = process.argv.slice(2)
const limits: Pick<ReadLimits, 'profileBytes' | 'samples' | 'stacks'> = JSON.parse(limitsJson)

async function readAll(): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  for await (const piece of process.stdin) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function read(): Promise<ReadAnswer> {
  const {
    profile: asRead,
    format,
    notes,
  } = await importProfile(await readAll(), {
    fileName,
    limits: { samples: limits.samples, stacks: limits.stacks },
  })
  if (asRead.samples.length === 0) throw new ProfileFormatError('holds no sample')
  const profile = withFileTimes(asRead)
  const { startMs, durationMs, timed } = profile.meta
  return { format, startMs, durationMs: timed ? durationMs : 0, hosts: await hostParts(profile, hostPrefix, notes, limits) }
}

/** An allocation that the limit on this process refused. Too large a heap ends the process instead. */
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof RangeError && /allocation|string length|Invalid array length/i.test(error.message)

async function answer(): Promise<ReadAnswer> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ProfileFormatError) return { problem: error.message }
    if (isOutOfMemory(error)) return { problem: 'takes more memory to read than a file may' }
    throw error
  }
}

for (const piece of encodeAnswer(await answer())) if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
