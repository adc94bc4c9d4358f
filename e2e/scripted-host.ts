import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type APIRequestContext, expect } from '@playwright/test'
import {
  AGENT_API,
  CHUNK_HEADERS,
  type ChunkKind,
  EMPTY_QUALITY,
  enrolResponseSchema,
  type HostBuild,
  type HostFacts,
  type Labels,
  pollResponseSchema,
  type SyscallSnapshot,
  type TargetRef,
} from '@sonde/contract'
import { encodeProfile, type Profile } from '@sonde/profile'
import { theStack } from './stack.ts'

/** What a scripted host answers to any capture of stacks and system calls. */
export type Script = { profile: (hostId: string) => Profile; snapshot: SyscallSnapshot; recordedMs: number }

const FACTS: Omit<HostFacts, 'hostname' | 'kernel' | 'bootId'> = {
  os: 'debian 12',
  arch: 'x64',
  cpuModel: 'Scripted CPU',
  cpuCount: 8,
  memoryBytes: 16 * 1024 ** 3,
  agentVersion: '0.1.0',
  tools: [{ name: 'perf', version: '6.1', path: '/usr/bin/perf' }],
  capabilities: (['perf', 'stacks', 'syscalls', 'bpf-helper'] as const).map((id) => ({ id, available: true, reason: null, remedy: null })),
}
const LOAD = { load1: 1, load5: 1, load15: 1, cpuBusy: 0.5, ioWait: 0, memoryUsedBytes: 1024 ** 3 }

/**
 * A host that speaks the agents' protocol to the real gateway, and records what the test wants it to have recorded: real hosts of one
 * machine all see the same processes, so none of them is ever unlike the others.
 */
export class ScriptedHost {
  private constructor(
    readonly id: string,
    readonly name: string,
    private readonly token: string,
    private readonly request: APIRequestContext,
    private readonly script: Script | null,
  ) {}

  static async enrol(
    request: APIRequestContext,
    joinToken: string,
    host: { name: string; kernel: string; labels: Labels; script: Script | null },
  ): Promise<ScriptedHost> {
    const machineKey = createHash('sha256').update(`scripted ${host.name}`).digest('hex')
    const facts: HostFacts = { ...FACTS, hostname: host.name, kernel: host.kernel, bootId: host.name }
    const response = await request.post(`${theStack().gatewayUrl}${AGENT_API}/enrol`, {
      data: { joinToken, machineKey, facts, labels: host.labels },
    })
    expect(response.status(), await response.text()).toBe(200)
    const { hostId, agentToken } = enrolResponseSchema.parse(await response.json())
    const enrolled = new ScriptedHost(hostId, host.name, agentToken, request, host.script)
    await enrolled.post('/heartbeat', { load: LOAD })
    return enrolled
  }

  /** Says which builds of programs run, as an agent does when the set changed. */
  async reportBuilds(builds: readonly HostBuild[]): Promise<void> {
    await this.post('/heartbeat', { load: LOAD, builds: { builds, left: 0 } })
  }

  /** Waits for the one capture that it is asked for, and answers it to the end. */
  async answerCapture(): Promise<void> {
    const finish = await this.beginCapture()
    await finish()
  }

  /** The same up to where it records. Returns what sends all that it recorded, and ends it. */
  async beginCapture(): Promise<() => Promise<void>> {
    const target = await this.nextTarget()
    const path = `/targets/${target.captureId}/${target.attempt}`
    await this.post(`${path}/accept`, {})
    await this.post(`${path}/running`, { commands: [] })
    return () => this.finishCapture(path)
  }

  private async finishCapture(path: string): Promise<void> {
    const { script } = this
    if (!script) throw new Error(`${this.name} has no script for captures`)
    const profile = await this.put(`${path}/chunks/0`, 0, 'profile', encodeProfile(script.profile(this.id)))
    const syscalls = await this.put(`${path}/chunks/1`, 1, 'syscalls', Buffer.from(JSON.stringify(script.snapshot)))
    const quality = { ...EMPTY_QUALITY, samples: script.profile(this.id).samples.length }
    await this.post(`${path}/finish`, { manifest: [profile, syscalls], quality, recordedMs: script.recordedMs })
  }

  private async nextTarget(): Promise<TargetRef> {
    for (let polls = 0; polls < 20; polls++) {
      const { commands } = pollResponseSchema.parse(await this.post('/poll', { waitMs: 5_000, active: [] }))
      for (const command of commands) if (command.type === 'start') return command.target
    }
    throw new Error(`${this.name} was asked for nothing`)
  }

  private async post(path: string, data: unknown): Promise<unknown> {
    const response = await this.request.post(`${theStack().gatewayUrl}${AGENT_API}${path}`, { data, headers: this.headers() })
    expect(response.ok(), `${path}: ${await response.text()}`).toBe(true)
    return await response.json()
  }

  private async put(path: string, seq: number, kind: ChunkKind, raw: Uint8Array) {
    const bytes = gzipSync(raw)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const headers = { ...this.headers(), 'content-type': 'application/gzip', [CHUNK_HEADERS.sha256]: sha256, [CHUNK_HEADERS.kind]: kind }
    const response = await this.request.put(`${theStack().gatewayUrl}${AGENT_API}${path}`, { data: bytes, headers })
    expect(response.ok(), `${path}: ${await response.text()}`).toBe(true)
    return { seq, kind, sha256, sizeBytes: bytes.length }
  }

  private headers(): Record<string, string> {
    return { authorization: `Bearer ${this.token}` }
  }
}
