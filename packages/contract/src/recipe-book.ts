import { type CaptureSpec, captureSpecSchema } from './capture-spec.ts'
import { expandRecipe, type Recipe, type RecipeValues, recipeSchema } from './recipe.ts'
import branchMisses from './recipes/branch-misses.json' with { type: 'json' }
import cacheMisses from './recipes/cache-misses.json' with { type: 'json' }
import contextSwitchStacks from './recipes/context-switch-stacks.json' with { type: 'json' }
import contextSwitches from './recipes/context-switches.json' with { type: 'json' }
import cppExceptions from './recipes/cpp-exceptions.json' with { type: 'json' }
import cpuAndSyscalls from './recipes/cpu-and-syscalls.json' with { type: 'json' }
import cpuProfile from './recipes/cpu-profile.json' with { type: 'json' }
import diskBytes from './recipes/disk-bytes.json' with { type: 'json' }
import diskLatency from './recipes/disk-latency.json' with { type: 'json' }
import diskRequests from './recipes/disk-requests.json' with { type: 'json' }
import diskStacks from './recipes/disk-stacks.json' with { type: 'json' }
import diskTimeByProcess from './recipes/disk-time-by-process.json' with { type: 'json' }
import failingConnects from './recipes/failing-connects.json' with { type: 'json' }
import failingOpens from './recipes/failing-opens.json' with { type: 'json' }
import failingSyscalls from './recipes/failing-syscalls.json' with { type: 'json' }
import fileDeletes from './recipes/file-deletes.json' with { type: 'json' }
import fileOpens from './recipes/file-opens.json' with { type: 'json' }
import fileReads from './recipes/file-reads.json' with { type: 'json' }
import fileWrites from './recipes/file-writes.json' with { type: 'json' }
import fsyncLatency from './recipes/fsync-latency.json' with { type: 'json' }
import futexWaits from './recipes/futex-waits.json' with { type: 'json' }
import ipc from './recipes/ipc.json' with { type: 'json' }
import javaGc from './recipes/java-gc.json' with { type: 'json' }
import kernelAllocations from './recipes/kernel-allocations.json' with { type: 'json' }
import kernelFunctionLatency from './recipes/kernel-function-latency.json' with { type: 'json' }
import kernelFunctionStacks from './recipes/kernel-function-stacks.json' with { type: 'json' }
import kernelLockStacks from './recipes/kernel-lock-stacks.json' with { type: 'json' }
import kernelLockWaits from './recipes/kernel-lock-waits.json' with { type: 'json' }
import majorFaults from './recipes/major-faults.json' with { type: 'json' }
import memoryReclaim from './recipes/memory-reclaim.json' with { type: 'json' }
import networkBytes from './recipes/network-bytes.json' with { type: 'json' }
import offCpu from './recipes/off-cpu.json' with { type: 'json' }
import offCpuWakers from './recipes/off-cpu-wakers.json' with { type: 'json' }
import oomKills from './recipes/oom-kills.json' with { type: 'json' }
import packetDropStacks from './recipes/packet-drop-stacks.json' with { type: 'json' }
import packetDrops from './recipes/packet-drops.json' with { type: 'json' }
import pageFaults from './recipes/page-faults.json' with { type: 'json' }
import postgresQueries from './recipes/postgres-queries.json' with { type: 'json' }
import processExits from './recipes/process-exits.json' with { type: 'json' }
import processForks from './recipes/process-forks.json' with { type: 'json' }
import processStarts from './recipes/process-starts.json' with { type: 'json' }
import pythonFunctions from './recipes/python-functions.json' with { type: 'json' }
import readLatency from './recipes/read-latency.json' with { type: 'json' }
import runQueueLatency from './recipes/run-queue-latency.json' with { type: 'json' }
import runtimeProfile from './recipes/runtime-profile.json' with { type: 'json' }
import signals from './recipes/signals.json' with { type: 'json' }
import slowSyscalls from './recipes/slow-syscalls.json' with { type: 'json' }
import softwareCounters from './recipes/software-counters.json' with { type: 'json' }
import syscallBreakdown from './recipes/syscall-breakdown.json' with { type: 'json' }
import syscallFiles from './recipes/syscall-files.json' with { type: 'json' }
import tcpAccepts from './recipes/tcp-accepts.json' with { type: 'json' }
import tcpConnectLatency from './recipes/tcp-connect-latency.json' with { type: 'json' }
import tcpConnects from './recipes/tcp-connects.json' with { type: 'json' }
import tcpRetransmits from './recipes/tcp-retransmits.json' with { type: 'json' }
import userAllocations from './recipes/user-allocations.json' with { type: 'json' }
import userFunctionCalls from './recipes/user-function-calls.json' with { type: 'json' }
import userFunctionLatency from './recipes/user-function-latency.json' with { type: 'json' }
import userFunctionStacks from './recipes/user-function-stacks.json' with { type: 'json' }
import wakeups from './recipes/wakeups.json' with { type: 'json' }
import writeStacks from './recipes/write-stacks.json' with { type: 'json' }

/** All recipes, in the order they are offered. A file that is not a recipe stops the program at its start. */
export const RECIPE_LIST: readonly Recipe[] = [
  cpuAndSyscalls,
  cpuProfile,
  runtimeProfile,
  syscallBreakdown,
  offCpu,
  offCpuWakers,
  runQueueLatency,
  wakeups,
  contextSwitches,
  contextSwitchStacks,
  futexWaits,
  kernelLockWaits,
  kernelLockStacks,
  syscallFiles,
  failingSyscalls,
  slowSyscalls,
  readLatency,
  fsyncLatency,
  writeStacks,
  fileOpens,
  failingOpens,
  fileReads,
  fileWrites,
  fileDeletes,
  diskLatency,
  diskTimeByProcess,
  diskRequests,
  diskBytes,
  diskStacks,
  pageFaults,
  majorFaults,
  userAllocations,
  kernelAllocations,
  memoryReclaim,
  oomKills,
  tcpConnects,
  tcpAccepts,
  tcpConnectLatency,
  tcpRetransmits,
  packetDrops,
  packetDropStacks,
  networkBytes,
  failingConnects,
  processStarts,
  processExits,
  processForks,
  signals,
  ipc,
  cacheMisses,
  branchMisses,
  softwareCounters,
  userFunctionLatency,
  userFunctionCalls,
  userFunctionStacks,
  kernelFunctionLatency,
  kernelFunctionStacks,
  postgresQueries,
  pythonFunctions,
  javaGc,
  cppExceptions,
].map((file) => recipeSchema.parse(file))

const BY_ID: ReadonlyMap<string, Recipe> = new Map(RECIPE_LIST.map((recipe) => [recipe.id, recipe]))

/** The recipe of this id; undefined for one that does not exist (any more): old captures keep the id. */
export function findRecipe(id: string | null): Recipe | undefined {
  return id === null ? undefined : BY_ID.get(id)
}

export const DEFAULT_RECIPE_ID = 'cpu-and-syscalls'

/** A recipe as a spec. @throws Error where a parameter is missing or the result is no spec: use `expandRecipe` for what a person typed. */
export function specOfRecipe(
  id: string,
  over: Partial<Omit<CaptureSpec, 'version' | 'recipe' | 'instruments'>> = {},
  values: RecipeValues = {},
): CaptureSpec {
  const recipe = BY_ID.get(id)
  if (recipe === undefined) throw new Error(`there is no recipe ${id}`)
  const expanded = expandRecipe(recipe, values)
  if (!expanded.ok) throw new Error(`${id}: ${expanded.message}`)
  return captureSpecSchema.parse({ version: 2, recipe: id, instruments: expanded.instruments, durationMs: recipe.durationMs, ...over })
}
