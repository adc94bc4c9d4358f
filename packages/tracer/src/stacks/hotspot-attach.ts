import { closeSync, constants, lstatSync, openSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { readText } from '../host/read-text.ts'

const MAX_ANSWER_BYTES = 1024 * 1024
const SIGQUIT_BIT = 1n << 2n

/** The JVM cannot be asked, or did not answer: why, as a sentence. */
export class AttachError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AttachError'
  }
}

/** Whether a process runs HotSpot: it has libjvm.so mapped. False also where it is gone. */
export async function isHotSpot(pid: number): Promise<boolean> {
  return /\/libjvm\.so$/m.test(await readText(`/proc/${pid}/maps`))
}

/**
 * Runs a diagnostic command in a JVM, as `jcmd PID COMMAND` does, without a JDK on the host and across containers. The protocol is
 * HotSpot's own (src/hotspot/os/posix/attachListener_posix.cpp, os/linux/attachListener_linux.cpp in older ones): a file
 * `.attach_pidN` and a SIGQUIT make the JVM open the socket `.java_pidN`, both in its /tmp, N being its pid in its own namespace. A
 * request is NUL-terminated words; the answer begins with a line that holds 0 where all went well.
 *
 * SIGQUIT ends a process that does not expect it (java -Xrs), so it is sent only to one that has a handler for it.
 * @throws AttachError
 */
export async function jcmd(pid: number, command: string, timeoutMs: number): Promise<string> {
  const deadline = performance.now() + timeoutMs
  const status = await readText(`/proc/${pid}/status`)
  const innerPid = /^NSpid:.*?(\d+)$/m.exec(status)?.[1] ?? String(pid)
  const folder = openTmp(pid)
  if (folder === null) throw new AttachError('it has no /tmp')
  try {
    return await askIn(`/proc/self/fd/${folder}`, { pid, innerPid, status, command, deadline })
  } finally {
    closeSync(folder)
  }
}

type Question = { pid: number; innerPid: string; status: string; command: string; deadline: number }

/** `tmp`: the process's /tmp, by a path that nobody can turn elsewhere. */
async function askIn(tmp: string, { pid, innerPid, status, command, deadline }: Question): Promise<string> {
  const socket = `${tmp}/.java_pid${innerPid}`
  // Anyone may put a socket of that name into a /tmp: only the process's own user is believed, as by the JDK's own tools.
  const owner = Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN)
  if (!isSocket(socket)) await openSocket(pid, status, `${tmp}/.attach_pid${innerPid}`, socket, deadline)
  if (ownerOf(socket) !== owner) throw new AttachError('its socket in /tmp belongs to another user')
  const answer = await ask(socket, ['1', 'jcmd', command, '', ''], deadline)
  const newline = answer.indexOf('\n')
  const code = newline < 0 ? answer.trim() : answer.slice(0, newline).trim()
  const text = newline < 0 ? '' : answer.slice(newline + 1)
  if (code !== '0') throw new AttachError(`it refuses ${command}: ${(text || answer).trim().slice(0, 200)}`)
  return text
}

async function openSocket(pid: number, status: string, trigger: string, socket: string, deadline: number): Promise<void> {
  const caught = BigInt(`0x${/^SigCgt:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
  if ((caught & SIGQUIT_BIT) === 0n) throw new AttachError('it runs with -Xrs, or is only starting')
  // Such a JVM takes the signal for a request to print all its stacks.
  const options = (await readText(`/proc/${pid}/cmdline`)) + (await readText(`/proc/${pid}/environ`))
  if (options.includes('+DisableAttachMechanism')) throw new AttachError('it runs with -XX:+DisableAttachMechanism')
  try {
    closeSync(openSync(trigger, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600))
  } catch (error) {
    throw new AttachError(`its /tmp cannot be written (${error instanceof Error && 'code' in error ? error.code : error})`)
  }
  try {
    process.kill(pid, 'SIGQUIT')
    while (!isSocket(socket)) {
      if (performance.now() > deadline) throw new AttachError('it did not answer in time')
      await sleep(20)
    }
  } catch (error) {
    throw error instanceof AttachError ? error : new AttachError('it has ended')
  } finally {
    rmSync(trigger, { force: true })
  }
}

function ask(socket: string, words: string[], deadline: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const connection = connect(socket)
    const fail = (message: string) => {
      connection.destroy()
      reject(new AttachError(message))
    }
    // For the whole answer: one that comes drop by drop is none.
    const timer = setTimeout(() => fail('it did not answer in time'), Math.max(1, deadline - performance.now()))
    connection.on('close', () => clearTimeout(timer))
    connection.on('error', (error) => fail(`it cannot be reached: ${error.message}`))
    connection.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) fail('its answer is too long')
      else chunks.push(chunk)
    })
    connection.on('end', () => {
      connection.destroy()
      resolve(Buffer.concat(chunks).toString('utf8'))
    })
    connection.write(words.map((word) => `${word}\0`).join(''))
  })
}

/**
 * The process's /tmp, held open: a container could put a link in its place at any time, and what that points to is the host's.
 * Null where there is none, or a link already.
 */
export function openTmp(pid: number): number | null {
  try {
    return openSync(`/proc/${pid}/root/tmp`, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch {
    return null
  }
}

/** NaN where there is nothing, which is nobody. */
function ownerOf(path: string): number {
  try {
    return lstatSync(path).uid
  } catch {
    return Number.NaN
  }
}

function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket()
  } catch {
    return false
  }
}
