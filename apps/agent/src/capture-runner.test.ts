import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { EMPTY_QUALITY } from '@sonde/contract'
import { TraceFailure } from '@sonde/tracer'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { CaptureRun, type CaptureRunOptions } from './capture-runner.ts'
import { KillSwitch } from './kill-switch.ts'
import { recoverOutcome } from './recover-outcome.ts'
import { Spool, type SpoolLimits } from './spool.ts'
import { COMMAND, FACTS, makeProfile, makeSnapshot, type Script, SPEC, scriptedTracing } from './testing/scripted-tracing.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'
import type { Recording } from './tracing.ts'

const target = { captureId: 'capture-1', attempt: 1 }

async function runOf(script: Script, more: Partial<CaptureRunOptions> = {}, limits: SpoolLimits = { maxBytes: 1e9, minFreeBytes: 0 }) {
  const folder = await temporaryFolder()
  const spool = await Spool.open(folder, limits)
  const targetSpool = await spool.forTarget(target)
  const run = new CaptureRun({
    target,
    spec: SPEC,
    facts: FACTS,
    hostId: 'host-1',
    tracing: scriptedTracing(script),
    spool,
    targetSpool,
    killSwitch: new KillSwitch(path.join(folder, 'disabled')),
    workRoot: path.join(folder, 'work'),
    gateway: { silentMs: () => 0, goneAfterMs: 120_000 },
    log: pino({ level: 'silent' }),
    onAttached: async () => undefined,
    onChunk: () => undefined,
    ...more,
  })
  return { run, targetSpool, folder }
}

/** Records until it is aborted, then hands over as the given function does. */
const untilAbort =
  (then: Recording['run']): Recording['run'] =>
  async (hooks) => {
    await hooks.onAttached([COMMAND])
    await new Promise<void>((resolve) => hooks.signal.addEventListener('abort', () => resolve(), { once: true }))
    return then(hooks)
  }

describe('CaptureRun', () => {
  it('ends a recording that does not end by itself, and keeps what it hands over', async () => {
    const record = untilAbort(async (hooks) => {
      await hooks.onResult({ kind: 'profile', profile: makeProfile(4) })
      return { quality: { ...EMPTY_QUALITY, samples: 4, partial: true }, recordedMs: 1100 }
    })
    const { run, targetSpool, folder } = await runOf({ record }, { deadlineGraceMs: 100 })
    const startedMs = performance.now()
    expect(await run.record()).toMatchObject({
      kind: 'end',
      report: { state: 'failed', reason: 'tool-failed', quality: { samples: 4, partial: true } },
    })
    expect(performance.now() - startedMs).toBeGreaterThan(1050)
    expect(targetSpool.chunks).toHaveLength(1)
    expect(await readdir(path.join(folder, 'work'))).toEqual([])
  })

  it('stops when the gateway has been silent for too long, and keeps what there is', async () => {
    const record = untilAbort(async (hooks) => {
      await hooks.onResult({ kind: 'profile', profile: makeProfile(4) })
      return { quality: { ...EMPTY_QUALITY, samples: 4, partial: true }, recordedMs: 900 }
    })
    let silentMs = 119_000
    const { run, targetSpool } = await runOf({ record }, { gateway: { silentMs: () => silentMs, goneAfterMs: 120_000 } })
    const recording = run.record()
    await new Promise((resolve) => setTimeout(resolve, 700))
    silentMs = 121_000
    expect(await recording).toMatchObject({
      kind: 'end',
      report: { state: 'failed', reason: 'gateway-gone', quality: { samples: 4, partial: true } },
    })
    expect(targetSpool.chunks).toHaveLength(1)
  })

  it('does not wait for ever for a tracer that hangs, nor take anything from it afterwards', async () => {
    let late: Promise<unknown> = Promise.resolve()
    const record = untilAbort(
      (hooks) =>
        new Promise(() => {
          late = new Promise((resolve) => setTimeout(() => resolve(hooks.onResult({ kind: 'profile', profile: makeProfile(4) })), 300))
        }),
    )
    const { run, targetSpool } = await runOf({ record }, { stopGraceMs: 100 })
    const recording = run.record()
    setTimeout(() => run.stop({ kind: 'cancelled' }), 50)
    expect(await recording).toMatchObject({ report: { state: 'cancelled', quality: { partial: true } } })
    await late
    expect(targetSpool.chunks).toHaveLength(0)
  })

  it('names the first reason to stop, though the tracer fails of it', async () => {
    const record = untilAbort(() => Promise.reject(new TraceFailure('tool-failed', 'killed', { ...EMPTY_QUALITY, samples: 3 })))
    const { run } = await runOf({ record })
    const recording = run.record()
    setTimeout(() => {
      run.stop({ kind: 'failed', reason: 'agent-shutdown', message: 'stopped' })
      run.stop({ kind: 'cancelled' })
    }, 50)
    expect(await recording).toMatchObject({ report: { state: 'failed', reason: 'agent-shutdown', quality: { samples: 3, partial: true } } })
  })

  it('cancelled before it was planned, starts nothing', async () => {
    const { run } = await runOf({ record: () => Promise.reject(new Error('was started')) })
    run.stop({ kind: 'cancelled' })
    expect(await run.record()).toMatchObject({ report: { state: 'cancelled' } })
  })

  it('whose server has lost interest has no outcome', async () => {
    const { run } = await runOf({ record: untilAbort(async () => ({ quality: EMPTY_QUALITY, recordedMs: 1 })) })
    const recording = run.record()
    setTimeout(() => run.stop({ kind: 'gone' }), 50)
    expect(await recording).toBeNull()
  })

  it('is refused when the spool has no room, and stops when it runs out of it', async () => {
    const refused = await runOf({}, {}, { maxBytes: 1000, minFreeBytes: 0 })
    expect(await refused.run.record()).toMatchObject({ report: { state: 'refused', reason: 'disk-full' } })
    const record: Recording['run'] = async (hooks) => {
      await hooks.onAttached([COMMAND])
      let samples = 0
      while (!hooks.signal.aborted) {
        await hooks.onResult({ kind: 'profile', profile: makeProfile(500, { nameLength: 5000, seed: samples }) })
        samples += 500
      }
      return { quality: { ...EMPTY_QUALITY, samples, partial: true }, recordedMs: 1 }
    }
    const stopped = await runOf({ record }, {}, { maxBytes: 9 * 1024 * 1024, minFreeBytes: 0 })
    expect(await stopped.run.record()).toMatchObject({ report: { state: 'failed', reason: 'disk-full', quality: { partial: true } } })
    expect(stopped.targetSpool.chunks.length).toBeGreaterThan(1)
  })
})

describe('recoverOutcome', () => {
  it('counts what is in the chunks', async () => {
    const { run, targetSpool } = await runOf({
      record: async (hooks) => {
        await hooks.onResult({ kind: 'profile', profile: makeProfile(10, { depth: 5 }) })
        await hooks.onResult({ kind: 'syscalls', snapshot: makeSnapshot(2, 500) })
        await hooks.onResult({ kind: 'profile', profile: makeProfile(20, { depth: 2 }) })
        await hooks.onResult({
          kind: 'syscalls',
          snapshot: { ...makeSnapshot(4), lostCalls: 7, unmatchedExits: 2, truncated: true },
        })
        return { quality: EMPTY_QUALITY, recordedMs: 1 }
      },
    })
    await run.record()
    await targetSpool.write('profile', Buffer.from('no gzip'))
    const outcome = await recoverOutcome(targetSpool, 'agent-restarted', 'why')
    expect(outcome).toMatchObject({
      report: {
        state: 'failed',
        reason: 'agent-restarted',
        message: 'why',
        quality: {
          samples: 30,
          frames: 90,
          unknownFrames: 30,
          sampledEvent: 'cpu-clock',
          syscalls: 1 + 2 + 3 + 4,
          lostSyscalls: 7,
          unmatchedSyscalls: 2,
          mapsTruncated: true,
          partial: true,
        },
      },
    })
  })
})
