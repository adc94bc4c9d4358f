// @ts-check
import { readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * What `npm start` reads from the environment. Checked here, before anything is installed or built.
 * @typedef {{ dataDir: string, databaseUrl: string | null, host: string, port: number, url: string, gatewayHost: string, gatewayPort: number, gatewayUrl: string, agent: boolean }} Settings
 */

/**
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {string} root what relative paths start from
 * @returns {Settings} throws an Error with one sentence
 */
export function readSettings(env, root) {
  const given = (/** @type {string} */ name) => env[name] || undefined
  const port = readPort(given('SONDE_PORT'), 'SONDE_PORT', 4600)
  const gatewayPort = readPort(given('SONDE_GATEWAY_PORT'), 'SONDE_GATEWAY_PORT', 4601)
  if (port === gatewayPort) throw new Error(`SONDE_PORT and SONDE_GATEWAY_PORT are both ${port}: they have to differ.`)
  return {
    dataDir: path.resolve(root, given('SONDE_DATA_DIR') ?? '.data'),
    databaseUrl: given('DATABASE_URL') ?? null,
    host: given('SONDE_HOST') ?? '127.0.0.1',
    port,
    url: readUrl(given('SONDE_URL') ?? `http://127.0.0.1:${port}`, 'SONDE_URL'),
    gatewayHost: given('SONDE_GATEWAY_HOST') ?? '127.0.0.1',
    gatewayPort,
    gatewayUrl: readUrl(given('SONDE_GATEWAY_URL') ?? `http://127.0.0.1:${gatewayPort}`, 'SONDE_GATEWAY_URL'),
    agent: given('SONDE_NO_AGENT') !== '1',
  }
}

/** @param {string | undefined} text @param {string} name @param {number} fallback */
function readPort(text, name, fallback) {
  if (text === undefined) return fallback
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${name} is "${text}", which is not a port: 1 to 65535.`)
  return port
}

/** @param {string} text @param {string} name */
function readUrl(text, name) {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(`${name} is "${text}", which is not an http:// or https:// address.`)
  return text.replace(/\/+$/, '')
}

/**
 * What this machine cannot do, a sentence each with what still works; nothing here stops the start.
 * @param {{ platform: NodeJS.Platform, uid: number | undefined }} machine
 * @returns {{ notes: string[], agent: boolean }} whether a local agent makes sense at all
 */
export function machineNotes({ platform, uid }) {
  if (platform !== 'linux') {
    return {
      notes: [
        `This is ${platform === 'darwin' ? 'macOS' : platform}: nothing can be traced here, so no local agent is started. The server works; add Linux hosts on the Hosts page.`,
      ],
      agent: false,
    }
  }
  if (uid === 0) return { notes: [], agent: true }
  const paranoid = readNumber('/proc/sys/kernel/perf_event_paranoid')
  const perf =
    paranoid !== null && paranoid <= 2
      ? `perf can profile your own processes (kernel.perf_event_paranoid is ${paranoid})`
      : `perf is not allowed either (kernel.perf_event_paranoid is ${paranoid ?? 'unknown'})`
  return {
    notes: [
      `Not root: syscall breakdowns of this machine need root, ${perf}. The server works, and hosts with a root agent are not affected. For all of it: sudo npm start`,
    ],
    agent: true,
  }
}

/** @param {string} file */
function readNumber(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
