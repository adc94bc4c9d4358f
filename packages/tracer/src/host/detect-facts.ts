import { access } from 'node:fs/promises'
import { arch, cpus, hostname, release, totalmem } from 'node:os'
import type { Capability, CapabilityId, HostFacts, Tool } from '@sonde/contract'
import { parseBpftraceJson } from '../bpftrace/bpftrace-json.ts'
import { describeHelper, tryHelper } from '../native/try-helper.ts'
import { withoutHarmless } from '../run/tool-messages.ts'
import { PERF_ENV } from '../stacks/perf-env.ts'
import { BPFTRACE_ENV } from '../syscalls/syscall-program.ts'
import { findTool } from './find-tool.ts'
import { readText } from './read-text.ts'
import { type Attempt, tryCommand } from './try-command.ts'

export type DetectOptions = {
  /** Version of the agent, as reported in the facts. */
  agentVersion?: string | undefined
  /** Instead of the kernel's host name. */
  hostname?: string | undefined
  /** Full path of sonde-bpf; null or absent where the agent has none. */
  bpfHelper?: string | null | undefined
}

type Paths = { perf: string | null; bpftrace: string | null; bpfHelper: string | null; guardsMissing: string[] }

/** Every program that a capture needs besides perf and bpftrace, and the Debian package that brings it. */
const GUARDS = { setpriv: 'util-linux', timeout: 'coreutils', stdbuf: 'coreutils' } as const

/** What this host is and can do. Every capability is tried for real, which takes about a second. */
export async function detectFacts(options: DetectOptions = {}): Promise<HostFacts> {
  const [perf, bpftrace, setpriv, timeout, stdbuf] = await Promise.all(['perf', 'bpftrace', 'setpriv', 'timeout', 'stdbuf'].map(findTool))
  const guardPaths = { setpriv, timeout, stdbuf }
  const guardsMissing = Object.entries(GUARDS).flatMap(([name, pkg]) =>
    guardPaths[name as keyof typeof GUARDS] ? [] : [`${name} (package ${pkg})`],
  )
  const paths: Paths = { perf: perf ?? null, bpftrace: bpftrace ?? null, bpfHelper: options.bpfHelper ?? null, guardsMissing }
  const tools = await Promise.all([
    describeTool('perf', paths.perf),
    describeTool('bpftrace', paths.bpftrace),
    describeHelper(paths.bpfHelper),
    ...Object.entries(guardPaths).map(([name, path]) => describeTool(name, path ?? null)),
  ])
  const cpuList = cpus()
  return {
    hostname: options.hostname ?? hostname(),
    os: osName(await readText('/etc/os-release')),
    kernel: release(),
    arch: arch() === 'x64' ? 'x64' : arch() === 'arm64' ? 'arm64' : 'other',
    cpuModel: (cpuList[0]?.model ?? '').trim(),
    cpuCount: Math.max(1, cpuList.length),
    memoryBytes: totalmem(),
    bootId: (await readText('/proc/sys/kernel/random/boot_id')).trim(),
    agentVersion: options.agentVersion ?? '',
    tools,
    capabilities: await testCapabilities(paths, tools),
  }
}

/** `ID` and `VERSION_ID` of an os-release(5) text, as in "debian 12". */
export function osName(osRelease: string): string {
  const field = (name: string) => new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1] ?? ''
  return `${field('ID')} ${field('VERSION_ID')}`.trim() || 'linux'
}

async function describeTool(name: string, path: string | null): Promise<Tool> {
  if (path === null) return { name, version: null, path }
  const attempt = await tryCommand([path, '--version'])
  return { name, version: attempt.ok ? versionIn(attempt.stdout) : null, path }
}

/** "perf version 6.1.192" → 6.1.192, "bpftrace v0.17.0" → 0.17.0, "setpriv from util-linux 2.38.1" → 2.38.1 */
export function versionIn(text: string): string | null {
  return /\d+\.\d+[\w.~+-]*/.exec(text)?.[0]?.slice(0, 128) ?? null
}

async function testCapabilities(paths: Paths, tools: readonly Tool[]): Promise<Capability[]> {
  const isRoot = process.getuid?.() === 0
  const works = (name: string) => tools.some((tool) => tool.name === name && tool.version !== null)
  const perf =
    paths.perf === null
      ? missing('perf', 'perf is not installed.', 'apt-get install linux-perf, then restart the agent.')
      : works('perf')
        ? present('perf')
        : missing('perf', 'perf is installed but does not start.', 'Install the perf that fits the running kernel, then restart the agent.')
  const bpftrace =
    paths.bpftrace === null
      ? missing('bpftrace', 'bpftrace is not installed.', 'apt-get install bpftrace, then restart the agent.')
      : works('bpftrace')
        ? present('bpftrace')
        : missing('bpftrace', 'bpftrace is installed but does not start.', 'Install it again, then restart the agent.')
  const guards =
    paths.guardsMissing.length === 0
      ? null
      : {
          reason: `Programs that keep tracers under control are missing: ${paths.guardsMissing.join(', ')}.`,
          remedy: 'Install them, then restart the agent.',
        }
  const root = isRoot ? null : { reason: 'The agent does not run as root.', remedy: 'Start the agent as root.' }
  const needsPerf = perf.available ? (guards ?? root) : { reason: perf.reason ?? '', remedy: perf.remedy ?? '' }
  const needsBpftrace = bpftrace.available ? (guards ?? root) : { reason: bpftrace.reason ?? '', remedy: bpftrace.remedy ?? '' }
  // One after the other: perf mounts tracefs where it is missing, and bpftrace needs it.
  const stacks = needsPerf === null ? await testStacks(paths.perf ?? 'perf') : missing('stacks', needsPerf.reason, needsPerf.remedy)
  const sched = needsPerf === null ? await trySwitches(paths.perf ?? 'perf') : null
  const offcpu = needsPerf === null ? offcpuBy(sched) : missing('offcpu', needsPerf.reason, needsPerf.remedy)
  const pmu = perf.available ? await testPmu(paths.perf ?? 'perf') : missing('hardware-pmu', perf.reason ?? '', perf.remedy ?? '')
  const unfit = guards ?? root
  const helper = unfit === null ? await testBpfHelper(paths.bpfHelper) : missing('bpf-helper', unfit.reason, unfit.remedy)
  const syscalls = helper.available
    ? present('syscalls')
    : needsBpftrace === null
      ? await testSyscalls(paths.bpftrace ?? 'bpftrace')
      : missing('syscalls', needsBpftrace.reason, needsBpftrace.remedy)
  return [
    perf,
    bpftrace,
    helper,
    stacks,
    syscalls,
    offcpu,
    await tracepointsBy(sched, syscalls.available),
    pmu,
    await testProbeKind('kprobes', 'kprobe', 'CONFIG_KPROBE_EVENTS'),
    await testProbeKind('uprobes', 'uprobe', 'CONFIG_UPROBE_EVENTS'),
    await testBtf(),
  ]
}

async function testBpfHelper(path: string | null): Promise<Capability> {
  if (path === null) {
    return missing(
      'bpf-helper',
      'This agent has no native helper (sonde-bpf), or it is switched off.',
      'npm run build:native in a checkout, or an agent image that has it. Meanwhile bpftrace does its work, at a higher cost.',
    )
  }
  const problem = await tryHelper(path)
  if (problem === null) return present('bpf-helper')
  return missing(
    'bpf-helper',
    `A test of the native helper failed: ${problem}.`,
    'It needs root (or CAP_BPF and CAP_PERFMON) and a kernel from 5.8 on with CONFIG_DEBUG_INFO_BTF; in a container it must be privileged.',
  )
}

async function testStacks(perf: string): Promise<Capability> {
  const attempt = await tryCommand(
    [perf, 'record', '-e', 'cpu-clock', '-F', '99', '-g', '-a', '-k', 'CLOCK_MONOTONIC', '-o', '-', '--', 'sleep', '0.1'],
    PERF_ENV,
  )
  if (attempt.ok && attempt.stdout.startsWith('PERFILE2')) return present('stacks')
  return missing(
    'stacks',
    `A test recording with perf failed: ${lastWords(attempt)}`,
    'The agent needs root (or CAP_PERFMON) and a kernel with CONFIG_PERF_EVENTS; in a container it must be privileged.',
  )
}

/** Records every switch between tasks for a moment, which needs tracefs and the scheduler's tracepoints. */
function trySwitches(perf: string): Promise<Attempt> {
  const event = ['-e', 'sched:sched_switch', '-c', '1', '-g', '--switch-events', '-a', '-k', 'CLOCK_MONOTONIC']
  return tryCommand([perf, 'record', ...event, '-o', '-', '--', 'sleep', '0.05'], PERF_ENV)
}

const recorded = (attempt: Attempt | null): boolean => attempt?.ok === true && attempt.stdout.startsWith('PERFILE2')

function offcpuBy(sched: Attempt | null): Capability {
  if (recorded(sched)) return present('offcpu')
  return missing(
    'offcpu',
    `A test recording of task switches failed: ${sched === null ? 'perf was not there.' : lastWords(sched)}`,
    'It needs root (or CAP_PERFMON), tracefs, and a kernel with CONFIG_EVENT_TRACING (every distribution has it).',
  )
}

async function tracepointsBy(sched: Attempt | null, syscallsCounted: boolean): Promise<Capability> {
  const hasTracefs = await exists('/sys/kernel/tracing/events/sched')
  // Without perf, what bpftrace has counted at tracepoints proves them.
  if (hasTracefs && (recorded(sched) || (sched === null && syscallsCounted))) return present('tracepoints')
  return missing(
    'tracepoints',
    hasTracefs ? `A test at a tracepoint failed: ${sched === null ? 'no tool was there.' : lastWords(sched)}` : 'tracefs is not mounted.',
    hasTracefs
      ? 'The agent needs root (or CAP_PERFMON); in a container it must be privileged.'
      : 'mount -t tracefs tracefs /sys/kernel/tracing, then restart the agent; it needs a kernel with CONFIG_EVENT_TRACING.',
  )
}

async function testSyscalls(bpftrace: string): Promise<Capability> {
  const program = 'tracepoint:raw_syscalls:sys_enter { @ = count(); } interval:ms:50 { exit(); }'
  const attempt = await tryCommand([bpftrace, '-f', 'json', '-e', program], BPFTRACE_ENV, 20_000)
  // `attached_probes` is what bpftrace 0.17 is going to attach; that something was counted is what proves it.
  const counted = parseBpftraceJson(attempt.stdout).find((message) => message.type === 'map')
  const count = counted?.type === 'map' ? counted.entries[0]?.value : 0
  if (attempt.ok && typeof count === 'number' && count > 0) return present('syscalls')
  const hasTracefs = await exists('/sys/kernel/tracing/events/raw_syscalls')
  return missing(
    'syscalls',
    hasTracefs
      ? `A test with bpftrace failed: ${lastWords(attempt)}`
      : 'tracefs is not mounted, or the kernel has no system call tracepoints.',
    hasTracefs
      ? 'The agent needs root (or CAP_BPF and CAP_PERFMON); in a container it must be privileged.'
      : 'mount -t tracefs tracefs /sys/kernel/tracing, then restart the agent; it needs a kernel with CONFIG_FTRACE_SYSCALLS.',
  )
}

/** perf record takes `cycles` without a PMU too and samples cpu-clock in silence; perf stat says so. */
async function testPmu(perf: string): Promise<Capability> {
  const attempt = await tryCommand([perf, 'stat', '-e', 'cycles', '--', 'true'], PERF_ENV)
  if (attempt.ok && !/<not (supported|counted)>/.test(attempt.stderr)) return present('hardware-pmu')
  return missing(
    'hardware-pmu',
    'The CPU offers no hardware counters here (common in virtual machines); stacks are sampled by a clock instead.',
    'Turn on the virtual PMU in the hypervisor, or use a bare-metal host.',
  )
}

async function testProbeKind(id: 'kprobes' | 'uprobes', kind: string, option: string): Promise<Capability> {
  if ((await exists(`/sys/bus/event_source/devices/${kind}`)) || (await exists(`/sys/kernel/tracing/${kind}_events`))) return present(id)
  return missing(id, `This kernel was built without ${option}.`, `A kernel with ${option}=y (every distribution's standard kernel has it).`)
}

async function testBtf(): Promise<Capability> {
  if (await exists('/sys/kernel/btf/vmlinux')) return present('btf')
  return missing('btf', 'This kernel was built without CONFIG_DEBUG_INFO_BTF.', 'A kernel with CONFIG_DEBUG_INFO_BTF=y.')
}

const present = (id: CapabilityId): Capability => ({ id, available: true, reason: null, remedy: null })
const missing = (id: CapabilityId, reason: string, remedy: string): Capability => ({
  id,
  available: false,
  reason: reason.slice(0, 400),
  remedy: remedy.slice(0, 400),
})

function lastWords(attempt: Attempt): string {
  return (
    withoutHarmless(attempt.stderr)
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(0, 3)
      .join(' ')
      .slice(0, 250) || 'it printed nothing.'
  )
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
