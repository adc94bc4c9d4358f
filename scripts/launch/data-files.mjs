// @ts-check
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * The secret that signs sessions, made at the first start and kept: readable by its owner alone. Deleting the file signs
 * everybody out.
 * @param {string} dataDir
 */
export function readSecret(dataDir) {
  const file = path.join(dataDir, 'secret')
  if (existsSync(file)) {
    const secret = readFileSync(file, 'utf8').trim()
    if (secret.length < 32) throw new Error(`${file} does not hold a secret: delete it (everybody is signed out) and start again.`)
    return secret
  }
  const secret = randomBytes(32).toString('base64url')
  writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  return secret
}
