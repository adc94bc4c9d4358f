import { describe, expect, it } from 'vitest'
import { type Answer, type Asked, FakeCli } from '../testing/fake-io.ts'

const capture = (state: string, over: Record<string, unknown> = {}) => ({
  id: 'c0ffee01',
  title: 'CPU profile of web-1',
  state,
  createdAt: '2026-11-30T04:00:00.000Z',
  createdBy: { name: 'Ada' },
  spec: { durationMs: 2_000 },
  resultVersion: { profile: 1, syscalls: 0 },
  targets: [{ hostName: 'web-1', state: state === 'done' ? 'done' : 'running', message: null, recordedMs: 2_000, quality: null }],
  later: 'fields are no trouble',
  ...over,
})
const started = { id: 'c0ffee01', url: 'https://sonde.test/captures/c0ffee01', hosts: [{ id: 'h001', name: 'web-1' }], offline: [] }

describe('run', () => {
  const server =
    (states: string[]) =>
    (asked: Asked): Answer => {
      if (asked.method === 'POST') return { status: 201, json: started }
      if (asked.path === '/recipes/user-function-latency')
        return {
          json: {
            id: 'user-function-latency',
            params: [
              { name: 'binary', type: 'binary', label: 'Binary', help: '' },
              { name: 'function', type: 'function', of: 'binary', label: 'Function', help: '' },
            ],
          },
        }
      return { json: capture(states.length > 1 ? (states.shift() ?? '') : (states[0] ?? '')) }
    }

  it('asks for what was typed, and prints the id alone', async () => {
    const cli = new FakeCli(server(['queued']))
    expect(
      await cli.run('run', 'cpu-profile', 'service=checkout', 'env=prod', '--for', '1.5m', '--process', 'node', '--reason', 'why not'),
    ).toBe(0)
    expect(JSON.parse(cli.asked[0]?.body ?? '')).toEqual({
      selector: 'service=checkout env=prod',
      recipe: 'cpu-profile',
      durationMs: 90_000,
      filter: { kind: 'process', name: 'node' },
      reason: 'why not',
    })
    expect(cli.out).toBe('c0ffee01\n')
  })

  it('makes values of the recipe’s types', async () => {
    const cli = new FakeCli(server(['queued']))
    const set = ['--set', 'binary=/usr/bin/app', '--set', 'function=a=b']
    expect(await cli.run('run', 'user-function-latency', '--all', ...set)).toBe(0)
    expect(JSON.parse(cli.asked.at(-1)?.body ?? '')).toMatchObject({
      selector: '*',
      values: { binary: { of: 'path', path: '/usr/bin/app' }, function: 'a=b' },
    })
    expect(await cli.run('run', 'user-function-latency', '--all', '--set', 'nothing=1')).toBe(2)
  })

  it('waits for the end, and says how it was', async () => {
    for (const [state, code] of [
      ['done', 0],
      ['partial', 0],
      ['failed', 1],
      ['cancelled', 1],
    ] as const) {
      const cli = new FakeCli(server(['queued', 'running', 'running', state]))
      expect([state, await cli.run('run', 'cpu-profile', 'x', '--wait')]).toEqual([state, code])
      expect(cli.out).toBe('c0ffee01\n')
      expect(cli.slept).toHaveLength(3)
    }
    const cli = new FakeCli(server(['running', 'done']))
    await cli.run('run', 'cpu-profile', 'x', '--follow', '--json')
    expect(JSON.parse(cli.out)).toMatchObject({ state: 'done', later: 'fields are no trouble' })
    expect(cli.err).toContain('web-1: done')
  })
})
