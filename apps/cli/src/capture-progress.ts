import type { CaptureState } from '@sonde/contract'
import { type Capture, captureSchema, isOver } from './answers.ts'
import type { Client } from './client.ts'
import { CliError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type Color, plain } from './terminal-text.ts'

export const STATE_COLORS: Record<CaptureState, Color> = {
  queued: 'dim',
  running: 'live',
  done: 'good',
  partial: 'warn',
  failed: 'bad',
  cancelled: 'warn',
}

const POLL_MS = 1_000
/** A server that is started again is away for some seconds; the capture goes on without it. */
const MOST_UNANSWERED = 15

/** Waits for the end of a capture. Progress goes to stderr: with `follow` every change of a host, else one line that is rewritten in a terminal. */
export async function waitForEnd(io: Io, client: Client, id: string, follow: boolean): Promise<{ capture: Capture; raw: unknown }> {
  const seen = new Map<string, string>()
  let line = ''
  let unanswered = 0
  for (;;) {
    const answer = await client.json(`/captures/${encodeURIComponent(id)}`, captureSchema).catch((error: unknown) => {
      if (!(error instanceof CliError) || error.exitCode !== EXIT.unreachable || ++unanswered > MOST_UNANSWERED) throw error
      return null
    })
    if (answer === null) {
      await io.sleep(POLL_MS)
      continue
    }
    unanswered = 0
    const { value: capture, raw } = answer
    if (follow) {
      for (const { hostName, state, message } of capture.targets) {
        if (seen.get(hostName) === state) continue
        seen.set(hostName, state)
        io.err(`${plain(hostName)}: ${state}${message ? `, ${plain(message)}` : ''}\n`)
      }
    } else {
      const now = summaryOf(capture)
      if (now !== line) io.err(io.errIsTerminal ? `\r\u001b[K${now}` : `${now}\n`)
      line = now
    }
    if (isOver(capture.state)) {
      if (!follow && io.errIsTerminal) io.err('\n')
      return { capture, raw }
    }
    await io.sleep(POLL_MS)
  }
}

/** "running: 2 running, 1 done", hosts by their state. */
function summaryOf({ state, targets }: Capture): string {
  const counts = new Map<string, number>()
  for (const target of targets) counts.set(target.state, (counts.get(target.state) ?? 0) + 1)
  return `${state}: ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}`
}

/** What was recorded, and what was not: a sentence for each that a reader should know of. */
export function reportOf({ targets }: Capture): string[] {
  const sum = (key: 'samples' | 'syscalls' | 'hits' | 'lostSamples' | 'lostSyscalls' | 'lostEvents' | 'overCapEvents') =>
    targets.reduce((total, target) => total + (target.quality?.[key] ?? 0), 0)
  const lines = [`${sum('samples')} samples, ${sum('syscalls')} system calls, ${sum('hits')} events from ${targets.length} host(s)`]
  const losses = {
    'samples lost': sum('lostSamples'),
    'system calls lost': sum('lostSyscalls'),
    'events lost': sum('lostEvents'),
    'events beyond the cap': sum('overCapEvents'),
  }
  for (const [words, count] of Object.entries(losses)) if (count > 0) lines.push(`${count} ${words}`)
  const partial = targets.filter((target) => target.quality?.partial).length
  if (partial > 0) lines.push(`${partial} host(s) recorded a part of the time only`)
  for (const { hostName, state, message } of targets)
    if (state !== 'done') lines.push(`${plain(hostName)}: ${state}${message ? `, ${plain(message)}` : ''}`)
  return lines
}
