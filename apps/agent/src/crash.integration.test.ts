import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isProcessAlive, spawnAgent } from './testing/agent-child.ts'
import { eventually } from './testing/eventually.ts'
import { GatewayPeer } from './testing/gateway-peer.ts'
import { SPEC } from './testing/scripted-tracing.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const target = { captureId: 'capture-1', attempt: 1 }
let peer: GatewayPeer
let stateDir: string

beforeEach(async () => {
  peer = new GatewayPeer()
  await peer.start()
  stateDir = await temporaryFolder()
})
afterEach(() => peer.stop())

/** Pids of the processes whose parent is `pid`. */
async function childrenOf(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(pids.map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')))
  return stats.flatMap((stat, i) => (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(pid) ? [Number(pids[i])] : []))
}

describe('kill -9', { timeout: 30_000 }, () => {
  it.each([
    ['plan', 0],
    ['before-attach', 0],
    ['attached', 0],
    ['chunks', 3],
  ])('at "%s": the next start reports "agent-restarted" with what is in the spool, and runs nothing again', async (holdAt, chunkCount) => {
    const first = spawnAgent({ gatewayUrl: peer.url, stateDir, holdAt })
    const seen = peer.offer(target, SPEC)
    // The gateway goes away, so that what was recorded can be nowhere but in the spool.
    peer.fault = (request) => (request.startsWith('PUT') ? { status: 503 } : null)
    await eventually(`the step ${holdAt}`, () => first.log().includes(`"at ${holdAt}"`))
    first.process.kill('SIGKILL')
    await first.exited
    peer.fault = () => null
    peer.send({ type: 'start', target, spec: SPEC })

    const second = spawnAgent({ gatewayUrl: peer.url, stateDir })
    await eventually('the report', () => seen.state === 'failed')
    expect(seen.end).toMatchObject({ reason: 'agent-restarted', quality: { partial: true, samples: chunkCount === 3 ? 15 : 0 } })
    expect(seen.chunks.size).toBe(chunkCount)
    // The offer came with the first poll; by the answer to a later question it has been dealt with.
    peer.send({ type: 'query', queryId: 'query-1', query: { kind: 'processes' } })
    await eventually('an answer', () => peer.answers.has('query-1'))
    await eventually('an empty spool', async () => (await readdir(path.join(stateDir, 'spool'))).length === 0)
    expect(second.log()).not.toContain('"at plan"')
    second.process.kill('SIGTERM')
    expect(await second.exited).toBe(0)
  })

  it('after the recording: the result is uploaded whole at the next start', async () => {
    peer.fault = (request) => (request.startsWith('PUT') ? { status: 503 } : null)
    const first = spawnAgent({ gatewayUrl: peer.url, stateDir })
    const seen = peer.offer(target, SPEC)
    await eventually('the end of the recording', () => first.log().includes('"capture ended"'))
    first.process.kill('SIGKILL')
    await first.exited
    peer.fault = () => null
    spawnAgent({ gatewayUrl: peer.url, stateDir })
    await eventually('the result', () => seen.finish ?? seen.end)
    // Killed before the end was in the journal: then it counts as cut off. Both are honest; nothing hangs.
    if (seen.end !== null) expect(seen.end.reason).toBe('agent-restarted')
    else expect(seen.state).toBe('done')
    expect(seen.chunks.size).toBeGreaterThan(2)
  })

  it('takes the tracer with it', async () => {
    const child = spawnAgent({ gatewayUrl: peer.url, stateDir })
    const seen = peer.offer(target, { ...SPEC, durationMs: 60_000 })
    await eventually('chunks', () => seen.chunks.size > 0)
    const tracers = await childrenOf(child.process.pid ?? -1)
    expect(tracers.some(isProcessAlive)).toBe(true)
    child.process.kill('SIGKILL')
    await child.exited
    await eventually('dead tracers', () => !tracers.some(isProcessAlive), 2000)
  })
})

describe('one agent per state folder', { timeout: 30_000 }, () => {
  it('a second one says who is there and leaves; after a kill -9 the lock is taken over', async () => {
    const first = spawnAgent({ gatewayUrl: peer.url, stateDir })
    await eventually('the first agent', () => peer.polls.length > 0)
    const second = spawnAgent({ gatewayUrl: peer.url, stateDir })
    expect(await second.exited).toBe(78)
    expect(second.log()).toContain(`Another agent (pid ${first.process.pid}) already uses the state folder ${stateDir}`)
    first.process.kill('SIGKILL')
    await first.exited
    const polls = peer.polls.length
    // Of several that find the stale lock at the same time, one gets it.
    const many = Array.from({ length: 3 }, () => spawnAgent({ gatewayUrl: peer.url, stateDir }))
    const left = await eventually('two that left', () => {
      const gone = many.filter((child) => child.process.exitCode !== null)
      return gone.length >= 2 && peer.polls.length > polls ? gone : null
    })
    expect(left.map((child) => child.process.exitCode)).toEqual([78, 78])
  })
})
