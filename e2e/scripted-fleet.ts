import type { APIRequestContext, APIResponse } from '@playwright/test'
import { expect } from '@playwright/test'
import { type SyscallSnapshot, specOfRecipe } from '@sonde/contract'
import { FRAME_KIND, type Profile, ProfileBuilder, seededRandom } from '@sonde/profile'
import { z } from 'zod'
import { ScriptedHost } from './scripted-host.ts'
import { theStack } from './stack.ts'

const DURATION_MS = 10_000
const SAMPLES = 1_500
/** What the odd host does that no other does: a part of its samples, and calls that fail. */
export const ODD_SHARE = 0.15

/** A procedure of the web's API, called as the page calls it. */
export async function call(request: APIRequestContext, procedure: string, input: unknown): Promise<unknown> {
  return await answerOf(procedure, await request.post(new URL(`/api/trpc/${procedure}`, theStack().url).href, { data: { json: input } }))
}

/** The same for one that only reads. */
export async function query(request: APIRequestContext, procedure: string, input: unknown): Promise<unknown> {
  const url = new URL(`/api/trpc/${procedure}`, theStack().url)
  url.searchParams.set('input', JSON.stringify({ json: input }))
  return await answerOf(procedure, await request.get(url.href))
}

async function answerOf(procedure: string, response: APIResponse): Promise<unknown> {
  expect(response.ok(), `${procedure}: ${await response.text()}`).toBe(true)
  const { result } = z.object({ result: z.object({ data: z.object({ json: z.unknown() }) }) }).parse(await response.json())
  return result.data.json
}

/** A token that so many hosts may enrol with. */
export async function joinToken(request: APIRequestContext, uses: number): Promise<string> {
  return z.object({ token: z.string() }).parse(await call(request, 'joinTokens.create', { uses })).token
}

/** Starts a capture of CPU and system calls. Returns its id. */
export async function startOn(request: APIRequestContext, hostIds: readonly string[], title: string): Promise<string> {
  const spec = specOfRecipe('cpu-and-syscalls', { durationMs: DURATION_MS })
  return z.object({ id: z.string() }).parse(await call(request, 'captures.start', { hostIds, spec, title })).id
}

/** Enrols `web-1` to `web-N`; `web-3` is a canary with a newer kernel, and the odd one. */
export async function enrolFleet(request: APIRequestContext, count: number): Promise<ScriptedHost[]> {
  const token = await joinToken(request, count)
  const hosts: ScriptedHost[] = []
  for (let n = 1; n <= count; n++) {
    const isOdd = n === 3
    hosts.push(
      await ScriptedHost.enrol(request, token, {
        name: `web-${n}`,
        kernel: isOdd ? '6.8.0-31-generic' : '6.1.0-18-amd64',
        labels: { env: isOdd ? 'canary' : 'prod', service: 'checkout' },
        script: {
          profile: (hostId) => profileOf(hostId, `web-${n}`, n, isOdd),
          snapshot: snapshotOf(n, isOdd),
          recordedMs: DURATION_MS,
        },
      }),
    )
  }
  return hosts
}

/** Removes every host but this machine, which other tests expect to be the only one. */
export async function removeFleet(request: APIRequestContext): Promise<void> {
  const hosts = z.array(z.object({ id: z.string(), name: z.string() })).parse(await query(request, 'hosts.list', {}))
  for (const { id, name } of hosts) if (name !== 'e2e-host') await call(request, 'hosts.remove', { id })
}

/** Captures CPU and system calls on all of them, to the end. Returns the capture's id. */
export async function captureFleet(request: APIRequestContext, hosts: readonly ScriptedHost[]): Promise<string> {
  const id = await startOn(
    request,
    hosts.map((host) => host.id),
    'The checkout fleet',
  )
  await Promise.all(hosts.map((host) => host.answerCapture()))
  return id
}

function profileOf(hostId: string, name: string, seed: number, isOdd: boolean): Profile {
  const random = seededRandom(seed * 7919)
  const builder = new ProfileBuilder({
    event: 'cpu-clock',
    unit: 'samples',
    periodNs: 10_101_010,
    startMs: Date.now(),
    durationMs: DURATION_MS,
    timed: true,
  })
  const user = (text: string, module = '/usr/bin/checkout') => builder.addFrame(text, module, FRAME_KIND.user)
  const kernel = (text: string) => builder.addFrame(text, '[kernel.kallsyms]', FRAME_KIND.kernel)
  const main = builder.addStack(builder.addStack(-1, user('_start')), user('main'))
  const handler = builder.addStack(main, user('handle_request'))
  const usual = [
    'parse_json',
    'price_basket',
    'render_reply',
    'read_socket',
    'write_socket',
    'lookup_session',
    'gc_mark',
    'gc_sweep',
  ].flatMap((at) => {
    const stack = builder.addStack(handler, user(at))
    return [
      stack,
      builder.addStack(stack, user(`${at}_inner`)),
      builder.addStack(builder.addStack(stack, kernel('do_syscall_64')), kernel(`sys_${at}`)),
    ]
  })
  const flush = builder.addStack(
    builder.addStack(builder.addStack(handler, user('log_retry')), kernel('do_syscall_64')),
    kernel('ext4_sync_file'),
  )
  const thread = builder.addThread(builder.addHost(hostId, name), 4_000 + seed, 4_000 + seed, 'checkout')
  for (let i = 0; i < SAMPLES; i++) {
    const stack = isOdd && random() < ODD_SHARE ? flush : (usual[Math.floor(random() ** 2 * usual.length)] ?? 0)
    builder.addSample(stack, thread, Math.floor(random() * DURATION_MS * 1_000), 1)
  }
  return builder.build()
}

function snapshotOf(seed: number, isOdd: boolean): SyscallSnapshot {
  const random = seededRandom(seed * 104_729)
  const pid = 4_000 + seed
  const about = (calls: number) => Math.round(calls * (0.95 + 0.1 * random()))
  const row = (nr: number, name: string, calls: number, errors: SyscallSnapshot['rows'][number]['errors'] = []) => ({
    pid,
    nr,
    name,
    calls,
    totalNs: calls * 2_000,
    maxNs: 90_000,
    errors,
    histogram: [[10, calls]] as [number, number][],
  })
  return {
    version: 1,
    elapsedMs: DURATION_MS,
    processes: [{ pid, comm: 'checkout' }],
    rows: [
      row(0, 'read', about(9_000), [{ errno: 11, name: 'EAGAIN', count: about(400) }]),
      row(1, 'write', about(6_000), isOdd ? [{ errno: 28, name: 'ENOSPC', count: 1_800 }] : []),
      row(202, 'futex', about(3_000)),
      ...(isOdd ? [row(74, 'fsync', 2_500)] : []),
    ],
    unmatchedExits: 0,
    lostCalls: 0,
    truncated: false,
  }
}
