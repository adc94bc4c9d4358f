// @ts-check
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isSameProcess, startOf } from './process-identity.mjs'

/**
 * `run.json` in the data folder: who runs Sonde from this folder, where, and with which processes. One launcher per folder.
 * @typedef {{ name: string, pid: number, start: string | null }} RecordedChild
 * @typedef {{ pid: number, start: string | null, url: string, children: RecordedChild[] }} RunRecord
 */

/** @param {string} dataDir */
const runFile = (dataDir) => path.join(dataDir, 'run.json')

/** @param {string} dataDir @returns {RunRecord | null} */
export function readRun(dataDir) {
  try {
    const record = JSON.parse(readFileSync(runFile(dataDir), 'utf8'))
    return typeof record?.pid === 'number' && Array.isArray(record.children) ? record : null
  } catch {
    return null
  }
}

/** Who runs from this folder right now, or null. @param {string} dataDir */
export function runningIn(dataDir) {
  const record = readRun(dataDir)
  return record && isSameProcess(record) ? record : null
}

/**
 * Claims the folder for this process and ends what a killed launcher left behind in it.
 * @param {string} dataDir made if missing, readable by its owner alone
 * @param {string} url
 */
export async function claimRun(dataDir, url) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const leftovers = readRun(dataDir)?.children.filter(isSameProcess) ?? []
  await endProcesses(leftovers)
  const record = /** @type {RunRecord} */ ({ pid: process.pid, start: startOf(process.pid), url, children: [] })
  const write = () => {
    const draft = `${runFile(dataDir)}.${process.pid}`
    writeFileSync(draft, `${JSON.stringify(record, null, 1)}\n`, { mode: 0o600 })
    renameSync(draft, runFile(dataDir))
  }
  write()
  return {
    ended: leftovers.map((child) => child.name),
    /** @param {string} name @param {number} pid */
    recordChild(name, pid) {
      record.children = [...record.children.filter((child) => child.name !== name), { name, pid, start: startOf(pid) }]
      write()
    },
    release: () => rmSync(runFile(dataDir), { force: true }),
  }
}
/** @typedef {Awaited<ReturnType<typeof claimRun>>} Run */

/** @param {RecordedChild[]} processes */
async function endProcesses(processes) {
  for (const [signal, patienceMs] of /** @type {const} */ ([
    ['SIGTERM', 5000],
    ['SIGKILL', 2000],
  ])) {
    for (const child of processes.filter(isSameProcess)) {
      try {
        process.kill(child.pid, signal)
      } catch {}
    }
    const deadline = Date.now() + patienceMs
    while (Date.now() < deadline && processes.some(isSameProcess)) await sleep(50)
  }
}
