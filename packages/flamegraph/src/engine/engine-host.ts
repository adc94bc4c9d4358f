import { releaseColumns } from '@sonde/profile'
import { engineErrorData } from './engine-error.ts'
import type { EngineReply, EngineRequest, EngineTask, OneSource, SideSource } from './engine-messages.ts'
import { profileBytes } from './fetch-profile.ts'
import { FlameEngine } from './flame-engine.ts'
import type { ProfileSummary } from './profile-summary.ts'
import { transferables } from './transferables.ts'

export type PostReply = (reply: EngineReply, transfer: ArrayBuffer[]) => void

/**
 * An engine behind messages, in a worker or on the page. Tasks run in the order they came, a load until its profile is there;
 * each begins in a turn of its own, so that an abort that came meanwhile is heard before.
 * @returns takes the page's messages
 */
export function createEngineHost(post: PostReply): (request: EngineRequest) => void {
  const engine = new FlameEngine()
  const waiting: { id: number; task: EngineTask }[] = []
  let current: { id: number; abort: AbortController } | null = null
  const turn = new MessageChannel()
  turn.port1.onmessage = () => void runNext()
  // In Node an open port would keep a test's process alive.
  ;(turn.port1 as { unref?: () => void }).unref?.()

  const runNext = async (): Promise<void> => {
    if (current) return
    const next = waiting.shift()
    if (!next) return
    const abort = new AbortController()
    current = { id: next.id, abort }
    try {
      const value = await perform(engine, next.task, abort.signal)
      if (!abort.signal.aborted)
        post(
          { type: 'answer', id: next.id, value },
          transferables(value, (buffer) => engine.ownsBuffer(buffer)),
        )
    } catch (cause) {
      if (!abort.signal.aborted) post({ type: 'error', id: next.id, error: engineErrorData(cause) }, [])
    }
    current = null
    if (waiting.length > 0) turn.port2.postMessage(null)
  }

  post({ type: 'ready' }, [])
  return (request) => {
    if (request.type === 'forget') engine.forget(request.model)
    else if (request.type === 'abort') {
      if (current?.id === request.id) current.abort.abort()
      const at = waiting.findIndex(({ id }) => id === request.id)
      if (at >= 0) waiting.splice(at, 1)
    } else {
      waiting.push({ id: request.id, task: request.task })
      turn.port2.postMessage(null)
    }
  }
}

async function perform(engine: FlameEngine, task: EngineTask, signal: AbortSignal): Promise<unknown> {
  switch (task.type) {
    case 'load': {
      const { source } = task
      return 'sides' in source ? await loadSides(engine, source.sides, signal) : await loadOne(engine, source, signal)
    }
    case 'model':
      return engine.model(task.question)
    case 'search':
      return engine.search(task.model, task.query)
    case 'ask':
      return engine.ask(task.name, task.question as never)
  }
}

async function loadOne(engine: FlameEngine, source: OneSource, signal: AbortSignal): Promise<ProfileSummary> {
  const bytes = await profileBytes(source, signal)
  signal.throwIfAborted()
  const summary = engine.load(bytes)
  // Unpacked here, and decoded: of no more use. (What the page gave is the page's.)
  if (!('bytes' in source) || bytes !== source.bytes) releaseColumns(bytes)
  return summary
}

/** Two selections of one capture are one profile, fetched once. */
async function loadSides(engine: FlameEngine, [a, b]: readonly [SideSource, SideSource], signal: AbortSignal): Promise<ProfileSummary> {
  const isSame = 'url' in a.source && 'url' in b.source && a.source.url === b.source.url
  const bytesA = profileBytes(a.source, signal)
  const [ofA, ofB] = await Promise.all([bytesA, isSame ? bytesA : profileBytes(b.source, signal)])
  signal.throwIfAborted()
  return engine.loadSides({ bytes: ofA, selection: a.selection }, { bytes: ofB, selection: b.selection })
}
