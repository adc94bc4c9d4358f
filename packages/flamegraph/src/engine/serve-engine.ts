import { createEngineHost } from './engine-host.ts'
import type { EngineRequest } from './engine-messages.ts'

/** The worker's side: call it with `self`. */
export function serveEngine(scope: {
  postMessage(message: unknown, options: { transfer: Transferable[] }): void
  addEventListener(type: 'message', listener: (event: MessageEvent<EngineRequest>) => void): void
}): void {
  const receive = createEngineHost((reply, transfer) => scope.postMessage(reply, { transfer }))
  scope.addEventListener('message', (event) => receive(event.data))
}
