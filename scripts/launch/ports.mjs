// @ts-check
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'

/**
 * Why a port cannot be listened on, as a sentence that names who has it and the variable that changes it; null if it can.
 * @param {{ host: string, port: number, what: string, variable: string }} wanted
 * @returns {Promise<string | null>}
 */
export async function portProblem({ host, port, what, variable }) {
  const code = await new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve('code' in error ? error.code : String(error)))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
  if (code === null) return null
  if (code === 'EACCES') return `Port ${port} for the ${what} may be opened by root alone. Set ${variable} to one above 1023.`
  if (code !== 'EADDRINUSE') return `The ${what} cannot listen on ${host}:${port} (${code}). Set ${variable} to another port.`
  const holder = portHolder(port)
  return `Port ${port} for the ${what} is taken${holder ? ` by ${holder}` : ''}. End that, or set ${variable} to another port.`
}

/**
 * Who listens on a TCP port: 'node (pid 12)', or null where it cannot be read (another user's process, not Linux).
 * proc_net_tcp(5): local address in hex as ADDRESS:PORT, state 0A is LISTEN, the tenth column is the socket's inode.
 * @param {number} port
 */
export function portHolder(port) {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    try {
      for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
        const columns = line.trim().split(/\s+/)
        if (columns[1]?.endsWith(`:${hexPort}`) && columns[3] === '0A') inodes.add(`socket:[${columns[9]}]`)
      }
    } catch {}
  }
  if (inodes.size === 0) return null
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        if (inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`))) return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`
      }
    } catch {} // another user's process, or one that ended meanwhile
  }
  return null
}

/** A free port of 127.0.0.1, for tests: somebody else may take it before it is used. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
