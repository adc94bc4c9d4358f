import type { HostFacts, Labels } from '@sonde/contract'
import { ConfigError } from './config-error.ts'
import { type Credentials, type GatewayClient, GatewayRefusal } from './gateway-client.ts'
import { type Identity, readIdentity, readMachineKey, storeIdentity } from './identity.ts'
import type { Log } from './log.ts'
import { pause } from './pause.ts'

/** How long to leave a gateway alone that rejects this agent's token, before the same token is tried again. */
const REJECTED_WAIT_MS = 60_000

export type EnrolOptions = {
  client: GatewayClient
  stateDir: string
  joinToken: string | null
  facts: HostFacts
  labels: Labels
  log: Log
  signal: AbortSignal
  rejectedWaitMs?: number
}

/**
 * Who the agent is: from the state folder, or by enrolling with the join token. A gateway that is away is waited for.
 * Throws a ConfigError when there is neither, or when the join token is refused.
 */
export async function openSession(options: EnrolOptions): Promise<Session> {
  const stored = await readIdentity(options.stateDir)
  if (stored !== null) return new Session(options, stored)
  if (options.joinToken === null) {
    throw new ConfigError(
      'This host is not enrolled yet, and no join token was given. Press "Add a host" in Sonde and start the agent with the SONDE_JOIN_TOKEN shown there.',
    )
  }
  return new Session(options, await enrol(options, options.joinToken))
}

/** The agent's identity, and the way to a new one when the gateway rejects it. */
export class Session implements Credentials {
  readonly #options: EnrolOptions
  #identity: Identity
  #renewing: Promise<void> | null = null
  #complained = false
  /** Told when the gateway keeps rejecting this host: nobody is left to want what it records. */
  onRejected: () => void = () => undefined

  constructor(options: EnrolOptions, identity: Identity) {
    this.#options = options
    this.#identity = identity
  }

  get hostId(): string {
    return this.#identity.hostId
  }

  token(): string {
    return this.#identity.agentToken
  }

  /** All loops meet a rejected token at the same time; one of them enrols, the others wait for it. */
  async renew(rejectedToken: string, signal: AbortSignal): Promise<void> {
    if (rejectedToken !== this.#identity.agentToken) return
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = null
    })
    await this.#renewing
    // Still the old one: the gateway may have been restored from a backup and know it later. Do not press it.
    if (rejectedToken !== this.#identity.agentToken) return
    this.onRejected()
    await pause(this.#options.rejectedWaitMs ?? REJECTED_WAIT_MS, signal)
  }

  async #renewOnce(): Promise<void> {
    const { joinToken, log } = this.#options
    const help = 'Press "Add a host" in Sonde and restart the agent with the SONDE_JOIN_TOKEN shown there.'
    if (joinToken === null) {
      if (!this.#complained) log.error(`The gateway does not accept this host's token (any more); it may have been removed. ${help}`)
      this.#complained = true
      return
    }
    try {
      this.#identity = await enrol(this.#options, joinToken)
      this.#complained = false
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      if (!this.#complained) log.error(`The gateway does not accept this host's token, nor the join token. ${error.message}`)
      this.#complained = true
    }
  }
}

async function enrol(options: EnrolOptions, joinToken: string): Promise<Identity> {
  const { client, stateDir, facts, labels, log, signal } = options
  const machineKey = await readMachineKey(stateDir)
  try {
    const identity = await client.enrol({ joinToken, machineKey, facts, labels }, { signal, retryForMs: Number.POSITIVE_INFINITY })
    await storeIdentity(stateDir, identity)
    log.info({ hostId: identity.hostId }, 'enrolled')
    return identity
  } catch (error) {
    if (!(error instanceof GatewayRefusal)) throw error
    throw new ConfigError(`The gateway refused to enrol this host: ${error.message}. Join tokens are short-lived; make a new one in Sonde.`)
  }
}
