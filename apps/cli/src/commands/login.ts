import { deviceCodeSchema, SCOPES } from '@sonde/contract'
import * as z from 'zod'
import { meSchema } from '../answers.ts'
import { Client } from '../client.ts'
import { readConfig, writeConfig } from '../config-file.ts'
import { type CommonOptions, printJson } from '../context.ts'
import { CliError, EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { findServer, type Server, serverUrl } from '../server.ts'
import { plain } from '../terminal-text.ts'

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:device_code'
const tokenSchema = z.object({ access_token: z.string().min(1) })
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() })

/** Signs in: a person says yes in a browser, or the token is given. What was stored for other servers stays. */
export async function login(
  io: Io,
  address: string | undefined,
  options: CommonOptions & { token?: string; scope?: string[] },
): Promise<void> {
  const { url } = address === undefined ? findServer({ ...io.env, token: null }, options.url) : { url: serverUrl(address) }
  warnOfPlainHttp(io, url)
  const given = options.token === '-' ? (await new Response(io.stdin()).text()).trim() : options.token
  const token = given ?? (await byDeviceCode(io, url, options.scope))
  const me = await new Client(io, { url, token }).json('/me', meSchema)
  const config = readConfig(io.env.configFile)
  writeConfig(io.env.configFile, { version: 1, current: url, servers: { ...config.servers, [url]: { token } } })
  if (options.json) return printJson(io, me.raw)
  const { person, token: view } = me.value
  io.err(`Signed in to ${url} as ${plain(person.name)}, ${person.role}, until ${view.expiresAt.slice(0, 10)}.\n`)
}

function warnOfPlainHttp(io: Io, url: string): void {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))
    io.err(`Warning: ${url} is not encrypted; whoever is on the way can read your token.\n`)
}

/** RFC 8628: shows a code, and asks until a person has answered. */
async function byDeviceCode(io: Io, url: string, scopes: string[] | undefined): Promise<string> {
  const client = new Client(io, { url, token: null })
  const unknown = scopes?.filter((scope) => !Object.hasOwn(SCOPES, scope)) ?? []
  if (unknown.length > 0)
    throw new CliError(EXIT.usage, `there is no scope ${unknown.join(', ')}; there are ${Object.keys(SCOPES).join(', ')}`)
  const form = { client_id: `sonde on ${io.env.hostName}`, ...(scopes && { scope: scopes.join(' ') }) }
  const { value: code } = await client.json('/device/code', deviceCodeSchema, { method: 'POST', form })
  io.err(`Open ${plain(code.verification_uri_complete)}\nand check that it shows the code ${plain(code.user_code)}\n`)
  let intervalS = code.interval
  const untilMs = io.nowMs() + code.expires_in * 1_000
  while (io.nowMs() < untilMs) {
    await io.sleep(intervalS * 1_000)
    const form = { grant_type: GRANT_TYPE, device_code: code.device_code }
    const response = await client.send('/device/token', { method: 'POST', form, accept: [400] })
    const body: unknown = await response.json()
    const given = tokenSchema.safeParse(body)
    if (response.ok && given.success) return given.data.access_token
    const refusal = refusalSchema.safeParse(body)
    const error = refusal.success ? refusal.data.error : 'unknown'
    if (error === 'slow_down') intervalS += 5
    else if (error !== 'authorization_pending') {
      const words = refusal.success ? (refusal.data.error_description ?? error) : 'the server did not answer as RFC 8628 says'
      throw new CliError(EXIT.notSignedIn, `not signed in: ${plain(words)}`)
    }
  }
  throw new CliError(EXIT.notSignedIn, 'not signed in: nobody answered in time')
}

/** Gives the token back to the server and forgets it. Without one there is nothing to do. */
export async function logout(io: Io, options: CommonOptions): Promise<void> {
  const config = readConfig(io.env.configFile)
  const url = options.url === undefined ? (io.env.url === null ? config.current : serverUrl(io.env.url)) : serverUrl(options.url)
  const token = url === null ? undefined : config.servers[url]?.token
  if (url === null || token === undefined) return void io.err('Not signed in.\n')
  await giveBack(io, { url, token })
  const { [url]: _, ...servers } = config.servers
  writeConfig(io.env.configFile, { version: 1, current: config.current === url ? null : config.current, servers })
  io.err(`Signed out of ${url}.\n`)
}

async function giveBack(io: Io, server: Server): Promise<void> {
  try {
    await new Client(io, server).send('/me/token', { method: 'DELETE', accept: [401] })
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    io.err(`Warning: the token could not be revoked (${error.message}); revoke it at ${server.url}/settings/tokens\n`)
  }
}

export async function whoami(io: Io, client: Client, json: boolean): Promise<void> {
  const { value, raw } = await client.json('/me', meSchema)
  if (json) return printJson(io, raw)
  const { person, token } = value
  io.out(`${plain(person.name)} (${person.role}) at ${client.server.url}\n`)
  io.err(`token “${plain(token.name)}” until ${token.expiresAt.slice(0, 10)}: ${token.scopes.join(' ')}\n`)
}
