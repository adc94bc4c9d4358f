import { readFileSync } from 'node:fs'
import path from 'node:path'

/** What global-setup.ts started, handed to the tests through the environment. */
export type Stack = {
  url: string
  gatewayUrl: string
  setupUrl: string
  dataDir: string
  /** The demo incident's processes. */
  demo: { checkout: number; catalog: number; loadgen: number }
  /** Where the signed-in browser's cookies are kept between tests. */
  sessionFile: string
}

const VARIABLE = 'SONDE_E2E_STACK'

export function publishStack(stack: Stack): void {
  process.env[VARIABLE] = JSON.stringify(stack)
}

export function theStack(): Stack {
  const text = process.env[VARIABLE]
  if (!text) throw new Error('the stack is not running: global-setup.ts starts it')
  return JSON.parse(text)
}

/** The pid of web, gateway or agent as it is now: a restarted one has another. */
export function pidOf(name: 'web' | 'gateway' | 'agent'): number {
  const run: { children: { name: string; pid: number }[] } = JSON.parse(readFileSync(path.join(theStack().dataDir, 'run.json'), 'utf8'))
  const child = run.children.find((candidate) => candidate.name === name)
  if (!child) throw new Error(`${name} is not running`)
  return child.pid
}
