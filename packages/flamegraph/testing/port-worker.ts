import type { EngineWorker } from '../src/engine/engine-client.ts'
import type { EngineRequest } from '../src/engine/engine-messages.ts'
import { serveEngine } from '../src/engine/serve-engine.ts'

/** A Worker for tests in Node: the engine's side of it at the other end of a channel, so that what is sent is really cloned and transferred. */
export function portWorker(): EngineWorker & { sent: EngineRequest[]; received: unknown[]; ended: boolean } {
  const { port1, port2 } = new MessageChannel()
  const worker = {
    sent: [] as EngineRequest[],
    received: [] as unknown[],
    ended: false,
    onmessage: null as Worker['onmessage'],
    onerror: null as Worker['onerror'],
    postMessage(message: unknown) {
      worker.sent.push(message as EngineRequest)
      port1.postMessage(message)
    },
    terminate() {
      worker.ended = true
      port1.close()
    },
  }
  port1.onmessage = (event) => {
    worker.received.push(event.data)
    worker.onmessage?.call(worker as never, event)
  }
  serveEngine({
    postMessage: (message, options) => port2.postMessage(message, options),
    addEventListener: (_, listener) => {
      port2.onmessage = listener
    },
  })
  return worker
}
