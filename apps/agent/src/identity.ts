import { createHash, randomBytes } from 'node:crypto'
import { readFile, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import { idSchema } from '@sonde/contract'
import { z } from 'zod'
import { errorCode, writeDurably } from './durable-file.ts'

const identitySchema = z.object({ hostId: idSchema, agentToken: z.string().min(20) })
/** Who this agent is to the gateway. Holds a secret: stored with mode 0600. */
export type Identity = z.infer<typeof identitySchema>

const identityFile = (stateDir: string): string => path.join(stateDir, 'identity.json')

/** Null at the first start, or where the file is unreadable as an identity (then enrolling again is the way out). */
export async function readIdentity(stateDir: string): Promise<Identity | null> {
  try {
    return identitySchema.parse(JSON.parse(await readFile(identityFile(stateDir), 'utf8')))
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError || error instanceof z.ZodError) return null
    throw error
  }
}

export async function storeIdentity(stateDir: string, identity: Identity): Promise<void> {
  await rm(identityFile(stateDir), { force: true })
  await writeDurably(identityFile(stateDir), `${JSON.stringify(identity)}\n`, 0o600)
}

/**
 * The same for as long as the machine and its state folder stay: SHA-256 of /etc/machine-id (machine-id(5)) and the folder.
 * machine-id(5) asks that the id itself not be passed on. Where there is none, a random key is kept in the state folder.
 */
export async function readMachineKey(stateDir: string, machineIdFile = '/etc/machine-id'): Promise<string> {
  const machineId = (await readFile(machineIdFile, 'utf8').catch(() => '')).trim()
  // `uninitialized` is what images hold before their first boot: the same on all of them.
  if (/^[0-9a-f]{32}$/.test(machineId)) {
    return createHash('sha256')
      .update(`${machineId}\n${await realpath(stateDir)}`)
      .digest('hex')
  }
  const file = path.join(stateDir, 'machine-key')
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim()
  if (/^[0-9a-f]{64}$/.test(kept)) return kept
  const made = randomBytes(32).toString('hex')
  await writeDurably(file, `${made}\n`, 0o600)
  return made
}
