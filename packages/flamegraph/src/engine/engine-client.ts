import type { FlameMatches, FlameSearch } from '../search.ts'
import { EngineError } from './engine-error.ts'
import type { EngineReply, EngineRequest, EngineTask, ModelQuestion, ProfileSource } from './engine-messages.ts'
import type { EngineAnswer, EngineQuestion, EngineQuestionName } from './engine-questions.ts'
import type { FlameModel } from './flame-model.ts'
import type { ProfileSummary } from './profile-summary.ts'

/** What the page and the engine need of a Worker. */
export type EngineWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>

type Pending = { request: EngineRequest; resolve(value: unknown): void; reject(cause: unknown): void; stopListening(): void }
type Port = { send(request: EngineRequest): void; close(): void }

let clients = 0

const isModel = (value: unknown): value is FlameModel => typeof value === 'object' && value !== null && 'layout' in value

/**
 * The page's side of an engine. The worker starts with the first request; where it cannot (an old browser, a policy that
 * forbids it), the same engine runs on the page: slower, not less. Every request takes a signal: aborted, its promise rejects
 * with the signal's reason, and the engine drops the work if it has not begun.
 */
export class FlameEngineClient {
  /** Tells engines apart in keys of caches. */
  readonly id = ++clients
  private readonly pending = new Map<number, Pending>()
  private port: Port | null = null
  private lastRequest = 0
  private loaded: ProfileSource | null = null
  private holders = 0
  private readonly modelHolders = new Map<number, number>()

  constructor(private readonly createWorker: () => EngineWorker) {}

  async load(source: ProfileSource, signal?: AbortSignal): Promise<ProfileSummary> {
    const summary = await this.perform<ProfileSummary>({ type: 'load', source }, signal)
    this.loaded = source
    return summary
  }

  model(question: ModelQuestion, signal?: AbortSignal): Promise<FlameModel> {
    return this.perform({ type: 'model', question }, signal)
  }

  search(model: FlameModel, query: FlameSearch, signal?: AbortSignal): Promise<FlameMatches | null> {
    return this.perform({ type: 'search', model: model.id, query }, signal)
  }

  ask<Name extends EngineQuestionName>(name: Name, question: EngineQuestion<Name>, signal?: AbortSignal): Promise<EngineAnswer<Name>> {
    return this.perform({ type: 'ask', name, question }, signal)
  }

  /** While a model is held it can be searched. Released by all, the engine forgets it, unless somebody holds it again at once. */
  holdModel(model: FlameModel): () => void {
    this.modelHolders.set(model.id, (this.modelHolders.get(model.id) ?? 0) + 1)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.modelHolders.set(model.id, (this.modelHolders.get(model.id) ?? 1) - 1)
      setTimeout(() => {
        if (this.modelHolders.get(model.id) === 0) this.forget(model.id)
      })
    }
  }

  /** Keeps the engine alive until released; the last one to let go ends it, unless somebody holds it again at once. */
  hold(): () => void {
    this.holders++
    return () => {
      this.holders--
      setTimeout(() => {
        if (this.holders === 0) this.close()
      })
    }
  }

  /** Ends the worker and whatever was asked. A later request starts with an empty engine. */
  close(): void {
    this.port?.close()
    this.port = null
    this.loaded = null
    const ended = new DOMException('The engine was closed.', 'AbortError')
    for (const id of [...this.pending.keys()]) this.settle(id, (request) => request.reject(ended))
  }

  private perform<Value>(task: EngineTask, signal: AbortSignal | undefined): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const id = ++this.lastRequest
      const onAbort = () => {
        this.port?.send({ type: 'abort', id })
        this.settle(id, (request) => request.reject(signal?.reason))
      }
      signal?.addEventListener('abort', onAbort)
      const request: EngineRequest = { type: 'do', id, task }
      this.pending.set(id, {
        request,
        // The engine answers each task with its own type: engine-host.ts.
        resolve: resolve as (value: unknown) => void,
        reject,
        stopListening: () => signal?.removeEventListener('abort', onAbort),
      })
      if (!this.port) {
        this.port = this.open()
        // A worker in place of one that broke: it begins with the profile that the other had.
        if (this.loaded && task.type !== 'load')
          this.port.send({ type: 'do', id: ++this.lastRequest, task: { type: 'load', source: this.loaded } })
      }
      this.port.send(request)
    })
  }

  private settle(id: number, how: (request: Pending) => void): void {
    const request = this.pending.get(id)
    if (!request) return
    this.pending.delete(id)
    request.stopListening()
    how(request)
  }

  private forget(model: number): void {
    this.modelHolders.delete(model)
    this.port?.send({ type: 'forget', model })
  }

  private readonly receive = (reply: EngineReply): void => {
    if (reply.type === 'answer' && !this.pending.has(reply.id)) {
      // Given up while its answer was on the way.
      if (isModel(reply.value)) this.forget(reply.value.id)
    } else if (reply.type === 'answer') this.settle(reply.id, (request) => request.resolve(reply.value))
    else if (reply.type === 'error') this.settle(reply.id, (request) => request.reject(new EngineError(reply.error)))
  }

  private open(): Port {
    try {
      return this.openWorker()
    } catch {
      return this.openOnPage()
    }
  }

  private openWorker(): Port {
    const worker = this.createWorker()
    let isReady = false
    worker.onmessage = (event: MessageEvent<EngineReply>) => {
      if (event.data.type === 'ready') isReady = true
      else this.receive(event.data)
    }
    worker.onerror = (event) => {
      event.preventDefault()
      worker.terminate()
      if (isReady) {
        // It ran and broke, out of memory most likely; on the page it would take the page along.
        this.port = null
        const error = new EngineError({ message: `The profile’s worker stopped: ${event.message || 'no reason given'}.`, status: null })
        for (const id of [...this.pending.keys()]) this.settle(id, (request) => request.reject(error))
        return
      }
      this.port = this.openOnPage()
      for (const { request } of this.pending.values()) this.port.send(request)
    }
    return { send: (request) => worker.postMessage(request), close: () => worker.terminate() }
  }

  /** The engine's code is the worker's; the page loads it only where there is no worker. */
  private openOnPage(): Port {
    let isOpen = true
    let receive: ((request: EngineRequest) => void) | null = null
    const waiting: EngineRequest[] = []
    import('./engine-host.ts').then(
      ({ createEngineHost }) => {
        receive = createEngineHost((reply) => {
          if (isOpen) this.receive(reply)
        })
        for (const request of waiting.splice(0)) receive(request)
      },
      (cause: unknown) => {
        if (!isOpen) return
        this.port = null
        for (const id of [...this.pending.keys()]) this.settle(id, (request) => request.reject(cause))
      },
    )
    return {
      send: (request) => {
        if (receive) receive(request)
        else waiting.push(request)
      },
      close: () => {
        isOpen = false
      },
    }
  }
}
