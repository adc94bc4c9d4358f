import { readFileSync } from 'node:fs'
import { runAgent } from '../agent.ts'
import { createLog } from '../log.ts'
import { removeLeftoverProbes } from '../remove-leftover-probes.ts'
import { createTracing } from '../tracing.ts'

/**
 * The whole agent with its real tracers, in a process of its own that a test may kill: as main.ts, but that the facts of this machine are
 * read from a file, since finding them out takes longer than most of what the test is about.
 */
export type TracingAgentOptions = { gatewayUrl: string; stateDir: string; bpfHelper: string | null; policyFile: string; factsFile: string }
const options: TracingAgentOptions = JSON.parse(process.argv[2] ?? '{}')
const { gatewayUrl, stateDir, bpfHelper, policyFile, factsFile } = options

const log = createLog('info')
await removeLeftoverProbes(bpfHelper, log)
const tracing = createTracing({ agentVersion: 'test', hostName: null, bpfHelper, policyFile, log })
await runAgent({
  env: { gatewayUrl, joinToken: 'sjt_valid-join-token', stateDir, labels: {}, hostName: null, logLevel: 'info', bpfHelper, policyFile },
  tracing: { ...tracing, detectFacts: async () => JSON.parse(readFileSync(factsFile, 'utf8')) },
  log,
  signal: new AbortController().signal,
  killSwitchFile: `${stateDir}/disabled`,
})
